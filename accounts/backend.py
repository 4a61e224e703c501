from django.contrib.auth.backends import ModelBackend

from accounts.models import User


class Backend(ModelBackend):
    """Brings a signed-in person together with bureau and region, which every page asks for, in one query."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("bureau__region").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
