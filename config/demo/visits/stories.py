"""The story of each task: before each act stands when it happens, in working days from today."""

from datetime import timedelta

from django.utils import timezone

from campaigns.adding import Added, add_tasks
from campaigns.models import Campaign, Task, TaskMode
from campaigns.notices import issue_notices
from config.demo.self_checks import hand_in
from config.demo.visits import following, going, judging, words
from config.demo.visits.campaign import CITY, ECOLOGY, POLICE
from config.demo.visits.cast import Cast
from config.demo.visits.clock import Story, at, workday
from config.demo.visits.going import Trip
from inspectors.models import Inspector
from institutions.models import Institution
from selftest import rounds
from selftest.models import FormTemplate, Population
from visits import adopting, rectifying, referring, results, scheduling
from visits.codes import MeasureKind, Outcome
from visits.models import Visit

NOT_YET = (
    *(f"item:{number}" for number in range(13, 19)),
    *(f"block:{code}" for code in ("legal", "people", "equipment", "other")),
)
"""Lines that nobody has filled in so far."""


def county(campaign: Campaign, institution: Institution, cast: Cast) -> Story:
    """A county's own target beside those it received, with the officers it names itself."""
    by = cast["pingcheng-county"]
    yield at(workday(-2, cast.today), "09:00")
    line = campaign.lines.get(code="other")
    given = Added(TaskMode.KEY, line, [institution], "本区信用风险分类较高，列入区级自主检查对象")
    task = add_tasks(campaign, given, by=by)[0]
    yield at(workday(-1, cast.today), "15:30")
    issue_notices([task], by=by)
    start = at(workday(3, cast.today), "09:30")
    visit = scheduling.plan_visit(Task.objects.get(pk=task.pk), start=start, end=start + timedelta(hours=2), by=by)
    able = [
        each
        for each in Inspector.objects.active().filter(bureau=by.bureau).order_by("number")
        if not each.certificate_gaps(cast.today) and not scheduling.is_recused(each, task)
    ]
    for inspector in able[:2]:
        scheduling.add_officer(visit, inspector, by=by)


def told(task: Task, cast: Cast) -> Story:
    """The notice is on its way, no day is named yet."""
    yield at(workday(-1, cast.today), "17:00")
    notice = going.notify(task, cast)
    going.by_post(notice, timezone.now(), cast)


def planned(task: Task, cast: Cast, *, days: int, starts: str = "09:00") -> Story:
    """In the calendar; the notice is delivered within the 24 hours before."""
    yield at(workday(-1, cast.today), "11:00")
    going.notify(task, cast)
    visit = going.plan(task, at(workday(days, cast.today), starts), cast)
    guest = Inspector.objects.active().filter(bureau="scjg:140600").order_by("number").first()
    if guest:
        scheduling.add_guest(visit, guest, by=cast["datong-officer"])


def tomorrow(task: Task, cast: Cast, *, starts: str) -> Story:
    """At a time when one of the team is planned elsewhere."""
    yield at(workday(-1, cast.today), "14:00")
    going.notify(task, cast)
    visit = going.plan(task, at(workday(1, cast.today), starts), cast)
    scheduling.name_cooperating(visit, "贾文斌", "辖区市场监督管理所", by=cast["datong-officer"])


def under_way(task: Task, cast: Cast) -> Story:
    """Today: half of the sheet is filled in, and two officers disagree on a line."""
    begun = cast.now - timedelta(minutes=50)
    yield begun - timedelta(hours=20)
    notice = going.notify(task, cast)
    visit = going.plan(task, begun, cast, hours=3)
    going.in_person(notice, timezone.now(), cast)
    yield begun - timedelta(hours=19)
    _check_itself(task, cast)
    yield begun
    going.start(visit, cast)
    yield begun + timedelta(minutes=35)
    first, second = _two_of(visit)
    going.fill(visit, cast, [words.SAMPLES, words.CONFIRMATIONS, words.DATA], without=NOT_YET)
    facts = {"answer": "problem", "facts": "恒温恒湿室无近三个月的温湿度监控记录，2 台设备未贴状态标识。"}
    going.enter(visit, "block:equipment", {"answer": "sound"}, by=cast.account_of(second))
    going.enter(visit, "block:equipment", facts, by=cast.account_of(first))


def _check_itself(task: Task, cast: Cast) -> None:
    """Those that had their notice are asked for a self-check; this one hands it in, with a problem."""
    officer = cast["datong-officer"]
    round = rounds.create_round(
        task.campaign, form=FormTemplate.objects.get(code="shanxi-2025", version=1), title="被检查机构自查",
        population=Population.NOTIFIED, deadline=cast.today + timedelta(days=8), materials="uploaded", by=officer,
    )  # fmt: skip
    rounds.open_round(round, by=officer)
    hand_in(round.self_checks.get(institution=task.institution), cast.clerk_of(task.institution), problem=True)


