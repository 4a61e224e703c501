"""The check sheet of a visit on paper: what the on-site pages show, with room to write, and a code that leads back."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.http import Request
from accounts.models import Department, User
from campaigns import addresses
from reports.documents import Provenance
from reports.responses import file_answer
from selftest.beside import BesideRow, self_check_of, side_by_side
from selftest.models import SelfCheck
from visits.codes import Agreement, Check
from visits.models import Attendee, Visit
from visits.sheet import ITEM, Line, lines_of

PDF = "application/pdf"
ANSWERS = tuple(str(label) for label in Check.labels)
AGREEMENTS = tuple(str(label) for label in Agreement.labels)
LONGEST_SAID = 200
BY_HAND = "　　　　年　　月　　日　　时　　分　至　　时　　分"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """said: what the institution answered in its self-check; agreements: empty where there is nothing to compare."""

    number: int
    department: str
    title: str
    text: str
    said: str = ""
    answers: tuple[str, ...] = ANSWERS
    agreements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitSheet:
    """facts: label and text in the head. team: name, role and certificate of each. address: what the code holds."""

    title: str
    task: str
    facts: tuple[tuple[str, str], ...]
    team: tuple[tuple[str, str, str], ...]
    rows: tuple[SheetRow, ...]
    address: str
    made: Provenance

    @property
    def fact_rows(self) -> list[tuple[tuple[str, str], ...]]:
        """Two a row."""
        return [self.facts[place : place + 2] for place in range(0, len(self.facts), 2)]

    @property
    def is_compared(self) -> bool:
        """Whether any line stands beside a self-check: else that column would be empty."""
        return any(row.said or row.agreements for row in self.rows)


@require_GET
def visit_sheet(request: Request, pk: int) -> HttpResponse:
    from reports.visit_sheet_pdf import render_visit_sheet  # noqa: PLC0415  # half a second and 50 MB, once somebody asks

    rows = Visit.objects.visible_to(request.user).select_related("task__campaign", "task__institution", "task__notice")
    visit = get_object_or_404(rows, pk=pk)
    sheet = sheet_of(visit, made_by=request.user, request=request)
    return file_answer(render_visit_sheet(sheet), f"检查表（{visit.task.institution.name}）.pdf", PDF)


def sheet_of(visit: Visit, *, made_by: User, request: Request | None = None) -> VisitSheet:
    task = visit.task
    notice = getattr(task, "notice", None)
    start, end = timezone.localtime(visit.planned_start), timezone.localtime(visit.planned_end)
    return VisitSheet(
        title="检验检测机构现场检查表",
        task=f"{task.number} 第 {visit.number} 次",
        facts=(
            ("机构名称", task.institution.name), ("统一社会信用代码", task.institution.identifier),
            ("地址", task.institution.address), ("法定代表人", task.institution.legal_representative),
            ("抽查活动", task.campaign.title), ("检查通知书", notice.number if notice else ""),
            ("计划时间", f"{start:%Y-%m-%d %H:%M} 至 {end:%H:%M}"), ("实际时间", BY_HAND),
        ),
        team=tuple(_person(each) for each in visit.attendees.select_related("inspector__bureau")),
        rows=tuple(_rows(visit, made_by)),
        address=addresses.public_address(reverse("visits:paper", args=[visit.pk]), request),
        made=Provenance(made_by.name, timezone.localtime(), ""),
    )  # fmt: skip


def _person(attendee: Attendee) -> tuple[str, str, str]:
    person = attendee.inspector
    role = "组长" if attendee.is_leader else attendee.get_kind_display()
    return attendee.name, role, person.department_certificate if person and attendee.enforces else ""


def _rows(visit: Visit, reader: User) -> list[SheetRow]:
    names = dict(Department.objects.values_list("code", "short_name"))
    beside = _beside(visit, reader)
    return [
        _row(number, line, names.get(line.department, ""), beside.get(line.number))
        for number, line in enumerate(lines_of(visit), start=1)
    ]


def _row(number: int, line: Line, department: str, row: BesideRow | None) -> SheetRow:
    is_item = line.kind == ITEM
    return SheetRow(
        number, department, line.title.removeprefix(f"{number}. "), line.text, said=_said(row) if row else "",
        agreements=AGREEMENTS if is_item else (),
    )  # fmt: skip


def _beside(visit: Visit, reader: User) -> dict[int, BesideRow]:
    found = self_check_of(visit.task)
    if found is None or not SelfCheck.objects.visible_to(reader).filter(pk=found.pk).exists():
        return {}
    return {row.answered.item.number: row for row in side_by_side(found, day=timezone.localdate(visit.planned_start))}


def _said(row: BesideRow) -> str:
    answer = row.answered.answer
    words = {"yes": answer["description"], "na": answer["reason"]}.get(answer["choice"], "")
    return "：".join(part for part in (row.answered.choice, words[:LONGEST_SAID]) if part)
