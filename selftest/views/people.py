"""Who acts for an institution: seen and kept by its legal representative and by the bureau of its county."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.models import Role
from accounts.rules import can, require
from campaigns.addresses import public_address
from institutions.models import Institution, Representative
from selftest import inviting
from selftest.errors import SelfCheckError
from selftest.forms.people import EndForm, InviteForm
from selftest.models import Invitation
from selftest.people import end_representation, people_of, replace_clerk


@require_GET
def my_people(request: Request) -> HttpResponse:
    """Straight to the people of one's institution; whoever acts for several chooses."""
    institutions = list(Institution.objects.visible_to(request.user).order_by("name", "pk"))
    if len(institutions) == 1:
        return redirect("selftest:people", institutions[0].pk)
    return render(request, "selftest/my_people.html", {"institutions": institutions})


@require_GET
@never_cache
def people(request: Request, pk: int) -> HttpResponse:
    institution = get_institution(request, pk)
    return _page(request, institution, InviteForm(roles=_roles(request, institution)))


@require_POST
@never_cache
def invite(request: Request, pk: int) -> HttpResponse:
    """The new code is shown once, in the answer to the request that made it."""
    institution = get_institution(request, pk)
    roles = _roles(request, institution)
    require(request.user, "create", Invitation(institution=institution, role=Role.INSTITUTION_CLERK))
    form = InviteForm(request.POST, roles=roles)
    code = ""
    if form.is_valid():
        try:
            code = inviting.invite(institution, form.cleaned_data["role"], by=request.user)
        except SelfCheckError as refused:
            form.add_error(None, str(refused))
    return _page(request, institution, form, code=code)


@require_http_methods(["GET", "POST"])
@never_cache
def end(request: Request, pk: int, representative_pk: int) -> HttpResponse:
    institution = get_institution(request, pk)
    found = institution.representatives.select_related("user", "institution")
    representative = get_object_or_404(found, pk=representative_pk)
    require(request.user, "end", representative)
    if request.method == "GET":
        context = {"institution": institution, "representative": representative, "form": EndForm()}
        return render(request, "selftest/person_end.html", context)
    return _ended(request, institution, representative)


def _ended(request: Request, institution: Institution, representative: Representative) -> HttpResponse:
    name, code = representative.user.name, ""
    form = EndForm(request.POST)
    if form.is_valid() and form.cleaned_data["invite_next"]:
        code = replace_clerk(representative, by=request.user)
    else:
        end_representation(representative, by=request.user)
    messages.success(request, f"{name}已不再代表{institution.name}。")
    return _page(request, institution, InviteForm(roles=_roles(request, institution)), code=code)


@require_POST
def revoke(request: Request, pk: int, invitation_pk: int) -> HttpResponse:
    institution = get_institution(request, pk)
    invitation = get_object_or_404(
        Invitation.objects.select_related("institution"), institution=institution, pk=invitation_pk
    )
    try:
        inviting.revoke_invitation(invitation, by=request.user)
    except SelfCheckError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "邀请码已作废。")
    return redirect("selftest:people", institution.pk)


def get_institution(request: Request, pk: int) -> Institution:
    institution = get_object_or_404(Institution.objects.visible_to(request.user).select_related("county"), pk=pk)
    require(request.user, "see", Invitation(institution=institution))
    return institution


def _roles(request: Request, institution: Institution) -> list[Role]:
    """Whom this person may invite."""
    has_head = institution.representatives.filter(role=Role.LEGAL_REPRESENTATIVE).exists()
    wanted = [Role.INSTITUTION_CLERK] + ([] if has_head else [Role.LEGAL_REPRESENTATIVE])
    return [role for role in wanted if can(request.user, "create", Invitation(institution=institution, role=role))]


def _page(request: Request, institution: Institution, form: InviteForm, *, code: str = "") -> HttpResponse:
    may_revoke = can(request.user, "revoke", Invitation(institution=institution))
    context: dict[str, Any] = {
        "institution": institution,
        "people": list(people_of(institution, request.user)),
        "invitations": inviting.open_invitations(institution) if may_revoke else [],
        "may_invite": form.offers_roles,
        "form": form,
        "code": code,
        "activate_url": public_address(reverse("selftest:activate"), request),
    }
    return render(request, "selftest/people.html", context)