def _two_of(visit: Visit) -> list[Inspector]:
    """Of the city's own officers."""
    there = visit.attendees.filter(kind="officer", inspector__bureau=CITY).order_by("pk")
    return [each.inspector for each in there if each.inspector][:2]


def writing(task: Task, cast: Cast) -> Story:
    """Visited yesterday; the city has handed in its result, the partners are still writing."""
    ills = [words.SAMPLES, words.TRAINING]
    yield from going.visited(task, Trip(-1, ills=ills), cast)
    yield timezone.now() + timedelta(hours=3)
    judging.submit(task, ills, cast, only=CITY)


def reviewing(task: Task, cast: Cast) -> Story:
    ills = [words.LIMITS, words.ARCHIVES]
    yield from going.visited(task, Trip(-3, ills=ills), cast, going.left_there)
    yield at(workday(-2, cast.today), "15:20")
    judging.submit(task, ills, cast)


def returned(task: Task, cast: Cast) -> Story:
    ills = [words.SAMPLING_POINTS]
    yield from going.visited(task, Trip(-4, starts="14:30", ends="17:00", ills=ills), cast)
    yield at(workday(-3, cast.today), "10:00")
    judging.submit(task, ills, cast)
    yield at(workday(-2, cast.today), "09:20")
    result = task.results.get(bureau=ECOLOGY)
    asked = "请补充采样点位偏离监测方案的影响分析，并核对适用条款。"
    results.return_result(result, words=asked, by=cast["datong-officer"])


def joint(task: Task, cast: Cast) -> Story:
    """All departments reviewed; waits to be looked at together."""
    ills = [words.FALSE_EMISSIONS, words.FALSE_SAFETY, words.CALIBRATION]
    trip = Trip(
        -5, ills=ills, told_before=3, window_reason="机构法定代表人住院，经请示分管负责人同意提前告知、改期检查"
    )
    yield from going.visited(task, trip, cast)
    yield at(workday(-4, cast.today), "10:30")
    judging.submit(task, ills, cast)
    yield at(workday(-2, cast.today), "16:00")
    judging.review(task, cast)


def waits_for_police(task: Task, cast: Cast) -> Story:
    """Revocation waits for the police's decision, the dishonest list for the revocation."""
    ills = [words.FALSE_SAFETY, words.FALSE_REPORTS, words.BEYOND, words.TRAINING]
    yield from going.visited(task, Trip(-9, ills=ills), cast, going.left_there)
    found = yield from judging.concluded(
        task, ills, cast, days=-8, words="公安、市场监管部门一致认定出具虚假检验报告，情节严重。"
    )
    yield at(workday(-6, cast.today), "09:00")
    grave, slight = (
        [each for each in found if each.severity == "false"],
        [each for each in found if each.severity == "general"],
    )
    transfer = following.propose(grave, MeasureKind.POLICE, cast, words="涉嫌提供虚假证明文件，移送公安机关审查")
    following.propose(
        grave, MeasureKind.DISQUALIFICATION, cast, bureau=POLICE, words="机动车安全技术检验机构出具虚假检验结果"
    )
    following.propose(grave, MeasureKind.REVOCATION, cast, words="待公安机关作出处罚决定后办理")
    following.propose(grave, MeasureKind.DISHONEST_LIST, cast)
    head = task.institution.legal_representative
    following.propose(grave, MeasureKind.INDUSTRY_BAN, cast, person=head, post="法定代表人")
    following.propose(slight, MeasureKind.INTERVIEW, cast)
    yield at(workday(-5, cast.today), "11:00")
    following.decide(transfer, cast, f"同市监移〔{cast.today.year}〕7号")
    following.carry_out(transfer, cast)


