"""The map of the public site for search engines, in sections of at most 10,000 addresses."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemaps
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse

from campaigns.addresses import public_address
from campaigns.disclosure import public_draws
from campaigns.models import Campaign, Draw
from institutions.models import Institution
from publications.site import public
from publications.site.answers import public as public_view

PAGES = (
    "front", "results", "institutions", "plans", "matters", "campaigns", "penalties", "bulletins", "publications",
    "figures", "data",
)  # fmt: skip


class Section(Sitemap):  # type: ignore[type-arg]
    """Under the address that the public knows (PUBLIC_URL), whatever host was asked."""

    limit = 10_000

    def get_domain(self, site: object = None) -> str:
        return urlsplit(public_address("")).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(public_address("")).scheme


class Pages(Section):
    def items(self) -> list[str]:
        return list(PAGES)

    def location(self, item: str) -> str:
        return reverse(f"site:{item}")


class Publications(Section):
    def items(self) -> list[tuple[str, datetime]]:
        rows = public.version_rows(public.current_versions().order_by("pk"))
        return [(row.code, row.published_at) for row in rows]

    def location(self, item: tuple[str, datetime]) -> str:
        return reverse("site:publication", args=[item[0]])

    def lastmod(self, item: tuple[str, datetime]) -> datetime:
        return item[1]


class Campaigns(Section):
    def items(self) -> QuerySet[Campaign, str]:
        return public.campaigns().order_by("pk").values_list("number", flat=True)

    def location(self, item: str) -> str:
        return reverse("site:campaign", args=[item])


class Draws(Section):
    def items(self) -> QuerySet[Draw, str]:
        return public_draws().order_by("pk").values_list("code", flat=True)

    def location(self, item: str) -> str:
        return reverse("campaigns:public_draw", args=[item])


class Institutions(Section):
    def items(self) -> QuerySet[Institution, Any]:
        return Institution.objects.order_by("pk").values_list("uscc", "organisation_code")

    def location(self, item: tuple[str | None, str | None]) -> str:
        return reverse("site:institution", args=[item[0] or item[1]])


SECTIONS: dict[str, type[Sitemap[Any]] | Sitemap[Any]] = {
    "pages": Pages,
    "publications": Publications,
    "campaigns": Campaigns,
    "draws": Draws,
    "institutions": Institutions,
}


@public_view
def sitemap_index(request: HttpRequest) -> HttpResponseBase:
    """Under the public's address too, which the one of Django's does not know."""
    found = []
    for name, section in SECTIONS.items():
        pages = section().paginator.num_pages if isinstance(section, type) else 1
        address = public_address(reverse("site:sitemap_section", args=[name]))
        found += [{"location": address if number == 1 else f"{address}?p={number}"} for number in range(1, pages + 1)]
    content = render_to_string("sitemap_index.xml", {"sitemaps": found})
    return HttpResponse(content, content_type="application/xml")


@public_view
def sitemap_section(request: HttpRequest, section: str) -> HttpResponseBase:
    return sitemaps.sitemap(request, SECTIONS, section).render()
