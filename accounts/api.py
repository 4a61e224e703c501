"""The same table of routes for callers with a token, whom the middleware does not know yet."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import is_allowed, routes


class InDeclaredAudience(BasePermission):
    """Who may call this route says config.access.ROUTES; whoever must change the password does that first."""

    message = "没有权限。"

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        if not user.is_authenticated or user.must_change_password:
            return False
        match = request.resolver_match
        methods = routes().get(match.view_name if match else "", {})
        method = "GET" if request.method in {"OPTIONS", "HEAD"} else str(request.method)
        return method in methods and is_allowed(request, methods[method])