def penalised(task: Task, cast: Cast) -> Story:
    """The order of sanctions gone through: ecology's fine, then the revocation; other measures beside them."""
    ills = [words.FALSE_EMISSIONS, words.UNTRUE]
    year = cast.today.year
    yield from going.visited(
        task, Trip(-16, ills=ills, refuses_to_sign="机构认为过程数据由设备厂家上传，不认可检查结论"), cast
    )
    found = yield from judging.concluded(
        task, ills, cast, days=-15, words="生态环境部门认定伪造排放检验结果，市场监管部门同意定性。"
    )
    yield at(workday(-13, cast.today), "10:00")
    forged, untrue = (
        found[:1] if found[0].severity == "false" else found[1:],
        [each for each in found if each.severity == "untrue"],
    )
    fine = following.propose(forged, MeasureKind.FINE, cast, bureau=ECOLOGY, words="伪造机动车排放检验结果")
    taken = following.propose(forged, MeasureKind.CONFISCATION, cast, bureau=ECOLOGY)
    revoked = following.propose(forged, MeasureKind.REVOCATION, cast)
    listed = following.propose(forged, MeasureKind.DISHONEST_LIST, cast)
    smaller = following.propose(untrue, MeasureKind.FINE, cast, words="出具不实检验检测报告")
    yield at(workday(-9, cast.today), "15:00")
    following.carry_out(following.decide(fine, cast, f"同环罚〔{year}〕31号", amount=160000), cast)
    following.carry_out(following.decide(taken, cast, f"同环罚〔{year}〕31号", amount=960), cast)
    following.carry_out(following.decide(smaller, cast, f"同市监处罚〔{year}〕58号", amount=30000), cast)
    text = "当事机构的过程数据由设备供应商远程改写，请核查该供应商对本市其他机构的设备维护情况。"
    following.refer(forged[0], "大同博源检测设备有限公司", text, cast, to=CITY, sender=ECOLOGY)
    yield at(workday(-4, cast.today), "10:00")
    following.decide(revoked, cast, f"同市监撤〔{year}〕2号")
    yield at(workday(-1, cast.today), "10:00")
    ends_on = timezone.localdate() + timedelta(days=3 * 365)
    following.decide(listed, cast, f"同市监列严〔{year}〕4号", ends_on=ends_on)


def false_reports(task: Task, cast: Cast) -> Story:
    """Problems that lead to others: another department, another region, a province outside."""
    ills = [words.FALSE_REPORTS, words.LIMITS]
    yield from going.visited(task, Trip(-12, ills=ills), cast)
    found = yield from judging.concluded(task, ills, cast, days=-11)
    yield at(workday(-9, cast.today), "09:30")
    finding = next(each for each in found if each.severity == "false")
    emissions = following.refer(
        finding,
        task.institution.name,
        "该机构排放检验过程数据异常，请调取联网数据，核查其他检验车辆是否存在同样情形。",
        cast,
        to=ECOLOGY,
        days=20,
    )
    following.refer(
        finding, "太原同准检验检测技术有限公司", "虚假报告中 2 份的分包单位为该公司，涉嫌未经检测出具分包数据。", cast,
        to="scjg:140100",
    )  # fmt: skip
    outside = following.refer(
        finding, "张家口恒测计量服务有限公司", "该公司出具的设备校准证书与其公布的编号规则不符，请协查真伪。", cast,
        outside="河北省张家口市市场监督管理局",
    )  # fmt: skip
    fine = following.propose([finding], MeasureKind.FINE, cast, words="出具虚假检验检测报告")
    following.propose([finding], MeasureKind.NO_ADOPTION, cast)
    yield at(workday(-7, cast.today), "10:00")
    referring.accept_referral(emissions, by=cast["datong-ecology"])
    referring.accept_referral(
        outside, acknowledgement=f"张市监协回〔{cast.today.year}〕19号", by=cast["datong-officer"]
    )
    yield at(workday(-3, cast.today), "15:00")
    following.decide(fine, cast, f"同市监处罚〔{cast.today.year}〕61号", amount=30000)
    answer = "已调取该机构联网数据，未发现其他异常车辆，已纳入重点监控名单。"
    referring.answer_referral(emissions, feedback=answer, by=cast["datong-ecology"])


def overdue(task: Task, cast: Cast) -> Story:
    """Ordered to be put right, nothing heard since the day went by."""
    ills = [words.CALIBRATION, words.STATISTICS]
    yield from going.visited(task, Trip(-18, ills=ills), cast, going.by_post)
    found = yield from judging.concluded(task, ills, cast, days=-17)
    yield at(workday(-15, cast.today), "10:00")
    demands = "立即停用超期设备，追溯 47 天内出具的报告并评估影响；如实更正统计直报数据。"
    order = following.order(found, demands, workday(-3, cast.today), cast)
    yield at(order.due_on + timedelta(days=1), "06:00")
    rectifying.escalate_overdue()


def soon(task: Task, cast: Cast) -> Story:
    """Sent back once, prolonged, due in a few days."""
    ills = [words.ARCHIVES, words.SAMPLES]
    yield from going.visited(task, Trip(-14, starts="14:30", ends="17:10", ills=ills), cast)
    found = yield from judging.concluded(task, ills, cast, days=-13)
    yield at(workday(-11, cast.today), "10:00")
    clerk = cast.clerk_of(task.institution)
    order = following.order(
        found, "补齐复核签字，建立不少于 6 年的电子数据备份；样品全部编号登记。", workday(-1, cast.today), cast
    )
    yield at(workday(-6, cast.today), "11:00")
    following.extend(order, clerk, 6, "备份服务器采购到货延迟，供货合同附后", cast)
    yield at(workday(-3, cast.today), "16:00")
    report = following.report(order, clerk, "样品已编号登记，复核签字已补齐；电子数据备份服务器正在安装。")
    yield at(workday(-2, cast.today), "10:00")
    following.verify(report, cast, "电子数据备份尚未完成，请补充备份策略和恢复测试记录。")


