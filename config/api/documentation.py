"""The schema, and the page that shows it. Both are for people who are signed in."""

from django.contrib.auth.decorators import login_required
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authentication import SessionAuthentication


class ApiSchema(SpectacularAPIView):
    pass


class Documentation(SpectacularSwaggerSplitView):
    """The split view: its script comes from an address of its own, as the strict CSP wants."""

    authentication_classes = [SessionAuthentication]
    template_name = "api/documentation.html"
    url_name = "api:schema"
    title = "接口文档"


documentation = login_required(Documentation.as_view())
"""Whoever is not signed in is sent to the sign-in page, unlike callers of the API itself."""
