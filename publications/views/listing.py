from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.http import Request
from accounts.lists import arrange
from publications.lists import PublicationFilter, PublicationTable, for_lists, stats
from publications.models import Publication
from publications.rules import PREPARERS
from publications.tabs import tabs


@require_GET
def publication_list(request: Request) -> HttpResponse:
    seen = for_lists(Publication.objects.visible_to(request.user))
    found = PublicationFilter(request.GET, seen, request=request)
    table = arrange(PublicationTable(found.qs), request)
    context = {"filter": found, "table": table, "may_prepare": request.user.has_role(*PREPARERS)}
    if request.htmx:
        return render(request, "publications/list.html#rows", context)
    more = {"stats": list(stats(request, seen)), "tabs": tabs(request.user, "list")}
    return render(request, "publications/list.html", context | more)
