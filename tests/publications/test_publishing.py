"""A version on its way: prepared from what is concluded, approved by another person, public once, corrected, withdrawn."""

from collections.abc import Callable
from dataclasses import astuple
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts import workbench
from accounts.models import AuditEvent, User
from campaigns.models import Campaign, CampaignKind, Draw, PlanLine, Stage, Task
from campaigns.states import CampaignState, TaskState
from publications import correcting, publishing, tracks
from publications.digests import digest_of
from publications.errors import PublicationError
from publications.models import Publication, PublicationVersion, PublishedPenalty, PublishedResult
from publications.states import VERSION_STEPS, VersionState
from reports.sheets.annual_plan import plan_rows
from reports.sheets.wanted import Wanted
from tests.factories import accounts, campaigns
from tests.publications import world as public
from tests.visits import world
from visits import adopting, complaining, measures, results
from visits.codes import MeasureKind, Outcome
from visits.models import Finding

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

Act = Callable[[PublicationVersion], Any]
ACTS: dict[str, Act] = {
    "propose": lambda version: publishing.propose(version, by=public.officer()),
    "return": lambda version: publishing.return_version(version, words="请补充", by=public.approver()),
    "approve": lambda version: publishing.approve(version, by=public.second_approver()),
    "publish": lambda version: publishing.publish(version, by=None),
    "supersede": lambda version: public.published(
        correcting.correct(version.publication, reason="笔误", by=public.officer())
    ),
    "withdraw": lambda version: correcting.withdraw(version, reason="内容有误", by=public.approver()),
}


OF_ANOTHER = {("supersede", VersionState.SUPERSEDED), ("supersede", VersionState.WITHDRAWN)}
"""A past version stays what it is when a correction of its publication is published."""


def stations() -> dict[str, PublicationVersion]:
    """A version in each state, of bulletins, which need no task."""
    found = {state: bulletin() for state in VersionState}
    public.proposed(found[VersionState.PROPOSED])
    public.approved(found[VersionState.APPROVED], not_before=timezone.localdate() + timedelta(days=9))
    for state in (VersionState.PUBLISHED, VersionState.SUPERSEDED, VersionState.WITHDRAWN):
        public.published(found[state])
    ACTS["supersede"](found[VersionState.SUPERSEDED])
    ACTS["withdraw"](found[VersionState.WITHDRAWN])
    return found


def bulletin() -> PublicationVersion:
    return publishing.prepare_bulletin(
        public.officer().bureau, title="通报", text="共检查 3 家。", by=public.officer()
    ).versions.get()


def test_every_step_from_every_state_moves_and_is_recorded_once_or_is_refused_in_words():
    moved = set()
    for state, version in stations().items():
        for step in ACTS:
            words, now, recorded = tried(step, version)
            if now == state:
                assert words or (step, state) in OF_ANOTHER, (step, state)
                assert not words or any("一" <= char <= "龥" for char in words), (step, state)
            else:
                assert (words, recorded) == ("", 1), (step, state)
                moved.add((step, state, now))

    legal = {(step, source, each.target) for step, each in VERSION_STEPS.items() for source in each.sources}
    approve = ("approve", VersionState.PROPOSED)
    assert moved == legal - {(*approve, VersionState.APPROVED)} | {(*approve, VersionState.PUBLISHED)}


def tried(step: str, version: PublicationVersion) -> tuple[str, str, int]:
    """How it was refused, the state then, and how often the step was recorded; all is taken back."""
    before, words = events(step), ""
    with transaction.atomic():
        try:
            ACTS[step](PublicationVersion.objects.get(pk=version.pk))
        except PublicationError as refused:
            words = str(refused)
        now = PublicationVersion.objects.get(pk=version.pk).state
        recorded = events(step) - before
        transaction.set_rollback(True)
    return words, now, recorded


def events(step: str) -> int:
    return AuditEvent.objects.filter(action=f"publications.{step}").count()