def mine(task: Task, cast: Cast) -> Story:
    """The institution of the demo's clerk: one order verified, one reported, one open."""
    clerk = cast["institution-clerk"]
    ills = [words.TRAINING, words.CALIBRATION, words.BEYOND]
    yield from going.visited(task, Trip(-10, ills=ills), cast, going.electronically)
    found = yield from judging.concluded(task, ills, cast, days=-9)
    by_severity = {each.severity: each for each in found}
    yield at(workday(-7, cast.today), "10:30")
    beyond = [by_severity["beyond"]]
    done = following.order(
        [by_severity["general"]], "补做 2 名检验员的岗位能力确认和监督。", workday(4, cast.today), cast
    )
    handed = following.order(beyond, "收回超范围报告，清理能力附表以外的项目。", workday(5, cast.today), cast)
    open_until = cast.today + timedelta(days=3)
    following.order(
        [by_severity["violation"]], "超期设备重新校准，追溯期间出具的报告，完善设备周期检定计划。", open_until, cast
    )
    fine = following.propose(beyond, MeasureKind.FINE, cast, words="超出资质认定证书规定的能力范围出具报告")
    yield at(workday(-5, cast.today), "09:50")
    first = following.report(done, clerk)
    yield at(workday(-4, cast.today), "15:00")
    following.verify(first, cast)
    yield at(workday(-2, cast.today), "17:00")
    following.report(handed, clerk, "超范围报告 1 份已全部收回并声明作废，能力附表核对记录见附件。")
    following.decide(fine, cast, f"同市监处罚〔{cast.today.year}〕63号", amount=30000)


def clean(task: Task, cast: Cast) -> Story:
    yield from going.visited(task, Trip(-20), cast, going.by_post)
    yield from judging.concluded(task, [], cast, days=-19)


def closed_down(task: Task, cast: Cast) -> Story:
    trip = Trip(-8, outcome=Outcome.CLOSED, words="大门上锁，厂房已清空，物业证明该机构两个月前停止经营并遣散人员。")
    yield from going.visited(task, trip, cast, going.pinned_up)
    yield from judging.concluded(task, [], cast, days=-7, words="现场查实已停业，转日常监管核查资质认定证书注销事宜。")


def refused(task: Task, cast: Cast) -> Story:
    trip = Trip(
        -6, outcome=Outcome.REFUSED, words="机构负责人以设备检修为由拒绝检查组进入检验区，经告知法律后果仍不配合。"
    )
    yield from going.visited(task, trip, cast)
    yield at(workday(-5, cast.today), "10:00")
    judging.submit(task, [], cast)


def _also_special(task: Task, special: Campaign, cast: Cast) -> Task:
    people = [each.inspector for each in task.members.filter(role="officer") if each.inspector]
    given = Added(
        TaskMode.KEY, special.lines.get(), [task.institution], "遥感监测发现该机构检验合格车辆排放超标比例偏高", people,
        "与双随机任务合并实施，检查结果供双随机任务采纳",
    )  # fmt: skip
    return add_tasks(special, given, by=cast["datong-officer"])[0]


def adopted(task: Task, special: Campaign, cast: Cast) -> Story:
    """The special campaign has been there: its result stands for the random one."""
    yield at(workday(-22, cast.today), "09:00")
    source = special.tasks.filter(institution=task.institution).first() or _also_special(task, special, cast)
    yield from going.visited(source, Trip(-20, starts="14:30", ends="16:40", ills=[words.LIMITS]), cast)
    found = yield from judging.concluded(source, [words.LIMITS], cast, days=-19)
    yield at(workday(-17, cast.today), "10:00")
    interview = following.propose(found, MeasureKind.INTERVIEW, cast)
    following.carry_out(following.decide(interview, cast), cast)
    yield at(workday(-10, cast.today), "10:00")
    task = Task.objects.get(pk=task.pk)
    reason = "专项检查已联合检查资质认定、从业规范和排放检验事项，结果认定不满一个月，不再重复进入企业检查。"
    asked = adopting.ask_adoption(task, Task.objects.get(pk=source.pk), reason=reason, by=cast["datong-officer"])
    yield at(workday(-9, cast.today), "10:00")
    adopting.approve_adoption(asked, by=cast["datong-approver"])
