"""Programs of other departments: results, findings, measures, rectifications and referrals over the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Task
from tests.factories import accounts
from tests.visits import world
from visits.models import DepartmentResult, Measure, Rectification, Referral, Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
CLEAN = {"category": "1", "follow_up": "none", "trade_outcome": "sound"}


def path(*parts: object) -> str:
    return "/".join(["/api", *map(str, parts), ""])


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def results_of(task: Task) -> tuple[DepartmentResult, DepartmentResult]:
    """The organiser's and ecology's."""
    return task.results.get(bureau=world.CITY), task.results.get(bureau=world.ECOLOGY)


def test_visit_is_planned_moved_and_cancelled(program):
    task = world.told()
    city, ecology = program(world.officer()), program(world.officer(world.ECOLOGY))
    start = timezone.now() + timedelta(days=2)
    times = {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat()}
    later = {"start": (start + timedelta(days=1)).isoformat(), "end": (start + timedelta(days=1, hours=2)).isoformat()}

    foreign = ecology.post(path("visits"), {"task": task.pk, **times})
    made = city.post(path("visits"), {"task": task.pk, **times})
    visit = made.json()["id"]
    twice = city.post(path("visits"), {"task": task.pk, **times})
    moved = city.post(path("visits", visit, "move"), later)
    cancelled = city.post(path("visits", visit, "cancel"), {"because": "机构停电"})

    assert (foreign.status_code, made.status_code, twice.status_code) == (403, 201, 409)
    assert [each["kind"] for each in made.json()["attendees"]] == ["officer"] * 3
    assert moved.json()["planned_start"] != made.json()["planned_start"]
    assert (cancelled.json()["state"], Visit.objects.get().cancelled_because) == ("cancelled", "机构停电")


def test_department_writes_submits_and_the_organiser_reviews(program):
    visit = world.ended()
    own, partner = results_of(visit.task)
    city, ecology = program(world.officer()), program(world.officer(world.ECOLOGY))

    incomplete = ecology.post(path("results", partner.pk, "submit"))
    foreign = city.patch(path("results", partner.pk, "write"), CLEAN)
    ecology.patch(path("results", partner.pk, "write"), CLEAN)
    handed_in = ecology.post(path("results", partner.pk, "submit"))
    returned = city.post(path("results", partner.pk, "return"), {"words": "请补充监测数据"})
    ecology.post(path("results", partner.pk, "submit"))
    early = city.post(path("results", partner.pk, "amend"), {"because": "x"})
    passed = city.post(path("results", partner.pk, "pass"))

    assert (incomplete.status_code, foreign.status_code, early.status_code) == (409, 403, 403)
    assert incomplete.json()["detail"].startswith("还没有填写：检查结果")
    assert [answer.json()["state"] for answer in (handed_in, returned, passed)] == [
        "submitted", "returned", "reviewed"
    ]  # fmt: skip
    assert [version["decision"] for version in passed.json()["versions"]] == ["returned", ""]
    assert city.get(path("results")).json()["count"] == 2
    assert own.state == "draft"


def test_finding_is_added_with_its_rule_and_withdrawn(program):
    own, _ = results_of(world.ended().task)
    city = program(world.officer())
    finding = {"matter": "报告管理", "facts": "原始记录缺少复核签字", "severity": "violation"}

    without_rule = city.post(path("results", own.pk, "findings"), finding)
    added = city.post(path("results", own.pk, "findings"), finding | {"legal_basis": world.basis().pk})
    withdrawn = city.post(path("findings", added.json()["id"], "withdraw"))

    assert (without_rule.status_code, added.status_code) == (409, 201)
    assert added.json()["legal_basis"] == "《检验检测机构监督管理办法》第二十五条"
    assert withdrawn.json()["state"] == "withdrawn"


def test_measures_wait_for_each_other_over_the_api_too(program):
    task = world.concluded()
    city, ecology = program(world.officer()), program(world.officer(world.ECOLOGY))
    given: dict[str, Any] = {"task": task.pk, "findings": [world.finding(task).pk]}

    fine = city.post(path("measures"), given | {"kind": "fine", "bureau": world.ECOLOGY}).json()
    revocation = city.post(path("measures"), given | {"kind": "revocation", "bureau": world.CITY}).json()
    wrong = city.post(path("measures"), given | {"kind": "order", "bureau": world.CITY, "findings": [987654]})
    decision = {"decided_on": timezone.localdate().isoformat(), "document_number": "同环罚〔2026〕1号"}
    early = city.post(path("measures", revocation["id"], "decide"), decision)
    decided = ecology.post(path("measures", fine["id"], "decide"), decision | {"amount": "30000.00"})
    done = ecology.post(path("measures", fine["id"], "carry-out"), {"done_on": timezone.localdate().isoformat()})
    dropped = city.post(path("measures", revocation["id"], "drop"), {"words": "已注销"})

    assert (wrong.status_code, wrong.json()["fields"]) == (400, {"findings": ["有的问题没有找到，或不属于这项任务。"]})
    assert (early.status_code, "须先办理" in early.json()["detail"]) == (409, True)
    assert (decided.json()["amount"], done.json()["state"], dropped.json()["state"]) == ("30000.00", "done", "dropped")
    assert Measure.objects.count() == 2


def test_rectification_goes_from_order_to_verification(program):
    task = world.concluded()
    city, head = program(world.officer()), program(world.head(task))
    order = {
        "task": task.pk, "bureau": world.CITY, "findings": [world.finding(task).pk], "demands": "补齐",
        "due_on": in_days(30),
    }  # fmt: skip

    made = city.post(path("rectifications"), order).json()
    head.post(path("rectifications", made["id"], "extension"), {"until": in_days(60), "reason": "设备采购"})
    asked = city.get(path("rectifications", made["id"])).json()["extensions"][0]["id"]
    granted = city.post(
        path("rectifications", made["id"], "extension-decision"), {"extension": asked, "grant": True}
    ).json()
    report = head.post(path("rectifications", made["id"], "report"), {"text": "已补齐"}).json()["reports"][0]["id"]
    verification = {"report": report, "is_verified": True, "way": "paper"}
    by_itself = head.post(path("rectifications", made["id"], "verify"), verification)
    verified = city.post(path("rectifications", made["id"], "verify"), verification)

    assert granted["due_on"] == in_days(60)
    assert (by_itself.status_code, verified.json()["state"]) == (403, "verified")
    assert Rectification.objects.get().state == "verified"


def test_referral_is_handed_over_and_answered(program):
    finding = world.finding(world.concluded())
    city, ecology = program(world.officer()), program(world.officer(world.ECOLOGY))
    referral = {"subject": "某设备公司", "text": "软件可改数据", "receiver": world.ECOLOGY, "due_on": in_days(20)}

    without_source = city.post(path("referrals"), referral)
    made = city.post(path("referrals"), referral | {"finding": finding.pk})
    accepted = ecology.post(path("referrals", made.json()["id"], "accept"))
    answered = ecology.post(path("referrals", made.json()["id"], "answer"), {"feedback": "已立案"})
    closed = city.post(path("referrals", made.json()["id"], "close"))

    assert (without_source.status_code, made.status_code) == (400, 201)
    assert [answer.json()["state"] for answer in (accepted, answered, closed)] == ["accepted", "answered", "closed"]
    assert Referral.objects.get().finding == finding


def test_each_sees_the_own_and_the_institution_what_it_was_told(program):
    task = world.concluded()
    world.measure(task)
    world.ordered(task)
    stranger = accounts.lead_officer("xinzhou", at="scjg:140900")

    def counts(user: object) -> list[int | None]:
        kinds = ("visits", "results", "findings", "measures", "rectifications", "referrals")
        return [program(user).get(path(kind)).json().get("count") for kind in kinds]

    assert counts(world.officer()) == [1, 2, 1, 1, 1, 0]
    assert counts(world.officer(world.ECOLOGY)) == [1, 2, 1, 1, 1, 0]
    assert counts(stranger) == [0] * 6
    assert counts(world.head(task)) == [None, None, 1, 0, 1, None]