def test_result_is_built_of_named_fields_and_its_words_lose_people_and_figures():
    task = world.reviewed()
    names = [task.members.order_by("position")[0].inspector.name, "李举报"]
    words = f"{names[0]}和{names[1]}（13800138000）称原始记录缺少复核签字"
    Finding.objects.filter(result__task=task).update(facts=words)
    complaining.receive_complaint(
        institution_words="第1检测", county=task.institution.county, text="数据造假",
        who=complaining.Complainant(name=names[1], phone="13900139000"), institution=task.institution,
    )  # fmt: skip
    conclude(task)
    world.measure(task, MeasureKind.ORDER)
    order = world.ordered(task)

    version = public.results(Task.objects.get(pk=task.pk))

    row = PublishedResult.objects.get(version=version)
    assert row.problems == [["报告管理", "其他违反规定的行为", "某某和投诉举报人（电话略）称原始记录缺少复核签字"]]
    assert row.departments == [
        ["大同市市场监督管理局", "发现问题已责令改正", ""], ["大同市生态环境局", "未发现问题", ""],
    ]  # fmt: skip
    assert row.measures == [["责令限期整改", "大同市市场监督管理局", f"{timezone.localdate():%Y-%m-%d}", order.number]]
    assert (row.category, row.problem_count, row.is_rectified, row.is_current) == ("E", 1, False, False)
    assert (row.name, row.code, row.inspected_on) == (
        task.institution.name,
        task.institution.uscc,
        timezone.localdate(),
    )
    assert {each["kind"] for each in version.redactions} == {"姓名", "投诉举报人", "电话号码"}
    assert "李举报" not in str(version.redactions)
    assert version.content["facts"] == [["检查机构", "1 家"], ["发现问题已责令改正", "1 家"], ["发现问题", "1 个"]]


def conclude(task: Task) -> None:
    bureaus = [result.bureau for result in task.results.select_related("bureau")]
    results.conclude(task, held_on=timezone.localdate(), bureaus=bureaus, words="同意", by=world.officer())


def test_nothing_of_practices_or_unpublished_campaigns_or_before_the_conclusion_can_be_prepared():
    task = world.concluded()
    campaign = task.campaign
    for change, words in (
        ({"kind": CampaignKind.PRACTICE}, "演练"),
        ({"publishes_results": False, "publishes_plan": False}, "不公示"),
    ):
        Campaign.objects.filter(pk=campaign.pk).update(kind="double_random", publishes_plan=True)
        Campaign.objects.filter(pk=campaign.pk).update(**change)
        found = Campaign.objects.get(pk=campaign.pk)
        for prepare in (publishing.prepare_plan, publishing.prepare_results):
            with pytest.raises(PublicationError, match=words):
                prepare(found, by=public.officer())
        with pytest.raises(PublicationError, match="没有可以列入"):
            publishing.prepare_annual_plan(found.lead_bureau, 2025, by=public.officer())
    Campaign.objects.filter(pk=campaign.pk).update(kind=CampaignKind.PRACTICE)
    public_fine = public.fine(task)
    with pytest.raises(PublicationError, match="没有可以公示"):
        publishing.prepare_penalties(public_fine.bureau, by=public.officer())
    not_yet = world.reviewed()
    with pytest.raises(PublicationError, match="还没有认定"):
        publishing.prepare_results(not_yet.campaign, by=public.officer())
    with pytest.raises(PublicationError, match="还没有认定"):
        publishing.prepare_results(not_yet.campaign, tasks=[not_yet], by=public.officer())
    assert Publication.objects.count() == 0


def test_drawn_list_follows_the_transcript_and_only_where_the_plan_publishes_it():
    campaign = campaigns.campaign("140200-9", by=public.officer(), state=CampaignState.DRAWN)
    draw = Draw(campaign=campaign, code="140200-9-1", drawn_at=timezone.now(), state="drawn")
    with pytest.raises(PublicationError, match="设置为不公示"):
        tracks.check_drawn_list(draw)
    campaign.publishes_drawn_list = True
    with pytest.raises(PublicationError, match="不能先行公示"):
        tracks.check_drawn_list(draw)
    draw.disclosed_at = timezone.now()
    tracks.check_drawn_list(draw)


