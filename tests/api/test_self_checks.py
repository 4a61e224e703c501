"""A provincial portal that embeds the self-check: filling, handing in and review by programs."""

import pytest

from selftest.models import SelfCheck
from tests.campaigns import datong
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def path(self_check: SelfCheck, *more: object) -> str:
    return "/".join(["/api/self-checks", str(self_check.pk), *map(str, more), ""])


def test_clerks_program_fills_and_hands_in(program):
    self_check = world.invited()
    clerk = program(world.clerk(self_check))
    full = {1: {**world.YES, "due_on": "2025-09-30"}, 2: world.NOT_APPLICABLE, 3: world.NO}

    assert clerk.post(path(self_check, "begin")).json()["state"] == "filling"
    saved = [clerk.patch(path(self_check, "answers", item), {"base": 0, **values}) for item, values in full.items()]
    overtaken = clerk.patch(path(self_check, "answers", 1), {"base": 0, "choice": "no"})
    incomplete = clerk.patch(path(self_check, "answers", 3), {"base": 1, "choice": ""})
    gaps = clerk.get(path(self_check, "gaps")).json()
    refused = clerk.post(path(self_check, "submit"))
    clerk.patch(path(self_check, "answers", 3), {"base": 2, "choice": "no"})
    version = clerk.post(path(self_check, "submit"))

    assert [answer.json()["revision"] for answer in (*saved, incomplete)] == [1, 1, 1, 2]
    assert overtaken.status_code == 409
    assert overtaken.json()["detail"].endswith("刚才修改了这一项，请核对后再保存。")
    assert gaps == [{"item": 3, "field": "choice", "words": "第 3 项没有选择"}]
    assert (refused.status_code, refused.json()) == (409, {"detail": "还有 1 处没有填完：第 3 项没有选择"})
    assert (version.status_code, version.json()["number"]) == (201, 1)
    assert clerk.get(path(self_check)).json()["draft"]["answers"][2]["choice"] == "no"


def test_header_block_is_saved_by_its_fields(program):
    self_check = world.begun()
    clerk, block = program(world.clerk(self_check)), self_check.blocks.first()

    saved = clerk.patch(path(self_check, "blocks", block.pk), {"base": 0, "values": {"address": "新街2号"}})
    unknown = clerk.patch(path(self_check, "blocks", block.pk), {"base": 1, "values": {"motto": "诚信"}})

    assert (saved.json()["values"]["address"], saved.json()["revision"]) == ("新街2号", 1)
    assert (unknown.status_code, unknown.json()["detail"]) == (409, "没有这一栏：motto。")


def test_bureaus_program_reads_what_was_signed_and_returns_it_but_never_the_draft(program):
    self_check = world.signed()
    bureau, clerk = program(world.county_officer()), program(world.clerk(self_check))

    before = bureau.get(path(self_check)).json()
    returned = bureau.post(path(self_check, "return"), {"items": {"2": "请说明分场所"}})
    clerk.patch(path(self_check, "answers", 2), {"base": 1, "reason": "草稿"})
    after = bureau.get(path(self_check)).json()

    assert (before["draft"], [row["choice"] for row in before["signed"]["answers"]]) == (None, ["yes", "na", "no"])
    assert (returned.json()["state"], returned.json()["versions"][0]["outcome"]) == ("returned", "returned")
    assert after["signed"] == before["signed"]
    assert [row["number"] for row in after["versions"]] == [1]


def test_problem_is_reported_mended_and_confirmed(program):
    problem = world.accepted().problems.get()
    bureau, clerk = program(world.county_officer()), program(world.clerk(problem.self_check))
    address = f"/api/self-check-problems/{problem.pk}/"

    reported = clerk.post(f"{address}report/", {"mended_on": "2025-09-20", "result": "已变更登记"})
    silent = bureau.post(f"{address}decide/", {"is_mended": False})
    confirmed = bureau.post(f"{address}decide/", {"is_mended": True})

    assert [answer.json().get("state") for answer in (reported, confirmed)] == ["reported", "confirmed"]
    assert (silent.status_code, silent.json()["detail"]) == (409, "退回整改须写明理由。")


def test_lists_show_what_each_may_see(program):
    self_check = world.signed()
    world.person(other := world.institution(county="140214"))

    def count(user: object, kind: str) -> int:
        return program(user).get(f"/api/{kind}/").json()["count"]

    stranger = world.person(other)
    for kind, expected in {"self-checks": [1, 1, 0, 0], "self-check-problems": [1, 1, 0, 0]}.items():
        people = [world.clerk(self_check), datong.officer(), world.county_officer("140214"), stranger]
        assert [count(user, kind) for user in people] == expected
    assert count(datong.officer(), "self-check-forms") == 1
    assert count(world.clerk(self_check), "self-check-rounds") == 1
