"""The page that shows the schema. For people who are signed in, like the schema itself."""

from drf_spectacular.views import SpectacularSwaggerSplitView


class Documentation(SpectacularSwaggerSplitView):
    """The split view: its script comes from an address of its own, as the strict CSP wants."""

    template_name = "api/documentation.html"
    url_name = "api:schema"
    title = "接口文档"