def test_plans_have_the_columns_of_real_annual_plans():
    campaign = campaigns.campaign("140200-8", by=public.officer(), description="联系人张某，电话13800138000。")
    line: PlanLine = campaigns.line(campaign, world.ECOLOGY)
    line.slots.create(role="officer", county_department=accounts.department(), number=2)
    Stage.objects.create(
        campaign=campaign, kind="on_site", name="现场检查", starts_on=date(2025, 9, 15), ends_on=date(2025, 11, 15)
    )

    by_class = {"size_kind": "ratio_by_class", "ratio_by_class": {"A": "1%", "D": "100%"}, "lots_by_class": {"D": 4}}
    campaigns.line(campaign, code="food", title="食品", **by_class)

    annual = publishing.prepare_annual_plan(campaign.lead_bureau, 2025, by=public.officer()).versions.get()
    plan = publishing.prepare_plan(campaign, by=public.officer()).versions.get()

    cells = [
        "见抽查事项清单", "全市机动车检验机构", "抽 2 家，1 次", "不作区别", "2025年9月15日至2025年11月15日", "大同市市场监督管理局",
        "大同市生态环境局", "市抽县查",
    ]  # fmt: skip
    assert annual.content["tables"][0]["columns"][-1] == "模式"
    assert annual.content["tables"][0]["rows"][0] == ["1", f"{campaign.title}（机动车检验机构）", *cells]
    first, second = plan.content["tables"][0]["rows"]
    assert first == ["1", "机动车检验机构", *cells]
    assert second[4:6] == ["按信用风险分类差异化抽取，1 次", "按信用风险分类差异化抽取"]
    sheet = [list(astuple(row)[2:]) for row in plan_rows(Wanted.now(campaign, public.officer()))]
    assert sheet == [row[2:] for row in annual.content["tables"][0]["rows"]]
    assert plan.content["words"] == ["联系人张某，电话（电话略）。"]
    with pytest.raises(PublicationError, match="更正版本"):
        publishing.prepare_plan(campaign, by=public.officer())


def test_adopted_and_uninspected_tasks_are_published_as_what_they_are():
    source = world.concluded()
    Campaign.objects.filter(pk=source.campaign_id).update(kind=CampaignKind.SPECIAL, publishes_results=False)
    task = world.task(source.institution)
    adoption = adopting.ask_adoption(task, source, reason="专项检查已检查", by=public.officer())
    adopting.approve_adoption(adoption, by=public.approver())
    closed = world.ended(outcome=Outcome.CLOSED).task
    for result in closed.results.all():
        by = world.officer(result.bureau_id)
        results.edit_result(result, category="7", follow_up="none", trade_outcome="sound", by=by)
        results.submit_result(result, by=by)
    for result in closed.results.all():
        results.pass_result(result, by=public.officer())
    conclude(Task.objects.get(pk=closed.pk))

    adopted = public.results(task).results.get()
    gone = public.results(closed).results.get()

    assert (adopted.mode, adopted.category, adopted.problems, adopted.measures) == ("采纳结果", "E", [], [])
    assert adopted.departments[0][2] == "采纳其他检查活动的结果，未重复检查"
    assert (gone.get_category_display(), gone.problem_count, gone.is_rectified) == ("已关闭停业或正在组织清算", 0, None)


def test_approval_takes_another_person_of_the_bureau_and_publishes_at_once():
    version = public.proposed()
    proposer = public.officer()
    proposer.role_assignments.create(role="lead_approver")
    with pytest.raises(PublicationError, match="批准人不能是提请人"):
        publishing.approve(version, by=User.objects.get(pk=proposer.pk))
    with pytest.raises(PermissionDenied):
        publishing.approve(version, by=world.officer(world.ECOLOGY))

    publishing.approve(version, by=public.approver())

    version.refresh_from_db()
    assert (version.state, version.approved_by) == (VersionState.PUBLISHED, public.approver())
    assert version.digest == digest_of(version)
    assert list(PublishedResult.objects.values_list("is_current", flat=True)) == [True]
    assert not tracks.publishable_tasks(version.publication.campaign).exists()


def test_approved_version_waits_for_its_day_and_is_published_once():
    with time_machine.travel("2026-11-20T09:00:00+08:00", tick=False):
        version = public.approved(bulletin(), not_before=date(2026, 11, 23))
        assert publishing.publish_due(timezone.localdate()) == []
    with time_machine.travel("2026-11-22T23:59:30+08:00", tick=False):
        assert publishing.publish_due(timezone.localdate()) == []
    with time_machine.travel("2026-11-23T00:00:30+08:00", tick=False):
        assert publishing.publish_due(timezone.localdate()) == [version]
        assert publishing.publish_due(timezone.localdate()) == []
    version.refresh_from_db()
    assert (version.state, events("publish")) == (VersionState.PUBLISHED, 1)


