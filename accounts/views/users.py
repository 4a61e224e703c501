"""Accounts and roles: the system administrator's and the security administrator's pages."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts import services
from accounts.actions import label
from accounts.filters import UserFilter
from accounts.forms import GrantForm, UserEditForm, UserForm, refusals_shown_in
from accounts.http import Request
from accounts.lists import arrange
from accounts.models import AuditEvent, Role, Session, User
from accounts.rules import can, require
from accounts.services import second_factor
from accounts.services.roles import refusal
from accounts.tables import UserTable

EVENTS_SHOWN = 20
ACTIONS = ("edit", "close", "reset_password", "grant_role", "unlock", "end_sessions", "reset_second_factor")


def user_list(request: Request) -> HttpResponse:
    people = User.objects.visible_to(request.user).select_related("bureau").prefetch_related("role_assignments")
    found = UserFilter(request.GET, people, request=request)
    table = arrange(UserTable(found.qs.order_by("username")), request)
    template = "accounts/users.html#rows" if request.htmx else "accounts/users.html"
    return render(request, template, {"filter": found, "table": table, "can_create": can(request.user, "create", User)})


@never_cache
def user_create(request: Request) -> HttpResponse:
    require(request.user, "create", User)
    form = UserForm(request.POST or None)
    if form.is_valid():
        with refusals_shown_in(form):
            person, password = services.create_user(**form.cleaned_data, by=request.user)
            return _first_password(request, person, password, "账号已新建")
    return render(
        request, "accounts/user_form.html", {"form": form, "title": "新建用户", "back": reverse("accounts:users")}
    )


def user_detail(request: Request, pk: int) -> HttpResponse:
    return _show(request, _person(request, pk), GrantForm())


def user_edit(request: Request, pk: int) -> HttpResponse:
    person = _person(request, pk)
    require(request.user, "edit", person)
    form = UserEditForm(request.POST or None, instance=person)
    if form.is_valid():
        with refusals_shown_in(form):
            services.edit_user(person, form.cleaned_data, by=request.user)
            messages.success(request, "用户资料已保存。")
            return redirect("accounts:user", pk)
    back = reverse("accounts:user", args=[pk])
    return render(request, "accounts/user_form.html", {"form": form, "title": f"修改用户：{person.name}", "back": back})


def user_close(request: Request, pk: int) -> HttpResponse:
    person = _person(request, pk)
    require(request.user, "close", person)
    if request.method == "POST":
        try:
            services.close_user(person, by=request.user)
            messages.success(request, f"{person.name}的账号已停用，登录和令牌已失效。")
        except services.AccountRefused as refused:
            messages.error(request, str(refused))
        return redirect("accounts:user", pk)
    return _confirm(
        request, person, title="停用账号", button="停用",
        warning="该用户将立即退出，不能再登录，API 令牌全部作废。其办理过的事项和审计记录保留。",
    )  # fmt: skip


@never_cache
def user_reopen(request: Request, pk: int) -> HttpResponse:
    person = _person(request, pk)
    require(request.user, "close", person)
    if request.method == "POST":
        try:
            person, password = services.reopen_user(person, by=request.user)
        except services.AccountRefused as refused:
            messages.error(request, str(refused))
            return redirect("accounts:user", pk)
        return _first_password(request, person, password, "账号已重新启用")
    return _confirm(
        request,
        person,
        title="重新启用账号",
        button="启用",
        warning="将生成一次性密码，用户首次登录后须修改。原有角色继续有效。",
    )


@never_cache
def user_reset(request: Request, pk: int) -> HttpResponse:
    person = _person(request, pk)
    require(request.user, "reset_password", person)
    if request.method == "POST":
        try:
            password = services.reset_password(person, by=request.user)
        except services.AccountRefused as refused:
            messages.error(request, str(refused))
            return redirect("accounts:user", pk)
        return _first_password(request, person, password, "密码已重置")
    return _confirm(
        request,
        person,
        title="重置密码",
        button="重置",
        warning="原密码立即失效，该用户在各处的登录和 API 令牌全部退出、作废。",
    )


def user_unlock(request: Request, pk: int) -> HttpResponse:
    person = _person(request, pk)
    try:
        services.unlock(person, by=request.user)
        messages.success(request, f"已解除对{person.name}账号的锁定。")
    except services.AccountRefused as refused:
        messages.error(request, str(refused))
    return redirect("accounts:user", pk)


def user_factor_reset(request: Request, pk: int) -> HttpResponse:
    person = _person(request, pk)
    require(request.user, "reset_second_factor", person)
    if request.method == "POST":
        try:
            second_factor.reset(person, by=request.user)
            messages.success(request, f"{person.name}的两步验证已重置，各处登录已退出。")
        except services.AccountRefused as refused:
            messages.error(request, str(refused))
        return redirect("accounts:user", pk)
    return _confirm(
        request, person, title="重置两步验证", button="重置",
        warning="仅在本人换手机或丢失手机、且没有恢复码时办理，办理前请当面核实本人身份。重置后该用户在各处的登录立即退出，下次登录后重新设置。",
    )  # fmt: skip


def user_sign_out(request: Request, pk: int) -> HttpResponse:
    person = _person(request, pk)
    require(request.user, "end_sessions", person)
    if request.method == "POST":
        ended = services.end_sessions_of(person, by=request.user)
        messages.success(request, f"已结束{person.name}的 {ended} 处登录，API 令牌全部作废。")
        return redirect("accounts:user", pk)
    return _confirm(
        request, person, title="结束全部登录", button="结束全部登录",
        warning="该用户在各处的登录立即退出，API 令牌全部作废。密码不变，可以重新登录。",
    )  # fmt: skip


def user_grant(request: Request, pk: int) -> HttpResponse:
    person = _person(request, pk)
    require(request.user, "grant_role", person)
    form = GrantForm(request.POST)
    if form.is_valid():
        with refusals_shown_in(form):
            services.grant_role(person, form.cleaned_data["role"], by=request.user)
            messages.success(request, f"已授予{person.name}“{form.cleaned_data['role'].label}”角色。")
            return redirect("accounts:user", pk)
    return _show(request, person, form)


def user_revoke(request: Request, pk: int, role: str) -> HttpResponse:
    person = _person(request, pk)
    require(request.user, "grant_role", person)
    if role not in Role.values:
        raise Http404
    try:
        services.revoke_role(person, Role(role), by=request.user)
        messages.success(request, f"已收回{person.name}的“{Role(role).label}”角色。")
    except services.AccountRefused as refused:
        messages.error(request, str(refused))
    return redirect("accounts:user", pk)


def _person(request: Request, pk: int) -> User:
    return get_object_or_404(User.objects.visible_to(request.user), pk=pk)


def _show(request: Request, person: User, form: GrantForm) -> HttpResponse:
    events = AuditEvent.objects.about(person).select_related("actor")[:EVENTS_SHOWN]
    context = {
        "person": person,
        "roles": person.role_assignments.select_related("granted_by"),
        "form": form,
        "grantable": [role for role in Role if not refusal(person, role)],
        "can": {action: can(request.user, action, person) for action in ACTIONS},
        "factor": second_factor.factor_of(person),
        "factor_required": second_factor.is_required_of(person),
        "locked_until": services.locked_until(person),
        "sessions": Session.objects.filter(user=person, expire_date__gt=timezone.now()),
        "events": [
            {"at": event.at, "who": event.actor.name if event.actor else "系统", "what": label(event.action)}
            for event in events
        ],
    }
    return render(request, "accounts/user.html", context)


def _confirm(request: Request, person: User, *, title: str, button: str, warning: str) -> HttpResponse:
    context = {"person": person, "title": title, "button": button, "warning": warning}
    return render(request, "accounts/user_confirm.html", context)


def _first_password(request: Request, person: User, password: str, title: str) -> HttpResponse:
    """Shown once, in the answer to the request that made it; it is kept nowhere."""
    return render(request, "accounts/first_password.html", {"person": person, "password": password, "title": title})
