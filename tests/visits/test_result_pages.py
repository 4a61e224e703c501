from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import workbench
from accounts.links import links_of
from accounts.models import Role
from campaigns.models import Task
from campaigns.states import TaskState
from tests.factories import accounts
from tests.visits import world
from visits import proposals, results, sampling, versions
from visits.codes import Category, Severity, TradeOutcome
from visits.models import DepartmentResult, Finding, JointReview
from visits.outcomes import Whole, whole_of
from visits.states import FindingState, ResultState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

WRITTEN = {"category": "E", "follow_up": "ordered", "trade_outcome": "ordered", "words": "复核签字不全"}


def own(task: Task, bureau: str = world.CITY) -> DepartmentResult:
    return task.results.get(bureau=bureau)


def url(name: str, thing: object) -> str:
    return reverse(f"visits:{name}", args=[thing.pk])


def told(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


@pytest.fixture
def officer(client):
    client.force_login(world.officer())
    return client


def visited(*, problems: tuple[str, ...] = ("block:people",)) -> Task:
    """Inspected; these lines were answered 发现问题, with a photo on the first."""
    visit = world.started()
    world.fill(visit, problems=problems)
    photo = world.photo(visit)
    type(photo).objects.filter(pk=photo.pk).update(line=problems[0])
    world.sign_all(visit)
    world.attending.end_visit(visit, outcome=world.Outcome.INSPECTED, by=world.team(visit.task)[0])
    return Task.objects.get(pk=visit.task_id)


def columns(client, task: Task) -> list[tuple[str, str, bool]]:
    """(bureau, state, whether this person reads its content) of each column."""
    page = client.get(url("results", task))
    return [(each.result.bureau_id, each.result.state, each.shown is not None) for each in page.context["columns"]]


def test_each_department_has_its_column_and_only_its_writers_read_a_draft(officer, client):
    task = visited()

    assert columns(officer, task) == [(world.CITY, "draft", True), (world.ECOLOGY, "draft", True)]

    client.force_login(world.officer(world.ECOLOGY))
    assert columns(client, task) == [(world.CITY, "draft", False), (world.ECOLOGY, "draft", True)]


def test_line_with_a_problem_becomes_a_finding_with_one_press(officer):
    result = own(visited())
    proposal = proposals.proposals_of(result)[0]
    assert (proposal.line, proposal.matter, proposal.facts, len(proposal.evidence)) == (
        "block:people", "人员", "记录不全", 1,
    )  # fmt: skip

    officer.post(url("finding_take_over", result), {"line": "block:people"})

    finding = Finding.objects.get(result=result)
    assert (finding.line, finding.facts, finding.severity, list(finding.evidence.all())) == (
        "block:people", "记录不全", "general", list(proposal.evidence),
    )  # fmt: skip
    assert proposals.proposals_of(result) == []
    officer.post(url("finding_take_over", result), {"line": "block:people"})
    assert result.findings.count() == 1


def test_withdrawn_finding_is_proposed_again(officer):
    result = own(visited())
    officer.post(url("finding_take_over", result), {"line": "block:people"})

    officer.post(url("finding_withdraw", result.findings.get()))

    assert [each.line for each in proposals.proposals_of(result)] == ["block:people"]
    assert Finding.objects.get(result=result).state == FindingState.WITHDRAWN


def test_drawn_report_that_is_false_is_proposed_to_the_market_regulator_alone():
    visit = world.started()
    by = world.team(visit.task)[0]
    sample = sampling.draw_reports(visit, ["R-1", "R-2"], 2, words="字", by=by)
    sampling.judge_report(sample, "R-2", severity=Severity.FALSE, facts="未检测出具", by=by)
    world.fill(visit)
    world.sign_all(visit)
    world.attending.end_visit(visit, outcome=world.Outcome.INSPECTED, by=by)

    found = proposals.proposals_of(own(visit.task))

    assert [(each.line, each.matter, each.severity) for each in found] == [
        ("report:R-2", "报告抽查（R-2）", Severity.FALSE)
    ]
    assert proposals.proposals_of(own(visit.task, world.ECOLOGY)) == []


def test_only_bases_valid_on_the_day_are_offered_grouped_and_searched(officer):
    result = own(visited())
    valid = world.basis()
    other = world.basis(title="计量法", article="第九条", text="强制检定")
    world.basis(article="第二十六条", valid_to=date(2025, 6, 1))

    page = officer.get(url("finding_add", result))
    assert page.context["form"].fields["legal_basis"].choices == [
        ("", "请选择"),
        ("《检验检测机构监督管理办法》", [(valid.pk, "第二十五条")]),
        ("《计量法》", [(other.pk, "第九条　强制检定")]),
    ]

    typed = {"find": "1", "search": "强制", "matter": "设备", "facts": "未检定", "severity": "violation"}
    found = officer.post(url("finding_add", result), typed)
    form = found.context["form"]
    assert [group[0] for group in form.fields["legal_basis"].choices] == ["", "《计量法》"]
    assert (form["facts"].value(), form["severity"].value(), form.errors) == ("未检定", "violation", {})
    assert result.findings.count() == 0


def test_violation_without_its_rule_is_refused_and_with_it_is_kept(officer):
    result = own(visited())
    values = {"matter": "设备", "facts": "未检定", "severity": "violation", "line": "block:people"}

    refused = officer.post(url("finding_add", result), values)
    assert refused.context["form"].errors == {"legal_basis": ["“其他违反规定的行为”须选择违反的规定。"]}

    evidence = result.task.visits.get().evidence.get()
    officer.post(url("finding_add", result), values | {"legal_basis": world.basis().pk, "evidence": [evidence.pk]})
    finding = result.findings.get()
    assert (finding.legal_basis, finding.line, list(finding.evidence.all())) == (
        world.basis(), "block:people", [evidence],
    )  # fmt: skip


def test_evidence_of_another_visit_is_refused(officer):
    result = own(visited())
    foreign = world.photo(world.started())
    values = {"matter": "设备", "facts": "未检定", "severity": "general", "evidence": [foreign.pk]}

    assert "evidence" in officer.post(url("finding_add", result), values).context["form"].errors
    given = results.Found("设备", "未检定", Severity.GENERAL, evidence=[foreign])
    with pytest.raises(results.VisitError, match="本任务现场检查取得的证据"):
        results.add_finding(result, given, by=world.officer())


def test_sub_category_stands_only_under_pending(officer):
    result = own(visited())

    officer.post(url("result", result), {**WRITTEN, "category": "E", "sub_category": "4"})
    assert own(result.task).sub_category == ""

    officer.post(url("result", result), {**WRITTEN, "category": "A", "sub_category": "4"})
    assert own(result.task).sub_category == "4"


def test_incomplete_result_is_saved_but_not_submitted(officer):
    result = own(visited())

    page = officer.post(url("result", result), {"words": "初稿", "then": "submit"})

    assert {name: list(errors) for name, errors in page.context["form"].errors.items()} == {
        "category": ["提交前须选择检查结果。"], "follow_up": ["提交前须选择后续处置。"],
        "trade_outcome": ["提交前须选择处理情况。"],
    }  # fmt: skip
    kept = own(result.task)
    assert (kept.words, kept.state, kept.versions.count()) == ("初稿", "draft", 0)


def test_result_goes_from_writing_through_return_and_review_to_joint_conclusion(officer, client):
    task = visited()
    result, partner = own(task), own(task, world.ECOLOGY)
    officer.post(url("finding_take_over", result), {"line": "block:people"})
    officer.post(url("result", result), {**WRITTEN, "then": "submit"})
    world.write(partner)
    results.submit_result(partner, by=world.officer(world.ECOLOGY))

    client.force_login(world.team(task)[0])
    refused = client.post(url("result_return", result), {"words": " "}, follow=True)
    assert told(refused)[-1] == "退回须写明意见。"
    client.post(url("result_return", result), {"words": "请写明数量"})
    client.post(url("result_pass", partner))
    assert own(task).state == ResultState.RETURNED
    assert "请写明数量" in client.get(url("result", result)).content.decode()

    client.force_login(world.officer())
    client.post(url("result", result), {**WRITTEN, "words": "缺 3 份", "then": "submit"})
    client.post(url("result_pass", result))
    assert Task.objects.get(pk=task.pk).state == TaskState.JOINT

    today = timezone.localdate()
    given = {"held_on": today.isoformat(), "words": "同意", "bureaus": [world.CITY]}
    refused = client.post(url("conclude", task), given)
    assert told(refused)[-1] == f"{partner.bureau.short_name}也有检查结果，须参加研判。"
    client.post(url("conclude", task), given | {"bureaus": [world.CITY, world.ECOLOGY]})

    assert {each.state for each in task.results.all()} == {ResultState.FINAL}
    review = JointReview.objects.get(task=task)
    assert (review.held_on, {bureau.pk for bureau in review.bureaus.all()}) == (today, {world.CITY, world.ECOLOGY})
    page = client.get(url("results", task))
    assert page.context["whole"] == Whole(Category.ORDERED, TradeOutcome.ORDERED, 2, 2, 1, 1)


def test_amended_result_stands_beside_the_former_with_what_changed_marked(officer):
    task = world.concluded()
    result = own(task)

    officer.post(url("amend", result), {"because": "类别选错"})
    officer.post(
        url("result", result), {"category": "A", "sub_category": "4", "follow_up": "case", "trade_outcome": "penalty"}
    )
    world.find(own(task))

    draft = versions.draft_of(own(task))
    assert {said.label: (said.before, said.value) for said in draft.fields if said.before is not None} == {
        "检查结果": ("E 发现问题已责令改正", "A 发现问题待后续处理"),
        "问题类别": ("—", "4 违反质监相关规定"),
        "后续处置": ("违反本部门规定责令改正", "案件线索移送办案机构"),
        "处理情况": ("责令改正", "立案处罚"),
        "更正理由": ("—", "类别选错"),
    }
    assert [said.change for said in draft.findings] == ["", "新增"]
    page = officer.get(url("results", task))
    column = page.context["columns"][0]
    assert [shown.version.number for shown in column.former] == [1]
    assert "原为：E 发现问题已责令改正" in page.content.decode()


def test_result_that_is_handed_in_is_not_written_to(officer):
    task = world.handed_in()
    result = own(task)

    page = officer.get(url("result", result)).content.decode()
    assert "现在不能修改" in page
    officer.post(url("finding_withdraw", world.finding(task)))
    officer.post(url("result", result), WRITTEN | {"words": "事后改的"})
    officer.post(url("finding_take_over", result), {"line": "block:people"})

    assert (own(task).words, world.finding(task).state, result.findings.count()) == ("", FindingState.OPEN, 1)


def test_look_back_is_shown_on_both_findings(officer):
    before = world.finding(world.concluded())
    task = visited_again(before.result.task)
    result = own(task)
    values = {"matter": "报告管理", "facts": "仍缺复核签字", "severity": "general", "rechecks": before.pk}
    assert list(officer.get(url("result", result)).context["earlier"]) == [before]
    form = officer.get(url("finding_add", result), {"rechecks": before.pk}).context["form"]
    assert (form["rechecks"].value(), form["matter"].value()) == (before.pk, "报告管理")

    officer.post(url("finding_add", result), values)

    after = result.findings.get()
    assert after.rechecks == before
    assert f"/findings/{before.pk}/" in officer.get(url("finding", after)).content.decode()
    assert f"/findings/{after.pk}/" in officer.get(url("finding", before)).content.decode()


def visited_again(task: Task) -> Task:
    return world.ended(world.told(world.notified(world.task(task.institution)))).task


def test_finding_of_another_institution_is_not_looked_back_at(officer):
    before = world.finding(world.concluded())
    result = own(world.ended().task)

    values = {"matter": "报告管理", "facts": "缺签字", "severity": "general", "rechecks": before.pk}
    page = officer.post(url("finding_add", result), values)
    assert page.status_code == 302
    assert result.findings.get().rechecks is None
    given = results.Found("报告管理", "缺签字", Severity.GENERAL, rechecks=before)
    with pytest.raises(results.VisitError, match="同一机构以前认定的问题"):
        results.add_finding(result, given, by=world.officer())


def test_whole_counts_under_the_heaviest_of_what_was_submitted():
    task = world.ended().task
    result, partner = own(task), own(task, world.ECOLOGY)
    assert whole_of([result, partner]) == Whole(None, None, 2, 0, 0, 0)

    result.category, result.trade_outcome, result.state = "1", "sound", "submitted"
    partner.category, partner.trade_outcome, partner.state = "A", "transferred", "final"

    assert whole_of([result, partner]) == Whole(Category.PENDING, TradeOutcome.TRANSFERRED, 2, 1, 0, 0)


def todos(user) -> list[str]:
    return [todo.button for todo in workbench.todos_of(user) if "检查结果" in todo.text or "采纳" in todo.text]


def test_workbench_tells_each_person_what_waits_for_them():
    task = visited(problems=("block:people",))
    result, partner = own(task), own(task, world.ECOLOGY)
    ecologist = world.officer(world.ECOLOGY)
    assert (todos(world.officer()), todos(ecologist), todos(world.team(task)[0])) == (
        ["去填写"],
        ["去填写"],
        ["去填写"],
    )

    world.write(partner)
    results.submit_result(partner, by=ecologist)
    results.return_result(DepartmentResult.objects.get(pk=partner.pk), words="补充", by=world.officer())
    assert todos(ecologist) == ["去修改"]

    for each in (result, partner):
        world.write(each)
        results.submit_result(each, by=world.officer(each.bureau_id))
    assert (todos(world.officer()), todos(world.team(task)[0]), todos(ecologist)) == (
        ["去审核"], ["去审核"], [],
    )  # fmt: skip

    for each in task.results.all():
        results.pass_result(each, by=world.officer())
    assert (todos(world.officer()), todos(ecologist)) == (["去研判"], [])


def test_task_page_leads_to_results_once_there_are_any():
    planned = world.planned().task
    ended = world.ended().task

    assert [link.label for link in links_of(world.officer(), planned) if link.label == "检查结果"] == []
    assert [link.label for link in links_of(world.officer(), ended) if link.label == "检查结果"] == ["检查结果"]
    assert [link for link in links_of(world.head(ended), ended) if link.label == "检查结果"] == []


def test_stranger_and_institution_find_nothing(client):
    task = world.concluded()
    for user in (accounts.user("far", Role.LEAD_OFFICER, at="scjg:140900"), world.head(task)):
        client.force_login(user)
        statuses = [client.get(url(name, thing)).status_code for name, thing in (
            ("results", task), ("result", own(task)), ("finding", world.finding(task)), ("conclude", task),
        )]  # fmt: skip
        assert set(statuses) <= {403, 404}


def test_page_of_results_takes_as_many_queries_with_more_findings(officer, django_assert_max_num_queries):
    task = world.concluded()
    with django_assert_max_num_queries(60):
        officer.get(url("results", task))
