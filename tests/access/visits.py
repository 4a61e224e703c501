"""A city's visits for the matrix: a task in each stage at the same institution, and one of everything that follows."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.models import Bureau, Region
from campaigns.models import InspectionMatter, InspectionNotice, Task
from campaigns.states import CampaignState, TaskState
from tests.factories import accounts, campaigns
from tests.selftest import files
from tests.visits import world as small
from visits import (
    adopting,
    attending,
    complaining,
    delivering,
    measures,
    rectifying,
    referring,
    results,
    sampling,
    scheduling,
    sheet,
    signing,
)
from visits.codes import DeliveryMode, MeasureKind, Outcome
from visits.models import DepartmentResult, Finding, Visit

if TYPE_CHECKING:
    from tests.access.world import City

STAGES = ("dispatched", "notified", "told", "planned", "started", "ended", "submitted", "joint", "concluded")
KINDS = (
    *(f"{stage}_visit_task" for stage in STAGES),
    "planned_visit", "started_visit", "ended_visit", "visit_attendee", "visit_evidence", "visit_signature", "partner_result",
    "draft_result", "submitted_result", "reviewed_result", "final_result", "draft_finding", "final_finding",
    "planned_measure", "decided_measure", "rectification", "reported_rectification", "rectification_report", "filed_report",
    "extension", "sent_referral", "accepted_referral", "answered_referral", "outside_referral",
    "complaint", "accepted_complaint", "adoption", "delivery",
)  # fmt: skip


def add_visits(city: "City") -> dict[str, Any]:
    """Objects by kind."""
    tasks = {stage: bring_to(stage, a_task(city, stage), city) for stage in STAGES}
    visits = {stage: tasks[stage].visits.get() for stage in ("planned", "started", "ended")}
    final = tasks["concluded"].results.get(bureau=tasks["concluded"].bureau)
    return {
        **{f"{stage}_visit_task": task for stage, task in tasks.items()},
        **{f"{stage}_visit": visit for stage, visit in visits.items()},
        "visit_attendee": visits["planned"].attendees.filter(is_leader=False).first(),
        "visit_evidence": small.photo(visits["started"], by=city.people["inspector"]),
        "visit_signature": visits["ended"].signatures.first(),
        "partner_result": tasks["ended"].results.get(bureau__department="ga"),
        "draft_result": own_result(tasks["ended"]),
        "submitted_result": own_result(tasks["submitted"]),
        "reviewed_result": own_result(tasks["joint"]),
        "final_result": final,
        "draft_finding": Finding.objects.filter(result=own_result(tasks["ended"])).first(),
        "final_finding": Finding.objects.filter(result=final).first(),
        "delivery": tasks["told"].notice.deliveries.get(),
        **what_follows(tasks["concluded"], city),
        **referrals(tasks["concluded"], city),
        **complaints(city),
        "adoption": adopting.ask_adoption(
            tasks["dispatched"], tasks["concluded"], reason="专项检查已检查", by=city.people["lead_officer"]
        ),
    }


def own_result(task: Task) -> DepartmentResult:
    return task.results.get(bureau=task.bureau)


def a_task(city: "City", stage: str) -> Task:
    """Dispatched, at the city's own institution; the city's officers and one of the police."""
    officer = city.people["lead_officer"]
    campaign = campaigns.campaign(f"{city.code}-{stage}", by=officer, state=CampaignState.DISPATCHED)
    line = campaigns.line(campaign, f"ga:{city.code}")
    values = {"name": "检查事项 scjg", "department": accounts.department()}
    line.matters.set([InspectionMatter.objects.get_or_create(code="M-scjg", defaults=values)[0]])
    people = [city.objects[f"{name}_inspector"] for name in ("city", "second", "police")]
    type(people[0]).objects.filter(pk=people[0].pk).update(can_lead=True)
    task = campaigns.task(line, city.objects["institution"], *people)
    task.assisting_bureau = Bureau.objects.get(code=f"scjg:{city.county}")
    task.save()
    return task


def bring_to(stage: str, task: Task, city: "City") -> Task:
    officer = city.people["lead_officer"]
    for name in STAGES[: STAGES.index(stage) + 1]:
        STEPS[name](Task.objects.get(pk=task.pk), city, officer)
    return Task.objects.get(pk=task.pk)


def notify(task: Task, city: "City", officer: Any) -> None:
    serial = InspectionNotice.objects.filter(bureau=task.bureau).count() + 101
    InspectionNotice.objects.create(
        task=task, bureau=task.bureau, year=timezone.localdate().year, serial=serial, issued_by=officer,
        issued_at=timezone.now() - timedelta(hours=3),
    )  # fmt: skip
    Task.objects.filter(pk=task.pk).update(state=TaskState.NOTIFIED)


def tell(task: Task, city: "City", officer: Any) -> None:
    told_at = timezone.now() - timedelta(hours=2)
    delivering.deliver(
        task.notice, mode=DeliveryMode.IN_PERSON, told_at=told_at, received_by="高振华",
        proof=small.Paper("送达回证.pdf", files.PDF), by=officer,
    )  # fmt: skip


def plan(task: Task, city: "City", officer: Any) -> None:
    now = timezone.now()
    scheduling.plan_visit(task, start=now, end=now + timedelta(hours=2), by=officer)


def start(task: Task, city: "City", officer: Any) -> None:
    visit = attending.start_visit(task.visits.get(), by=city.people["inspector"])
    sampling.draw_reports(visit, ["R-1", "R-2"], 2, words="字", by=city.people["inspector"])


def end(task: Task, city: "City", officer: Any) -> None:
    visit, by = task.visits.get(), city.people["inspector"]
    for line in sheet.lines_of(visit):
        small.give(visit, line.key, by, answer="sound")
    sign(visit, by)
    attending.end_visit(visit, outcome=Outcome.INSPECTED, by=by)
    DepartmentResult.objects.create(task=task, bureau=city.people["partner_liaison"].bureau)
    result = own_result(task)
    results.edit_result(result, category="E", follow_up="ordered", trade_outcome="ordered", by=officer)
    for facts in ("原始记录缺少复核签字", "报告缺少资质认定标志", "样品没有编号"):
        results.add_finding(result, results.Found("报告管理", facts, "violation", small.basis()), by=officer)


def sign(visit: Visit, by: Any) -> None:
    record = signing.record_of(visit)
    for attendee in list(visit.attendees.all())[:2]:
        signing.sign(visit, signer=signing.Signer.OFFICER, name=attendee.name, record=record, image=small.PNG, by=by)
    signing.sign(visit, signer=signing.Signer.INSTITUTION, name="高振华", record=record, image=small.PNG, by=by)


def submit(task: Task, city: "City", officer: Any) -> None:
    partner = task.results.get(bureau__department="ga")
    liaison = city.people["partner_liaison"]
    results.edit_result(partner, category="1", follow_up="none", trade_outcome="sound", by=liaison)
    results.submit_result(partner, by=liaison)
    results.submit_result(own_result(task), by=officer)


def pass_all(task: Task, city: "City", officer: Any) -> None:
    for result in task.results.all():
        results.pass_result(result, by=officer)


def conclude(task: Task, city: "City", officer: Any) -> None:
    bureaus = [result.bureau for result in task.results.select_related("bureau")]
    results.conclude(task, held_on=timezone.localdate(), bureaus=bureaus, words="同意", by=officer)


STEPS = {
    "dispatched": lambda task, city, officer: None,
    "notified": notify, "told": tell, "planned": plan, "started": start, "ended": end, "submitted": submit,
    "joint": pass_all, "concluded": conclude,
}  # fmt: skip


def what_follows(task: Task, city: "City") -> dict[str, Any]:
    officer, today = city.people["lead_officer"], timezone.localdate()
    found = list(Finding.objects.filter(result=own_result(task)))
    given = {"bureau": task.bureau, "findings": found[:1], "by": officer}
    planned = measures.propose_measure(task, kind=MeasureKind.REVOCATION, **given)
    decided = measures.propose_measure(task, kind=MeasureKind.ORDER, **given)
    measures.decide_measure(decided, decided_on=today, document_number="1号", by=officer)
    order = {"demands": "补齐复核签字", "due_on": today + timedelta(days=30), **given}
    open_order, reported, filed = (
        rectifying.order_rectification(task, **order | {"findings": [finding]}) for finding in found
    )
    head = city.people["legal_representative"]
    return {
        "planned_measure": planned,
        "decided_measure": decided,
        "rectification": open_order,
        "extension": rectifying.ask_extension(
            open_order, until=today + timedelta(days=60), reason="设备采购周期长", by=head
        ),
        "reported_rectification": reported,
        "rectification_report": rectifying.report_rectified(reported, text="已补齐", by=head),
        "filed_report": rectifying.report_rectified(filed, text="见附件", file=small.PNG, by=head),
    }


def referrals(task: Task, city: "City") -> dict[str, Any]:
    officer, liaison = city.people["lead_officer"], city.people["partner_liaison"]
    given = {
        "subject": "某设备公司", "text": "软件可改数据", "due_on": timezone.localdate() + timedelta(days=20),
        "sender": officer.bureau, "by": officer,
    }  # fmt: skip
    sent, accepted, answered = (referring.refer(task, receiver=liaison.bureau, **given) for _ in range(3))
    for each in (accepted, answered):
        referring.accept_referral(each, by=liaison)
    referring.answer_referral(answered, feedback="已立案", by=liaison)
    outside = referring.refer(task, outside="河北省市场监督管理局", **given)
    return {
        "sent_referral": sent, "accepted_referral": accepted, "answered_referral": answered,
        "outside_referral": outside,
    }  # fmt: skip


def complaints(city: "City") -> dict[str, Any]:
    given = {
        "institution_words": "某检测站", "county": Region.objects.get(pk=city.county), "text": "尾气检测造假",
        "who": complaining.Complainant(name="赵清风", phone="0352-0000000"),
        "institution": city.objects["institution"],
    }  # fmt: skip
    received, _ = complaining.receive_complaint(**given)
    accepted, _ = complaining.receive_complaint(**given)
    complaining.accept_complaint(accepted, by=city.people["lead_officer"])
    return {"complaint": received, "accepted_complaint": accepted}
