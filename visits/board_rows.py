"""What stands behind each number of a board: one plain row a task, result, measure, rectification or referral."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import ListTable
from accounts.templatetags.wording import cn_date, cn_moment, deadline_words
from campaigns.models import Task
from campaigns.states import TaskState
from visits import measures
from visits.boards import Rows
from visits.models import DepartmentResult, Measure, Rectification, Referral, Visit


@dataclass(frozen=True, slots=True)
class Row:
    """whom: who has to act, in words; is_met: what was due is done."""

    title: str
    url: str
    number: str
    what: str
    state: str
    whom: str
    due_on: date | None = None
    is_met: bool = False


class RowTable(ListTable):
    caption = "明细"
    title = tables.Column("机构", orderable=False)
    what = tables.Column("事项", orderable=False)
    state = tables.Column("状态", orderable=False)
    due_on = tables.Column("期限", orderable=False, default="—")
    whom = tables.Column("等待谁", orderable=False)

    class Meta(ListTable.Meta):
        attrs = {"class": "table", "id": "board-rows"}

    def render_title(self, record: Row) -> SafeString:
        return format_html(
            '<a href="{}">{}</a><br><span class="code quiet">{}</span>', record.url, record.title, record.number
        )

    def render_due_on(self, value: date, record: Row) -> SafeString:
        if record.is_met:
            return format_html('<span class="nowrap">{}</span>', cn_date(value))
        return format_html(
            '<span class="nowrap">{}</span><br><span class="quiet">{}</span>', cn_date(value), deadline_words(value)
        )


def rows(found: Rows) -> list[Row]:
    """A constant number of queries; what is due first comes first."""
    if found.model is Task:
        ordered = found.select_related("institution", "campaign", "bureau").order_by("due_on", "pk")
        return [_task(each) for each in ordered]
    if found.model is DepartmentResult:
        ordered = found.select_related("task__institution", "task__bureau", "bureau").order_by("task__due_on", "pk")
        return [_result(each) for each in ordered]
    if found.model is Visit:
        ordered = found.select_related("task__institution", "task__bureau").order_by("planned_start", "pk")
        return [_visit(each) for each in ordered]
    if found.model is Measure:
        return _measures(found.select_related("task__institution", "bureau").order_by("pk"))
    if found.model is Rectification:
        ordered = found.select_related("task__institution", "bureau").order_by("due_on", "pk")
        return [_rectification(each) for each in ordered]
    return [_referral(each) for each in found.select_related("sender", "receiver").order_by("due_on", "pk")]


def _task(task: Task) -> Row:
    url = reverse("campaigns:task", args=[task.pk])
    state = task.get_state_display()
    is_met = task.state in (TaskState.CONCLUDED, TaskState.CLOSED, TaskState.ADOPTED)
    what, whom = task.campaign.title, task.bureau.short_name
    return Row(task.institution.name, url, task.number, what, state, whom, task.due_on, is_met)


def _visit(visit: Visit) -> Row:
    task = visit.task
    what = f"{cn_moment(visit.planned_start)} {visit.get_kind_display()}"
    url = visit.get_absolute_url()
    return Row(task.institution.name, url, task.number, what, visit.get_state_display(), task.bureau.short_name)


def _result(result: DepartmentResult) -> Row:
    task = result.task
    is_submitted = result.state == "submitted"
    whom = f"组长（{task.bureau.short_name}）" if is_submitted else result.bureau.short_name
    what = f"{result.bureau.short_name}的检查结果"
    return Row(
        task.institution.name,
        reverse("visits:results", args=[task.pk]),
        task.number,
        what,
        result.get_state_display(),
        whom,
        task.due_on,
    )


def _measures(found: Iterable[Measure]) -> list[Row]:
    listed = list(found)
    first = measures.waiting_of(listed)
    return [_measure(each, measures.waiting_words(first.get(each.pk, []))) for each in listed]


def _measure(measure: Measure, waiting: str) -> Row:
    task = measure.task
    state = measure.get_state_display()
    whom = waiting.removeprefix("等待") or measure.bureau.short_name
    url = reverse("visits:measure", args=[measure.pk])
    return Row(task.institution.name, url, task.number, str(measure), state, whom)


def _rectification(order: Rectification) -> Row:
    task = order.task
    whom = f"{order.bureau.short_name}复查" if order.state == "reported" else "被检查机构"
    url = reverse("visits:rectification", args=[order.pk])
    return Row(task.institution.name, url, order.number, "责令改正", order.get_state_display(), whom, order.due_on)


def _referral(referral: Referral) -> Row:
    url = reverse("visits:referral", args=[referral.pk])
    whom = referral.receiver.short_name if referral.receiver else referral.outside
    state = referral.get_state_display()
    what = f"{referral.sender.short_name}移送"
    return Row(referral.subject, url, referral.number, what, state, whom, referral.due_on)
