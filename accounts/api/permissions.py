"""The same table of routes for callers with a token, whom the middleware does not know yet."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.access import is_allowed, routes

if TYPE_CHECKING:  # rest_framework.views itself loads this class, from the settings
    from rest_framework.views import APIView


class InDeclaredAudience(BasePermission):
    """Who may call this route says config.access.ROUTES; whoever must change the password does that first."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        user = request.user
        if not user.is_authenticated or user.must_change_password:
            return False
        match = request.resolver_match
        methods = routes().get(match.view_name if match else "", {})
        method = "GET" if request.method in {"OPTIONS", "HEAD"} else str(request.method)
        return method in methods and is_allowed(request, methods[method])
