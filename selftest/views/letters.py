"""The letters of a round: by county, how many institutions nobody fills for yet, and the files to print."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import Request
from accounts.rules import can, require
from selftest.forms.people import LettersForm
from selftest.letters import CountyLetters, ask_for_letters, counties
from selftest.models import Round
from selftest.views.round_frame import get_round, round_page


@require_http_methods(["GET", "POST"])
def letters(request: Request, pk: int) -> HttpResponse:
    round = get_round(request, pk)
    rows = counties(round, request.user)
    if request.method == "POST":
        require(request.user, "invite", round)
        return _ask(request, round, rows)
    context = round_page(request, round, "letters")
    context |= {"rows": rows, "may_invite": can(request.user, "invite", round), "totals": _totals(rows)}
    return render(request, "selftest/letters.html", context)


def _ask(request: Request, round: Round, rows: Sequence[CountyLetters]) -> HttpResponse:
    form = LettersForm(request.POST)
    if not form.is_valid():
        raise Http404
    county, without_account = form.cleaned_data["county"], form.cleaned_data["without_account"]
    chosen = [row for row in rows if county in ("", row.county.pk)]
    if not chosen:
        raise Http404
    codes = sum(row.codes for row in chosen)
    if codes and "confirmed" not in request.POST:
        context = {
            "round": round,
            "chosen": chosen,
            "codes": codes,
            "county": county,
            "without_account": without_account,
        }
        return render(request, "selftest/letters_confirm.html", context)
    site = request.build_absolute_uri("/").rstrip("/")
    asked = [row.county for row in chosen]
    jobs = ask_for_letters(round, asked, by=request.user, site=site, without_account=without_account)
    if len(jobs) == 1:
        return redirect("jobs:detail", jobs[0].pk)
    messages.success(request, f"正在为 {len(jobs)} 个县区生成通知函，每个县区一个文件，完成后在这里下载。")
    return redirect("jobs:list")


def _totals(rows: Sequence[CountyLetters]) -> dict[str, int]:
    return {
        "institutions": sum(row.institutions for row in rows),
        "without_account": sum(row.without_account for row in rows),
        "codes": sum(row.codes for row in rows),
    }
