"""Rows of a version, built from records: only the fields named here enter, free text through the redactor."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from django.db.models import Prefetch
from django.utils import timezone

from campaigns.models import Task
from campaigns.states import TaskState
from institutions.models import Domain, Institution
from publications.models import PublicationVersion, PublishedPenalty, PublishedResult
from publications.people import complainants_of, names_of
from publications.redaction import Redactor
from publications.tracks import DECIDED, tells_results
from visits.models import DepartmentResult, Finding, Measure, Rectification
from visits.outcomes import CATEGORIES_BY_WEIGHT, TRADE_BY_WEIGHT
from visits.states import OPEN_RECTIFICATIONS, FindingState, VisitState

LONGEST_FACTS, LONGEST_BASIS = 500, 300
ADOPTED = "采纳其他检查活动的结果，未重复检查"
PERSON = "（对有关责任人员）"


@dataclass(slots=True)
class Built:
    """Rows not yet saved, with the domains of each institution and what was taken out of their words."""

    results: list[PublishedResult] = field(default_factory=list)
    penalties: list[PublishedPenalty] = field(default_factory=list)
    redactions: list[dict[str, str]] = field(default_factory=list)


def build_results(tasks: Iterable[Task]) -> Built:
    """One row for each task, which must be concluded."""
    found = _with_records(tasks)
    sources = {task.pk: task.adoption.source if task.state == TaskState.ADOPTED else task for task in found}
    names, sealed = names_of([*found, *sources.values()]), complainants_of(found)
    built = Built()
    for task in found:
        source = sources[task.pk]
        redactor = Redactor(
            names[task.pk] | names[source.pk], sealed.get(task.institution_id, set()), _kept(task.institution)
        )
        built.results.append(_result(task, source, redactor))
        built.redactions += redactor.listed()
    return built


def _with_records(tasks: Iterable[Task]) -> list[Task]:
    findings = Finding.objects.exclude(state=FindingState.WITHDRAWN).order_by("pk")
    results = DepartmentResult.objects.select_related("bureau").prefetch_related(Prefetch("findings", findings))
    parts = (
        Prefetch("results", results.order_by("bureau__department__position", "pk")),
        Prefetch(
            "measures", Measure.objects.filter(state__in=DECIDED).select_related("bureau").order_by("decided_on", "pk")
        ),
        Prefetch("rectifications", Rectification.objects.select_related("bureau").order_by("pk")),
        "visits",
    )
    rows = Task.objects.filter(pk__in=[task.pk for task in tasks]).select_related(
        "campaign", "institution__county", "adoption__source__campaign", "adoption__source__institution"
    )
    of_sources = [f"adoption__source__{part}" if isinstance(part, str) else _below(part) for part in parts]
    return list(rows.prefetch_related(*parts, *of_sources).order_by("number"))


def _below(part: "Prefetch[Any]") -> "Prefetch[Any]":
    return Prefetch(f"adoption__source__{part.prefetch_through}", part.queryset)


def _kept(institution: Institution) -> list[str]:
    """What stays in any text: the institution's own name and code."""
    return [institution.name, institution.identifier]


def _result(task: Task, source: Task, redactor: Redactor) -> PublishedResult:
    results = list(source.results.all())
    is_open = tells_results(source.campaign)
    problems = _problems(task, results, redactor) if is_open else []
    categories = [result.category for result in results]
    trades = [result.trade_outcome for result in results if result.trade_outcome]
    orders = list(source.rectifications.all())
    return PublishedResult(
        task=task, institution=task.institution, name=task.institution.name, code=task.institution.identifier,
        county=task.institution.county, year=task.campaign.year, campaign_title=task.campaign.title,
        bureaus="、".join(dict.fromkeys(result.bureau.name for result in results))[:300],
        mode="采纳结果" if source is not task else task.get_mode_display(), inspected_on=_day_of(source),
        category=max(categories, key=CATEGORIES_BY_WEIGHT.index),
        trade_outcome=max(trades, key=TRADE_BY_WEIGHT.index, default=""),
        departments=_departments(task, source, results, redactor), problems=problems, problem_count=len(problems),
        measures=_measures(source, orders) if is_open else [],
        is_rectified=not any(order.state in OPEN_RECTIFICATIONS for order in orders) if orders else None,
        taken_at=timezone.now(),
    )  # fmt: skip


