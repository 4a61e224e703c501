"""One item a page: read, answered, saved with or without JavaScript."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import Request
from selftest import attaching, filling
from selftest.completeness import gaps_of
from selftest.content import Choice, Item
from selftest.errors import ChangedMeanwhile, Locked, SelfCheckError
from selftest.forms.filling import AnswerForm, answer_values
from selftest.models import Answer, SelfCheck
from selftest.portal import TONES, overview_of, state_of
from selftest.states import SelfCheckState
from selftest.views.portal import comments_on, own_self_check

MEANINGS = {
    Choice.YES: "发现了问题，写明原因和整改",
    Choice.NO: "逐条核对，没有发现问题",
    Choice.NOT_APPLICABLE: "没有这种情形，写明理由",
}
CHANGED, LOCKED, REFUSED, NOBODY = 409, 423, 422, 401
EMPTY = "（空）"


@require_http_methods(["GET", "POST"])
def fill_item(request: Request, pk: int, item: int) -> HttpResponse:
    """POST is the way without JavaScript: all fields at once."""
    self_check = own_self_check(request, pk)
    asked = self_check.round.form.parsed.item(item)
    if asked is None:
        raise Http404
    if self_check.state == SelfCheckState.INVITED:
        return redirect("selftest:fill", pk)
    if request.method == "POST":
        return _save_and_go_on(request, self_check, asked)
    return _page(request, self_check, asked)


def _save_and_go_on(request: Request, self_check: SelfCheck, item: Item) -> HttpResponse:
    form = AnswerForm(item, request.POST)
    if not form.is_valid():
        return _page(request, self_check, item, form=form, status=REFUSED)
    try:
        filling.save_answer(self_check, item.number, form.cleaned_data, base=base_of(request), by=request.user)
    except ChangedMeanwhile as error:
        return _page(request, self_check, item, form=form, changed=error, status=CHANGED)
    except SelfCheckError as error:
        messages.error(request, str(error))
        return redirect("selftest:fill_item", self_check.pk, item.number)
    messages.success(request, f"第 {item.number} 项已保存。")
    return redirect(_where_next(request, self_check, item))


def _where_next(request: Request, self_check: SelfCheck, item: Item) -> str:
    before, after = overview_of(self_check).neighbours(item.number)
    place = {"next": after, "back": before}.get(request.POST.get("go", ""))
    if place:
        return place.url
    return self_check_page(self_check) if request.POST.get("go") == "next" else request.path


def self_check_page(self_check: SelfCheck) -> str:
    return redirect("selftest:fill", self_check.pk).url


def _page(
    request: Request, self_check: SelfCheck, item: Item, *, form: AnswerForm | None = None,
    changed: ChangedMeanwhile | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    overview = overview_of(self_check)
    answer = overview.answers[item.number]
    before, after = overview.neighbours(item.number)
    context = {
        "self_check": self_check,
        "overview": overview,
        "item": item,
        "answer": answer,
        "entry": overview.entry(item.number),
        "before": before,
        "after": after,
        "options": [(option, Choice(option).label, MEANINGS[Choice(option)]) for option in item.options],
        "form": form or AnswerForm(item, initial=answer_values(answer)),
        "comments": comments_on(self_check, item.number),
        "changed": _conflict(item, changed, form) if changed and form else None,
        "is_amended": overview.is_amended(answer),
        "places": attaching.places(item, self_check.attachments.live()),
        "lacking": [gap.words for gap in gaps_of(item, answer)] if answer.choice else [],
        "takes_files": attaching.takes_files(self_check, item.number),
        "long_point": LONG_POINT,
    }
    return render(request, "selftest/fill_item.html", context, status=status)


LONG_POINT = 110
"""Characters from which a sub-point is folded."""


@require_POST
def save_answer(request: Request, pk: int, item: int) -> HttpResponse:
    """The automatic save: any of the fields, the revision they were written over, and for whom the page was made."""
    self_check = own_self_check(request, pk)
    asked = self_check.round.form.parsed.item(item)
    if asked is None:
        raise Http404
    if (refusal := stranger(request)) is not None:
        return refusal
    form = AnswerForm(asked, request.POST, partly=True)
    if not form.is_valid():
        return refused(form.errors)
    try:
        answer = filling.save_answer(self_check, item, form.cleaned_data, base=base_of(request), by=request.user)
    except ChangedMeanwhile as error:
        return changed(error, _conflict(asked, error, form), _texts(error))
    except SelfCheckError as error:
        return trouble(error)
    return JsonResponse(saved_words(answer) | _entry(asked, answer))


def _entry(item: Item, answer: Answer) -> dict[str, Any]:
    """How the item now stands in the progress list."""
    state = state_of(item, answer)
    return {
        "entry": {"state": state.value, "label": state.label, "tone": TONES[state]},
        "missing": [gap.words for gap in gaps_of(item, answer)],
    }


def _conflict(item: Item, error: ChangedMeanwhile, form: AnswerForm) -> dict[str, Any]:
    """Both versions side by side: (field, label, theirs, mine, whether they differ)."""
    theirs, mine = answer_values(_standing(error)), form.cleaned_data
    rows = [
        (name, form.fields[name].label, _shown(theirs[name]), _shown(mine[name]), theirs[name] != mine[name])
        for name in theirs
        if name in mine
    ]
    return {"rows": rows, "current": error.current, "words": str(error)}


def _shown(value: Any) -> str:
    return str(Choice(value).label if value in Choice.values else value or EMPTY)


def _texts(error: ChangedMeanwhile) -> dict[str, str]:
    """The fields' values as the page's controls hold them."""
    return {name: str(value) if value else "" for name, value in answer_values(_standing(error)).items()}


def _standing(error: ChangedMeanwhile) -> Answer:
    return cast("Answer", error.current)


def base_of(request: Request, name: str = "base") -> int:
    """The revision that the sent values were written over; a page that does not know it is behind everything."""
    asked = request.POST.get(name, "")
    return int(asked) if asked.isdecimal() else -1


def stranger(request: Request) -> HttpResponse | None:
    """The page was made for somebody else, who signed out on this machine: nothing of theirs is saved."""
    if request.POST.get("user", str(request.user.pk)) == str(request.user.pk):
        return None
    return JsonResponse({"words": "现在登录的是另一个账号，这里的内容没有保存。"}, status=NOBODY)


def saved_words(row: Any) -> dict[str, Any]:
    moment = row.changed_at or timezone.now()
    return {"revision": row.revision, "saved_at": timezone.localtime(moment).strftime("%H:%M")}


def refused(errors: Any) -> HttpResponse:
    return JsonResponse({"errors": {name: " ".join(words) for name, words in errors.items()}}, status=REFUSED)


def trouble(error: SelfCheckError) -> HttpResponse:
    return JsonResponse({"words": str(error)}, status=LOCKED if isinstance(error, Locked) else REFUSED)


def changed(error: ChangedMeanwhile, conflict: dict[str, Any], current: dict[str, str]) -> HttpResponse:
    panel = render_to_string("selftest/_fill_conflict.html", {"changed": conflict, "by_script": True})
    found = {"revision": error.current.revision, "values": current, "panel": panel, "words": str(error)}
    return JsonResponse(found, status=CHANGED)
