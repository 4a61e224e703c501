"""三公开 as the bureau looks at it."""

from django.db.models import Case, Value, When
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.models.users import INSTITUTION_PEOPLE
from accounts.rules import can
from accounts.templatetags.wording import status_tag
from publications import disclosing
from publications.forms import DisclosureWordsForm
from publications.models import Disclosure
from publications.states import DisclosureState
from publications.tabs import tabs
from publications.views.frame import done, get_disclosure
from visits.views.frame import handed_out

TONES = {
    DisclosureState.SUBMITTED: "waiting",
    DisclosureState.PUBLISHED: "done",
    DisclosureState.RETURNED: "refused",
    DisclosureState.WITHDRAWN: "plain",
}
MOST = 200


def disclosure_tag(disclosure: Disclosure) -> str:
    return status_tag(disclosure.get_state_display(), TONES[DisclosureState(disclosure.state)])


@require_GET
def disclosure_list(request: Request) -> HttpResponse:
    """What waits first."""
    waits_first = Case(When(state=DisclosureState.SUBMITTED, then=Value(0)), default=Value(1))
    found = Disclosure.objects.visible_to(request.user).select_related("institution").order_by(waits_first, "-pk")
    context = {
        "rows": [(each, disclosure_tag(each)) for each in found[:MOST]], "tabs": tabs(request.user, "disclosures"),
    }  # fmt: skip
    return render(request, "publications/disclosures.html", context)


@require_GET
def disclosure(request: Request, pk: int) -> HttpResponse:
    found = get_disclosure(request, pk)
    may_decide, is_own = can(request.user, "decide", found), can(request.user, "submit", found)
    open_states = (DisclosureState.SUBMITTED, DisclosureState.PUBLISHED)
    context = {
        "disclosure": found, "tag": disclosure_tag(found), "is_own": is_own,
        "back": reverse("publications:own" if request.user.has_role(*INSTITUTION_PEOPLE) else "publications:disclosures"),
        "may_decide": may_decide and found.state == DisclosureState.SUBMITTED,
        "may_withdraw": (may_decide or is_own) and found.state in open_states,
        "return_form": DisclosureWordsForm(auto_id="return_%s"), "withdraw_form": DisclosureWordsForm(auto_id="withdraw_%s"),
    }  # fmt: skip
    return render(request, "publications/disclosure.html", context)


def _page(pk: int) -> str:
    return reverse("publications:disclosure", args=[pk])


@require_POST
def accept(request: Request, pk: int) -> HttpResponse:
    found = get_disclosure(request, pk)
    return done(request, lambda: disclosing.accept_disclosure(found, by=request.user), "已同意公开。", _page(pk))


@require_POST
def return_disclosure(request: Request, pk: int) -> HttpResponse:
    found, words = get_disclosure(request, pk), request.POST.get("words", "")
    return done(
        request, lambda: disclosing.return_disclosure(found, words=words, by=request.user), "已退回机构。", _page(pk)
    )


@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    found, words = get_disclosure(request, pk), request.POST.get("words", "")
    return done(
        request, lambda: disclosing.withdraw_disclosure(found, words=words, by=request.user), "已撤下。", _page(pk)
    )


@require_GET
def file(request: Request, pk: int) -> FileResponse:
    found = get_disclosure(request, pk)
    if not found.file:
        raise Http404
    return handed_out(found.file, name=found.file_name)
