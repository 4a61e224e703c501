from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from campaigns.addresses import public_address
from publications.site import public
from publications.site.answers import page, stream
from publications.site.answers import public as public_view
from publications.site.datasets import DATASETS, LICENCE
from publications.site.searching import Asked

KINDS = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}
ROBOTS = """User-agent: *
Allow: /$
Allow: /public/
Allow: /static/
Allow: /verify/
Allow: /complaints/new/
Disallow: /public/proofs/
Disallow: /*after=
Disallow: /*before=
Disallow: /

Sitemap: {sitemap}
"""


@public_view
def description(request: HttpRequest) -> HttpResponseBase:
    context = {
        "datasets": list(DATASETS.values()),
        "licence": LICENCE,
        "site": public_address("/", request).rstrip("/"),
    }
    return page("data.html", context, active="data")


@public_view
def download(request: HttpRequest, name: str, kind: str) -> HttpResponseBase:
    """The whole table, or what the same search shows on the page."""
    dataset = DATASETS.get(name)
    if dataset is None or kind not in KINDS:
        raise Http404
    asked = Asked.of(request.GET)
    pieces = dataset.csv(asked) if kind == "csv" else dataset.json(asked)
    tag = f"{name}.{kind}?{asked.address} {_state(name)}"
    return stream(pieces, kind=KINDS[kind], name=f"lianchou-{name}.{kind}", tag=tag)


def _state(name: str) -> str:
    """Differs when a row of the table may: matters are few and read whole."""
    if name == "matters":
        return str(public.matters())
    counted = public.versions().order_by().aggregate(Count("pk"), Max("pk"), Max("published_at"), Max("ended_at"))
    hidden = public.penalties().order_by().aggregate(Count("pk"), Max("pk")) if name == "penalties" else {}
    return f"{counted} {hidden}"


@public_view
def robots(request: HttpRequest) -> HttpResponseBase:
    sitemap = public_address(reverse("site:sitemap"), request)
    return HttpResponse(ROBOTS.format(sitemap=sitemap), content_type="text/plain; charset=utf-8")
