from django.urls import URLPattern, URLResolver, include, path

from accounts.views import workbench
from config.health import health, ready
from config.styleguide.views import styleguide
from config.watching.metrics import metrics
from config.watching.status import status
from publications.site.views import front

handler500 = "config.watching.outages.answer_failure"

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
    path("readyz", ready, name="ready"),
    path("metrics", metrics, name="metrics"),
    path("status/", status, name="status"),
    path("styleguide/", styleguide, name="styleguide"),
]
