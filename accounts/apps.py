from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "账号与权限"

    def ready(self) -> None:
        from accounts import access, permissions, todos  # noqa: F401, PLC0415  # check of routes, rules, workbench
