"""文书 of each task: made of its records by other pages, listed here where a user looks for documents."""

from collections.abc import Iterable

import django_tables2 as tables
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.lists import ListTable
from accounts.models import User
from campaigns.models import Campaign, Task
from reports.official.figures import HANDED_IN
from selftest.models import SelfCheck
from visits.models import DepartmentResult, Rectification, Referral, Visit

Link = tuple[str, str]
"""(address, words)"""


def papers_of(user: User, campaign: Campaign) -> QuerySet[Task]:
    """The campaign's tasks that the user sees, with all of which a paper can be made; a handful of queries."""
    checks = SelfCheck.objects.visible_to(user).filter(round__campaign=campaign, state__in=HANDED_IN)
    tasks = Task.objects.visible_to(user).live().filter(campaign=campaign).order_by("number")
    return tasks.select_related("institution", "notice__bureau").prefetch_related(
        Prefetch("visits", Visit.objects.visible_to(user).standing().order_by("number"), to_attr="seen_visits"),
        Prefetch("results", DepartmentResult.objects.visible_to(user).select_related("bureau"), to_attr="seen_results"),
        Prefetch(
            "rectifications", Rectification.objects.visible_to(user).select_related("bureau"), to_attr="seen_orders"
        ),
        Prefetch("referrals", Referral.objects.visible_to(user), to_attr="seen_referrals"),
        Prefetch("institution__self_checks", checks, to_attr="seen_checks"),
    )


class PaperTable(ListTable):
    caption = "任务文书"
    institution = tables.Column("机构", accessor="institution__name")
    notice = tables.Column("检查通知书（附送达回证）", empty_values=(), orderable=False)
    sheets = tables.Column("现场检查记录表", empty_values=(), orderable=False)
    results = tables.Column("检查结果记录", empty_values=(), orderable=False)
    orders = tables.Column("责令改正通知书", empty_values=(), orderable=False)
    letters = tables.Column("线索移送函", empty_values=(), orderable=False)
    checks = tables.Column("自查表和承诺书", empty_values=(), orderable=False)

    class Meta(ListTable.Meta):
        model = Task
        fields = ("institution", "notice", "sheets", "results", "orders", "letters", "checks")
        attrs = {"class": "table", "id": "papers"}

    def render_institution(self, record: Task) -> SafeString:
        name = record.institution.name
        return format_html('<a href="{}">{}</a><br><span class="code quiet">{}</span>', record.get_absolute_url(), name, record.number)  # fmt: skip

    def render_notice(self, record: Task) -> SafeString:
        notice = getattr(record, "notice", None)
        return _links([(reverse("reports:notice", args=[record.pk]), notice.number)] if notice else [])

    def render_sheets(self, record: Task) -> SafeString:
        visits = getattr(record, "seen_visits", [])
        return _links((reverse("reports:visit_sheet", args=[each.pk]), f"第{each.number}次") for each in visits)

    def render_results(self, record: Task) -> SafeString:
        results = getattr(record, "seen_results", [])
        return _links((reverse("reports:result_record", args=[each.pk]), each.bureau.short_name) for each in results)

    def render_orders(self, record: Task) -> SafeString:
        orders = getattr(record, "seen_orders", [])
        return _links((reverse("reports:rectification_order", args=[each.pk]), each.number) for each in orders)

    def render_letters(self, record: Task) -> SafeString:
        referrals = getattr(record, "seen_referrals", [])
        return _links((reverse("reports:referral_letter", args=[each.pk]), each.number) for each in referrals)

    def render_checks(self, record: Task) -> SafeString:
        checks = getattr(record.institution, "seen_checks", [])
        return _links((reverse("reports:self_check_pdf", args=[each.pk]), "自查表") for each in checks)


def _links(links: Iterable[Link]) -> SafeString:
    found = list(links)
    return format_html_join(SafeString("<br>"), '<a href="{}">{}</a>', found) if found else SafeString("—")
