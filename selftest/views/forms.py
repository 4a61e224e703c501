"""自查表: the list, the page of one version, and the editor of a draft. A published version is only copied."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.lists import arrange
from accounts.rules import can, require
from selftest import editing, publishing
from selftest.content import FormRefused, Item
from selftest.errors import SelfCheckError
from selftest.forms.templates import CopyForm, FieldFormSet, FormTemplateForm, ItemForm
from selftest.header import fields_of
from selftest.lists import FORM_TONES, FormFilter, FormTable
from selftest.models import FormTemplate, HeaderBlock, Round
from selftest.states import FormState, RoundState


@require_GET
def form_list(request: Request) -> HttpResponse:
    forms = FormTemplate.objects.visible_to(request.user).select_related("bureau").defer("content")
    used = Count("rounds", filter=~Q(rounds__state=RoundState.DRAFT))
    found = FormFilter(request.GET, forms.annotate(uses=used), request=request)
    table = arrange(FormTable(found.qs), request)
    template = "selftest/forms.html#rows" if request.htmx else "selftest/forms.html"
    return render(request, template, {"filter": found, "table": table})


@require_GET
def form(request: Request, pk: int) -> HttpResponse:
    """The form as institutions will see it; a draft's editors find at each part the way to change it."""
    found = get_form(request, pk)
    context = {
        "form": found,
        "content": found.parsed,
        "tone": FORM_TONES[FormState(found.state)],
        "rounds": Round.objects.visible_to(request.user).filter(form=found).select_related("campaign"),
        "may_edit": can(request.user, "edit", found),
        "may_copy": can(request.user, "copy", found),
    }
    return render(request, "selftest/form.html", context)


@require_http_methods(["GET", "POST"])
def form_copy(request: Request, pk: int) -> HttpResponse:
    found = get_form(request, pk)
    require(request.user, "copy", found)
    asked = CopyForm(request.POST or None, form=found)
    if request.method == "POST" and asked.is_valid():
        try:
            copied = publishing.copy_form(found, code=asked.code_wanted, by=request.user)
        except ValidationError:
            asked.add_error(None, "其他人刚才建立了这一版，请返回列表查看。")
        else:
            messages.success(request, f"已复制为{copied}，发布之前可以修改。")
            return redirect(copied)
    return _part(request, found, asked, "复制自查表", f"复制自{found}", button="复制")


@require_http_methods(["GET", "POST"])
def form_edit(request: Request, pk: int) -> HttpResponse:
    found = get_draft(request, pk)
    asked = FormTemplateForm(request.POST or None, instance=found)
    if request.method == "POST" and asked.is_valid():

        def describe() -> None:
            editing.describe(found, by=request.user, **asked.cleaned_data)

        if _done(request, describe, "已保存。"):
            return redirect(found)
    return _part(request, found, asked, "修改自查表信息和承诺书", str(found))


@require_http_methods(["GET", "POST"])
def form_header(request: Request, pk: int, block: str) -> HttpResponse:
    """The columns of one header block."""
    found = get_draft(request, pk)
    if block not in HeaderBlock.Kind.values:
        raise Http404
    title = HeaderBlock.Kind(block).label
    formset = FieldFormSet(request.POST or None, block=block, fields=fields_of(found.parsed, block))
    if request.method == "POST" and formset.is_valid():

        def change() -> None:
            editing.change_fields(found, block, formset.header_fields(), by=request.user)

        if _done(request, change, f"“{title}”的栏目已保存。"):
            return redirect(found)
    return render(request, "selftest/form_header.html", {"form": found, "formset": formset, "block_title": title})


@require_http_methods(["GET", "POST"])
def form_item_create(request: Request, pk: int) -> HttpResponse:
    found = get_draft(request, pk)
    asked = ItemForm(request.POST or None)
    number = len(found.parsed.items) + 1
    if request.method == "POST" and asked.is_valid():

        def add() -> None:
            editing.add_item(found, asked.item(number), by=request.user)

        if _done(request, add, "已添加到末尾，可以在列表中上移。"):
            return redirect(f"{found.get_absolute_url()}#item-{number}")
    return _part(request, found, asked, f"添加第 {number} 项", str(found))