def _day_of(task: Task) -> Any:
    firsts = [each for each in task.visits.all() if each.state == VisitState.ENDED and each.kind == "first"]
    ended = [each.ended_at for each in firsts if each.ended_at]
    return timezone.localdate(max(ended)) if ended else None


def _departments(task: Task, source: Task, results: Sequence[DepartmentResult], redactor: Redactor) -> list[list[str]]:
    rows = []
    for result in results:
        words = result.words if tells_results(source.campaign) else ""
        said = [ADOPTED] if source is not task else []
        told = redactor.clean(words.strip(), f"{task.institution.name}：{result.bureau.short_name}情况说明")
        rows.append([result.bureau.name, result.get_category_display(), "；".join([*said, *([told] if told else [])])])
    return rows


def _problems(task: Task, results: Sequence[DepartmentResult], redactor: Redactor) -> list[list[str]]:
    found = [finding for result in results for finding in result.findings.all()]
    return [
        [
            finding.matter, finding.get_severity_display(),
            redactor.clean(finding.facts.strip(), f"{task.institution.name}：问题{number}"),
        ]
        for number, finding in enumerate(found, 1)
    ]  # fmt: skip


def _measures(task: Task, orders: Sequence[Rectification]) -> list[list[str]]:
    """Decided ones; and the orders to rectify, which need no measure."""
    rows = [
        [
            f"{each.get_kind_display()}{PERSON if each.person else ''}", each.bureau.name, f"{each.decided_on:%Y-%m-%d}",
            each.document_number,
        ]
        for each in task.measures.all()
    ]  # fmt: skip
    ordered = [
        ["责令限期整改", order.bureau.name, f"{timezone.localdate(order.ordered_at):%Y-%m-%d}", order.number]
        for order in orders
    ]
    return ordered + rows


def build_penalties(measures: Iterable[Measure]) -> Built:
    found = list(
        Measure.objects.filter(pk__in=[measure.pk for measure in measures])
        .select_related("task__institution__county", "bureau")
        .prefetch_related("findings__legal_basis")
        .order_by("decided_on", "pk")
    )
    tasks = list({measure.task_id: measure.task for measure in found}.values())
    names, sealed = names_of(tasks), complainants_of(tasks)
    built = Built()
    for measure in found:
        institution = measure.task.institution
        redactor = Redactor(
            {*names[measure.task_id], measure.person}, sealed.get(institution.pk, set()), _kept(institution)
        )
        built.penalties.append(_penalty(measure, redactor))
        built.redactions += redactor.listed()
    return built


def _penalty(measure: Measure, redactor: Redactor) -> PublishedPenalty:
    institution, findings = measure.task.institution, list(measure.findings.all())
    facts = redactor.clean("；".join(each.facts.strip("。； \n") for each in findings), f"{institution.name}：违法事实")
    bases = dict.fromkeys(str(each.legal_basis) for each in findings if each.legal_basis)
    decided_on = cast("date", measure.decided_on)  # the database demands it of a decided measure
    return PublishedPenalty(
        measure=measure, institution=institution, name=institution.name, code=institution.identifier,
        county=institution.county, year=decided_on.year, kind=measure.kind, bureau_name=measure.bureau.name,
        document_number=measure.document_number, decided_on=decided_on, amount=measure.amount,
        facts=((PERSON if measure.person else "") + facts)[:LONGEST_FACTS], legal_basis="；".join(bases)[:LONGEST_BASIS],
    )  # fmt: skip


def keep_rows(version: PublicationVersion, built: Built) -> None:
    """Save them as rows of this version, not public yet."""
    for result in built.results:
        result.version = version
    for penalty in built.penalties:
        penalty.version = version
    PublishedPenalty.objects.bulk_create(built.penalties)
    rows = PublishedResult.objects.bulk_create(built.results)
    domains = domains_of(row.institution_id for row in rows)
    links = PublishedResult.domains.through
    links.objects.bulk_create(
        links(publishedresult_id=row.pk, domain_id=domain) for row in rows for domain in domains[row.institution_id]
    )
    version.redactions = [*version.redactions, *(each for each in built.redactions if each not in version.redactions)]


def domains_of(institutions: Iterable[int]) -> defaultdict[int, list[str]]:
    """Codes of the domains that its certificates cover, by institution."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    pairs = Domain.objects.filter(certificates__institution__in=set(institutions)).order_by("position", "code")
    for institution, code in pairs.values_list("certificates__institution", "code").distinct():
        if code not in found[institution]:
            found[institution].append(code)
    return found
