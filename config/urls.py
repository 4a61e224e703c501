from django.urls import URLPattern, URLResolver, include, path

from accounts.views import workbench
from config.health import health
from config.styleguide.views import styleguide
from publications.site.views import front

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.home, name="home"),
    path("workbench/", workbench.show, name="workbench"),
    path("accounts/", include("accounts.urls")),
    path("files/", include("jobs.urls")),
    path("institutions/", include("institutions.urls")),
    path("inspectors/", include("inspectors.urls")),
    path("", include("campaigns.urls")),
    path("", include("selftest.urls")),
    path("", include("visits.urls")),
    path("reports/", include("reports.urls")),
    path("", include("publications.urls")),
    path("", include("publications.site.urls")),
    path("api/", include("config.api.urls")),
    path("healthz", health, name="health"),
    path("styleguide/", styleguide, name="styleguide"),
]
