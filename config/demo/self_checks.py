"""Datong's round of self-checks as it might stand a week before its deadline: most have not begun, some are ahead."""

import io
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.demo import DEMO_PASSWORD
from accounts.models import Role, User
from campaigns.models import Campaign
from config.demo.names import person
from institutions.models import Institution
from selftest import activating, filling, inviting, reviewing, rounds, signing, submitting
from selftest.content import Choice
from selftest.models import FormTemplate, Round, SelfCheck, Way

DAYS_LEFT = 6
NO_BRANCH = {"choice": Choice.NOT_APPLICABLE, "reason": "本机构没有异地分支机构"}
PROBLEM = {
    "choice": Choice.YES,
    "description": "2 名新进检验员的岗位能力确认记录不全",
    "cause": "人员调整后没有及时补充确认记录",
    "measure": "补做岗位能力确认，修订人员管理程序",
}
MISSING_IN_THE_POOL = {"top_manager_phone": "0352-0000000", "contact": "赵清风", "contact_phone": "0352-0000000"}
FORM = "shanxi-2025"
PROBLEM_ITEM, BRANCH_ITEM = 8, 2
"""Of this form."""


def open_self_checks(campaign: Campaign, officer: User, clerk: User) -> Round:
    """All institutions of Datong are asked; `clerk` is the demo's own, halfway through."""
    form = FormTemplate.objects.get(code=FORM, version=1)
    round = rounds.create_round(
        campaign,
        form=form,
        title="2025年度检验检测机构自查",
        deadline=timezone.localdate() + timedelta(days=DAYS_LEFT),
        materials="uploaded",
        by=officer,
    )
    rounds.open_round(round, by=officer)
    mine = round.self_checks.get(institution__representatives__user=clerk)
    _fill(mine, clerk, items=11)
    _bring_some_ahead(round, mine, officer)
    return round


def _bring_some_ahead(round: Round, mine: SelfCheck, officer: User) -> None:
    rng = random.Random(2028)
    others = round.self_checks.exclude(pk=mine.pk).order_by("institution__uscc").select_related("institution")
    stages: list[Callable[[SelfCheck, User], None]] = [
        lambda check, clerk: _fill(check, clerk, items=4),
        lambda check, clerk: _fill(check, clerk, items=17),
        hand_in,
        lambda check, clerk: hand_in(check, clerk, problem=True),
        lambda check, clerk: _return(check, clerk, officer),
        lambda check, clerk: _accept(check, clerk, officer),
        lambda check, clerk: _accept(check, clerk, officer, problem=True),
    ]
    for number, (self_check, stage) in enumerate(zip(others, _twice(stages), strict=False), 1):
        stage(self_check, _clerk(number, self_check.institution, person(rng), officer))


def _twice(stages: list[Callable[[SelfCheck, User], None]]) -> Iterator[Callable[[SelfCheck, User], None]]:
    yield from stages
    yield from stages


def _clerk(number: int, institution: Institution, name: str, officer: User) -> User:
    """With an account as the letter's code opens it."""
    code = inviting.invite(institution, Role.INSTITUTION_CLERK, by=officer)
    return activating.activate(
        activating.find(code), username=f"demo-clerk-{number}", name=name, phone="0352-0000000", password=DEMO_PASSWORD
    )


def _fill(self_check: SelfCheck, clerk: User, *, items: int, problem: bool = True) -> None:
    filling.begin(self_check, by=clerk)
    for block in self_check.blocks.all():
        missing = {key: value for key, value in MISSING_IN_THE_POOL.items() if block.values.get(key) == ""}
        filling.save_header(block, missing, base=block.revision, by=clerk)
    for item in range(1, items + 1):
        if item not in self_check.round.carried_items:
            filling.save_answer(self_check, item, _answer(self_check, item, problem=problem), base=0, by=clerk)


def _answer(self_check: SelfCheck, item: int, *, problem: bool) -> dict[str, Any]:
    if self_check.round.form.code != FORM:
        return {"choice": Choice.NO}
    if item == BRANCH_ITEM:
        return NO_BRANCH
    if item == PROBLEM_ITEM and problem:
        return {**PROBLEM, "due_on": _in_days(20)}
    return {"choice": Choice.NO}


def _in_days(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


def hand_in(self_check: SelfCheck, clerk: User, *, problem: bool = False) -> None:
    """Signed on paper and scanned, since the clerk is alone here."""
    _fill(self_check, clerk, items=len(self_check.round.form.parsed.numbers), problem=problem)
    version = submitting.submit(self_check, by=clerk)
    signing.sign(
        version,
        digest=version.digest,
        signer_name=self_check.institution.legal_representative,
        way=Way.ON_PAPER,
        image=signing.Paper("签字盖章页.png", _scan()),
        by=clerk,
    )


def _scan() -> bytes:
    """A page with a stroke and a red ring: stands for what a person would scan."""
    page = Image.new("RGB", (600, 400), "white")
    pen = ImageDraw.Draw(page)
    pen.line([(120, 220), (180, 160), (220, 240), (300, 170), (360, 230)], fill="black", width=6)
    pen.ellipse([(380, 140), (540, 300)], outline="red", width=6)
    stream = io.BytesIO()
    page.save(stream, "PNG")
    return stream.getvalue()


def _return(self_check: SelfCheck, clerk: User, officer: User) -> None:
    hand_in(self_check, clerk)
    words = {BRANCH_ITEM: "你单位登记有一处分场所，请说明是否已纳入资质认定范围"}
    reviewing.return_items(self_check, words, words="请补正后重新报送", by=officer)


def _accept(self_check: SelfCheck, clerk: User, officer: User, *, problem: bool = False) -> None:
    hand_in(self_check, clerk, problem=problem)
    reviewing.accept(self_check, by=officer)
    for found in self_check.problems.all():
        reviewing.report_mended(found, mended_on=_in_days(0), result="已补做岗位能力确认，程序文件已修订", by=clerk)