def test_result_amended_while_it_waits_is_not_published_and_a_published_one_asks_for_a_correction():
    task = world.concluded()
    version = public.results(task)
    public.proposed(version)
    own = task.results.get(bureau=task.bureau)
    results.amend_result(own, because="笔误", by=public.officer())

    with pytest.raises(PublicationError, match="正在更正"):
        publishing.approve(version, by=public.approver())
    publishing.return_version(version, words="结果已更正", by=public.approver())
    conclude_again(task)
    with pytest.raises(PublicationError, match="已经更正"):
        public.proposed(version)
    public.published(correcting.renew_version(version, by=public.officer()))
    assert [todo for todo in todos() if "更正" in todo] == []
    results.amend_result(task.results.get(bureau=task.bureau), because="再次更正", by=public.officer())
    assert [todo for todo in todos() if "更正" in todo] == [
        f"{task.institution.name}：已公示的检查结果有更正，需要发布更正版本"
    ]


def conclude_again(task: Task) -> None:
    result = task.results.get(bureau=task.bureau)
    results.submit_result(result, by=public.officer())
    results.pass_result(result, by=public.officer())
    conclude(Task.objects.get(pk=task.pk, state=TaskState.JOINT))


def todos() -> list[str]:
    return [todo.text for todo in workbench.todos_of(public.officer())]


def test_correction_is_a_version_beside_the_former_and_moves_what_is_current():
    first = public.published()
    with pytest.raises(PublicationError, match="更正说明"):
        correcting.correct(first.publication, reason=" ", by=public.officer())
    second = correcting.correct(first.publication, reason="补正，电话13800138000", by=public.officer())
    with pytest.raises(PublicationError, match="还在办理"):
        correcting.correct(first.publication, reason="再改", by=public.officer())
    row = second.results.get()
    member = row.task.members.order_by("position")[0].inspector
    correcting.edit_result(row, departments=["已复核", ""], problems=[f"{member.name}签字缺失"], by=public.officer())
    first.refresh_from_db()
    assert (first.state, second.state, first.results.get().is_current) == ("published", "draft", True)

    public.published(second)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.reason) == ("superseded", "published", "补正，电话（电话略）")
    assert [(row.version.number, row.is_current, row.problems[0][2]) for row in PublishedResult.objects.order_by("pk")] == [
        (1, False, "原始记录缺少复核签字"), (2, True, "某某签字缺失"),
    ]  # fmt: skip
    correcting.withdraw(second, reason="应当事人申请", by=public.approver())
    second.refresh_from_db()
    assert (second.state, second.withdrawn_because) == ("withdrawn", "应当事人申请")
    assert not PublishedResult.objects.filter(is_current=True).exists()
    third = correcting.correct(first.publication, reason="重新公示", by=public.officer())
    assert (third.number, public.published(third).state) == (3, "published")


def test_draft_can_be_thrown_away_and_what_was_public_cannot():
    version = public.results()
    correcting.discard(version, by=public.officer())
    assert Publication.objects.count() == PublishedResult.objects.count() == 0
    with pytest.raises(PublicationError):
        correcting.discard(public.published(bulletin()), by=public.officer())
    second, third = bulletin(), bulletin()
    correcting.discard(second, by=public.officer())
    assert third.publication.code.endswith("-3")
    assert bulletin().publication.code.endswith("-4")


def test_penalties_name_no_person_and_count_what_is_above_them():
    task = world.concluded()
    Finding.objects.filter(result__task=task).update(facts="王责任授意出具报告")
    public.fine(task)
    ban = world.measure(task, MeasureKind.INDUSTRY_BAN, person="王责任", post="技术负责人")
    measures.decide_measure(ban, decided_on=public.DAY, document_number="同市监禁〔2026〕1号", by=public.officer())

    version = public.published(publishing.prepare_penalties(task.bureau, by=public.officer()).versions.get())

    rows = version.penalties.order_by("pk").values_list("kind", "document_number", "facts", "is_current")
    assert list(rows) == [
        ("fine", "同市监罚〔2026〕1号", "某某授意出具报告", True),
        ("industry_ban", "同市监禁〔2026〕1号", "（对有关责任人员）某某授意出具报告", True),
    ]
    assert version.content["facts"] == [
        ["涉及机构", "1 家"], ["罚款", "1 件"], ["行业禁入", "1 件"], ["罚没金额", "30,000.00 元"],
    ]  # fmt: skip
    assert PublishedPenalty.objects.get(kind="fine").legal_basis == "《检验检测机构监督管理办法》第二十五条"
