from django.urls import URLPattern, URLResolver, path

from config.health import health
from config.styleguide.views import styleguide

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health, name="health"),
    path("styleguide/", styleguide, name="styleguide"),
]