@require_http_methods(["GET", "POST"])
def form_item(request: Request, pk: int, number: int) -> HttpResponse:
    found = get_draft(request, pk)
    item = get_item(found, number)
    asked = ItemForm(request.POST or None, item=item)
    if request.method == "POST" and asked.is_valid():

        def change() -> None:
            editing.change_item(found, asked.item(number), was=item, by=request.user)

        if _done(request, change, f"第 {number} 项已保存。"):
            return redirect(f"{found.get_absolute_url()}#item-{number}")
    return _part(request, found, asked, f"修改第 {number} 项", str(found))


@require_POST
def form_item_move(request: Request, pk: int, number: int) -> HttpResponse:
    found = get_draft(request, pk)
    get_item(found, number)
    way = editing.Way.UP if request.POST.get("way") == editing.Way.UP else editing.Way.DOWN
    _done(request, lambda: editing.move_item(found, number, way, by=request.user), f"第 {number} 项已移动。")
    return redirect(f"{found.get_absolute_url()}#item-{number - 1 if way == editing.Way.UP else number + 1}")


@require_http_methods(["GET", "POST"])
def form_item_remove(request: Request, pk: int, number: int) -> HttpResponse:
    found = get_draft(request, pk)
    item = get_item(found, number)
    if request.method == "POST":
        _done(request, lambda: editing.remove_item(found, item, by=request.user), f"第 {number} 项已删除。")
        return redirect(found)
    context = {
        "form": found, "title": f"删除第 {number} 项", "thing": f"{number}. {item.title}", "button": "删除", "danger": True,
        "warning": "本项的检查方法和要点一并删除，其后各项的序号依次前移。",
    }  # fmt: skip
    return render(request, "selftest/form_confirm.html", context)


@require_http_methods(["GET", "POST"])
def form_publish(request: Request, pk: int) -> HttpResponse:
    """Asks with the form's name and version, and says that it never changes afterwards."""
    found = get_draft(request, pk)
    if request.method == "POST":
        done = _done(
            request, lambda: publishing.publish_form(found, by=request.user), f"{found}已发布，可用于自查轮次。"
        )
        return redirect(found if done else reverse("selftest:forms"))
    context = {
        "form": found, "title": "发布自查表", "thing": str(found), "button": "发布", "danger": False,
        "warning": f"共 {len(found.parsed.items)} 项。发布后这一版不能再修改、不能撤回；需要修改时，复制为下一版。",
    }  # fmt: skip
    return render(request, "selftest/form_confirm.html", context)


def get_form(request: Request, pk: int) -> FormTemplate:
    """The form, if this user sees it."""
    return get_object_or_404(FormTemplate.objects.visible_to(request.user).select_related("bureau"), pk=pk)


def get_draft(request: Request, pk: int) -> FormTemplate:
    """The form, if this user may change it now."""
    found = get_form(request, pk)
    require(request.user, "edit", found)
    return found


def get_item(form: FormTemplate, number: int) -> Item:
    item = form.parsed.item(number)
    if item is None:
        raise Http404
    return item


def _part(
    request: Request, form: FormTemplate, asked: object, title: str, note: str, *, button: str = "保存"
) -> HttpResponse:
    context = {"form": form, "asked": asked, "title": title, "note": note, "button": button}
    return render(request, "selftest/form_part.html", context)


def _done(request: Request, act: Callable[[], object], words: str) -> bool:
    """Whether the service did it; what it refuses is told in its words."""
    try:
        act()
    except (SelfCheckError, FormRefused) as refused:
        messages.error(request, str(refused))
        return False
    messages.success(request, words)
    return True
