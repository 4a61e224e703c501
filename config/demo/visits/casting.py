"""Which institution plays which part: those that were drawn, and checks that were added beside the random ones."""

from collections.abc import Iterator
from datetime import date

from campaigns.adding import Added
from campaigns.models import Campaign, PlanLine, Task, TaskMode
from config.demo.visits.campaign import CITY, add
from config.demo.visits.cast import Cast, Tasks
from inspectors.models import ConflictOfInterest, Inspector
from institutions.models import Institution, Representative

WITH_POLICE = ("false_reports", "penalised", "waits_for_police", "joint", "adopted", "reviewing", "writing")
"""Parts for vehicle inspection bodies."""

WITH_ECOLOGY = ("returned",)
ANYWHERE = ("overdue", "soon")
FROM_COMPLAINT = "群众举报反映该机构不按规范检验，列为重点检查对象"
THIRD_PARTY = "检查中发现该机构承接了被检查机构的分包项目，延伸核查分包数据"
FULL_COVERAGE = "本市该领域仅有少数机构，按专项整治方案实行全覆盖检查"


def cast_tasks(campaign: Campaign, cast: Cast) -> Tasks:
    """Parts that must not fail get the tasks whose teams are complete and certificated; those who test the safety of
    vehicles come first, since police only look at them."""
    mine = Representative.objects.get(user=cast["institution-clerk"]).institution
    rows = Task.objects.filter(campaign=campaign).exclude(institution=mine)
    drawn = list(rows.select_related("line", "institution").order_by("number"))
    drawn.sort(key=lambda task: not _tests_safety(task))
    ready = [task for task in drawn if not task.unfilled and _is_certificated(task, cast.today)]
    found: dict[str, Task] = {}
    by_line = {code: [task for task in ready if task.line.code == code] for code in ("vehicle", "eco", "other")}
    parts: tuple[tuple[tuple[str, ...], str], ...] = (
        (WITH_POLICE, "vehicle"),
        (WITH_ECOLOGY, "eco"),
        (ANYWHERE, "other"),
    )
    for names, code in parts:
        found |= dict(zip(names, by_line[code], strict=False))
    taken = {task.pk for task in found.values()}
    rest = [task for task in drawn if task.pk not in taken]
    names = ("planned", "clashing", "told", "refused", "closed_down", "dispatched")
    found |= dict(zip(names, sorted(rest, key=lambda task: task not in ready), strict=False))
    found |= _added(campaign, found["clashing"], cast)
    return Tasks(campaign, found, next(_free(campaign, "140213")))


def _is_certificated(task: Task, day: date) -> bool:
    people = [member.inspector for member in task.members.select_related("inspector") if member.role == "officer"]
    return len(people) >= 2 and not any(each is None or each.certificate_gaps(day) for each in people)


def _tests_safety(task: Task) -> bool:
    return task.institution.certificates.filter(domains__code="vehicle-safety").exists()


def _added(campaign: Campaign, clashing: Task, cast: Cast) -> dict[str, Task]:
    """With the demo's inspector in each team; one of them at the institution of the demo's clerk."""
    mine = Representative.objects.get(user=cast["institution-clerk"]).institution
    own = Task.objects.filter(campaign=campaign, institution=mine).first()
    found = {"mine": own or _key(campaign, mine, cast)}
    free = _free(campaign)
    for name in ("under_way", "clean"):
        found[name] = _key(campaign, next(free), cast)
    found["tomorrow"] = _key(campaign, next(free), cast, beside=clashing)
    line = campaign.lines.get(code="other")
    for mode, reason in ((TaskMode.FULL, FULL_COVERAGE), (TaskMode.EXTENDED, THIRD_PARTY)):
        found[mode.value] = add(campaign, Added(mode, line, [next(free)], reason), cast)
    return found


def _free(campaign: Campaign, scope: str = "1402") -> Iterator[Institution]:
    """Those of the line that takes the rest, without a task and without any tie to those who go."""
    there = Institution.objects.in_scope(scope).filter(state="operating", certificates__state="valid")
    bound = ConflictOfInterest.objects.in_force().filter(institution__isnull=False).values("institution")
    others = there.exclude(certificates__domains__code__regex="^(vehicle|eco)").exclude(pk__in=bound)
    taken = Task.objects.filter(campaign=campaign).values("institution")
    return iter(others.exclude(pk__in=taken).order_by("-uscc").distinct())


def _key(campaign: Campaign, institution: Institution, cast: Cast, *, beside: Task | None = None) -> Task:
    """`beside`: a task of which somebody comes along here too."""
    line = _line_of(campaign, institution)
    officers = _officers(line, beside, cast)
    given = Added(TaskMode.KEY, line, [institution], FROM_COMPLAINT, officers, "举报线索须到现场核实")
    return add(campaign, given, cast)


def _line_of(campaign: Campaign, institution: Institution) -> PlanLine:
    domains = institution.certificates.values_list("domains__code", flat=True)
    codes = {code.partition("-")[0] for code in domains if code}
    return next(line for line in campaign.lines.order_by("position") if line.takes_rest or line.code in codes)


def _officers(line: PlanLine, beside: Task | None, cast: Cast) -> list[Inspector]:
    """The demo's inspector, one colleague, and one of each partner; nobody with a tie to any institution."""
    own = Inspector.objects.get(user=cast["datong-inspector"])
    tied = ConflictOfInterest.objects.in_force().filter(inspector__isnull=False).values("inspector")
    free = Inspector.objects.active().exclude(pk=own.pk).exclude(pk__in=tied).order_by("-number")
    found = [own]
    for bureau in (CITY, *line.partners.values_list("pk", flat=True)):
        able = [each for each in free.filter(bureau=bureau) if not each.certificate_gaps(cast.today)]
        known = set(beside.members.values_list("inspector", flat=True)) if beside else set()
        found.append(next((each for each in able if each.pk in known), able[0]))
    return found
