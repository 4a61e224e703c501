"""No path from the draft to the bureau's acceptance without an explicit, complete answer to every item that applies."""

import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selftest import filling, reviewing, submitting
from selftest.completeness import DEMANDED, what_is_missing
from selftest.content import Choice
from selftest.errors import SelfCheckError
from selftest.models import Round, SelfCheck
from selftest.states import SelfCheckState
from selftest.submitting import last_signed, waiting_version
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

HANDED_IN = {SelfCheckState.SIGNING, SelfCheckState.SUBMITTED, SelfCheckState.ACCEPTED}
FULL = st.sampled_from([world.YES, world.NO, world.NOT_APPLICABLE])
TEXT = st.sampled_from(["", "  ", "已核对", "=1+1"])
PART = st.fixed_dictionaries(
    {},
    optional={
        "choice": st.sampled_from(["", *Choice.values]),
        "description": TEXT,
        "cause": TEXT,
        "measure": TEXT,
        "reason": TEXT,
        "due_on": st.sampled_from([None, date(2025, 9, 30)]),
    },
)
SAVES = st.tuples(st.just("save"), st.integers(1, 3), st.one_of(FULL, PART))
STEPS = st.tuples(st.sampled_from(["submit", "withdraw", "sign", "return", "accept"]), st.integers(1, 3), st.none())
PATHS = st.lists(st.one_of(SAVES, STEPS, STEPS, STEPS), min_size=4, max_size=16)
START = st.tuples(*(st.one_of(FULL, FULL, PART) for _ in range(3)))
"""What is written first for the three items; every other form or so is complete then."""


def act(self_check: SelfCheck, name: str, item: int, values: dict[str, object] | None) -> None:
    self_check = SelfCheck.objects.get(pk=self_check.pk)
    version = waiting_version(self_check)
    match name:
        case "save":
            world.answer(self_check, item, values)
        case "submit":
            submitting.submit(self_check, by=world.clerk(self_check))
        case "withdraw" if version:
            submitting.withdraw(version, by=world.clerk(self_check))
        case "sign" if version:
            world.sign(version)
        case "return":
            reviewing.return_items(self_check, {item: "请核对"}, by=world.county_officer())
        case "accept":
            reviewing.accept(self_check, by=world.county_officer())


def is_answered(row: dict[str, str], options: tuple[Choice, ...]) -> bool:
    if row["carried_from"]:
        return True
    demanded = DEMANDED.get(row["choice"], ())
    return row["choice"] in options and all(row[field] for field, _ in demanded)


@pytest.fixture
def opened(media_root) -> Round:
    world.institution()
    return world.opened()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=START, path=PATHS)
def test_whatever_is_tried_in_whatever_order_nothing_unanswered_is_handed_in(opened, start, path):
    self_check = world.begun(round=opened)
    items = {item.number: item for item in self_check.round.form.parsed.items}

    for step in [*(("save", item, values) for item, values in enumerate(start, 1)), *path]:
        try:
            act(self_check, *step)
        except SelfCheckError:
            continue
        self_check.refresh_from_db()
        if self_check.state in HANDED_IN:
            version = waiting_version(self_check) or last_signed(self_check)
            rows = json.loads(version.text)["answers"]
            assert [row["item"] for row in rows] == list(items)
            assert all(is_answered(row, items[row["item"]].options) for row in rows)


def test_item_offers_only_its_own_options():
    self_check = world.begun()
    with pytest.raises(SelfCheckError, match="第 3 项只能选择是、否"):
        world.answer(self_check, 3, {"choice": "na"})
    with pytest.raises(SelfCheckError, match="没有第 4 项"):
        filling.save_answer(self_check, 4, world.NO, base=0, by=world.clerk(self_check))


def test_header_asks_for_its_required_fields_of_every_certificate():
    self_check = world.filled()
    block = filling.add_certificate_block(self_check, by=world.clerk(self_check))
    filling.save_header(block, {"number": "250412340001"}, base=0, by=world.clerk(self_check))

    assert [str(gap) for gap in what_is_missing(self_check)] == ["基本信息缺“被授权机构名称”（取得资质认定的情况）"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"contact_phone": "1" * 31}, "“联系电话”不能超过 30 字，现有 31 字。"),
        ({"address": "街" * 201}, "“单位地址”不能超过 200 字，现有 201 字。"),
        ({"motto": "诚信"}, "没有这一栏：motto。"),
    ],
)
def test_header_refuses_what_the_pool_could_not_take(values, words):
    self_check = world.begun()

    with pytest.raises(SelfCheckError, match=words):
        filling.save_header(self_check.blocks.get(kind="basic"), values, base=0, by=world.clerk(self_check))
