from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import DayColumn, ListTable
from accounts.templatetags.wording import cn_date, cn_moment, status_tag
from inspectors.models import ConflictOfInterest, Expert, Inspector, Leave, PeopleImport
from inspectors.queries import SOON
from institutions.queries import region_label
from institutions.tables import RUN_TONES

DECISION_TONES = {"pending": "waiting", "accepted": "done", "rejected": "plain"}


def certificate_words(inspector: Inspector, day: date) -> tuple[str, str]:
    """What the list says of the two certificates on that day, and its tone."""
    gaps = inspector.certificate_gaps(day)
    if gaps:
        return "、".join(gaps), "overdue"
    until = inspector.certificated_until
    if until and until <= day + SOON:
        return f"{cn_date(until)} 到期", "waiting"
    return f"有效至 {cn_date(until)}", "done"


def domain_words(domains: Any, none: str = "不限") -> str:
    return "、".join(domain.name for domain in domains.all()) or none


class InspectorTable(ListTable):
    caption = "检查人员"
    name = tables.Column("姓名")
    bureau = tables.Column("所在单位", accessor="bureau__short_name", order_by=("bureau_id", "number"))
    position = tables.Column("职务", default="—")
    certificates = tables.Column("两证状态", empty_values=(), order_by=("department_certificate_until",))
    domains = tables.Column("可检查领域", empty_values=(), orderable=False)
    can_lead = tables.Column("可任组长")
    state = tables.Column("状态")

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day

    def render_name(self, record: Inspector) -> SafeString:
        return format_html(
            '<a href="/inspectors/{}/">{}</a><br><span class="code quiet">{}</span>',
            record.pk,
            record.name,
            record.number,
        )

    def render_certificates(self, record: Inspector) -> SafeString:
        return status_tag(*certificate_words(record, self.day))

    def render_domains(self, record: Inspector) -> str:
        return domain_words(record.domains)

    def render_can_lead(self, value: bool) -> str:
        return "是" if value else "否"

    def render_state(self, record: Inspector) -> SafeString:
        if record.state == "active" and getattr(record, "is_on_leave", False):
            return status_tag("请假", "waiting", "calendar-off")
        return person_state(record)

    class Meta(ListTable.Meta):
        model = Inspector
        fields = ("name", "bureau", "position", "certificates", "domains", "can_lead", "state")
        attrs = {"class": "table", "id": "inspectors"}


class ExpertTable(ListTable):
    caption = "专家"
    name = tables.Column("姓名")
    employer = tables.Column("工作单位")
    title = tables.Column("职称", default="—")
    region = tables.Column("所在地区", accessor="region_id")
    domains = tables.Column("擅长领域", empty_values=(), orderable=False)
    state = tables.Column("状态", empty_values=())

    def render_name(self, record: Expert) -> SafeString:
        return format_html(
            '<a href="/inspectors/experts/{}/">{}</a><br><span class="code quiet">{}</span>',
            record.pk,
            record.name,
            record.number,
        )

    def render_region(self, record: Expert) -> str:
        return region_label(record.region)

    def render_domains(self, record: Expert) -> str:
        return domain_words(record.domains, "—")

    def render_state(self, record: Expert) -> SafeString:
        return person_state(record)

    class Meta(ListTable.Meta):
        model = Expert
        fields = ("name", "employer", "title", "region", "domains", "state")
        attrs = {"class": "table", "id": "experts"}


def person_state(person: Inspector | Expert) -> SafeString:
    return status_tag(*state_words(person))


def state_words(person: Inspector | Expert) -> tuple[str, str]:
    if isinstance(person, Expert) and person.is_banned:
        return ("终生禁用" if person.ban_is_permanent else "已禁用"), "refused"
    return person.get_state_display(), "done" if person.state == "active" else "plain"


class ConflictTable(ListTable):
    caption = "回避关系"
    person = tables.Column("人员", empty_values=(), orderable=False)
    against = tables.Column("回避对象", empty_values=(), orderable=False)
    kind = tables.Column("关系")
    declared_on = DayColumn(verbose_name="申报日期")
    decision = tables.Column("决定")
    decide = tables.Column("决定人", empty_values=(), orderable=False)

    def __init__(self, *args: Any, decidable: frozenset[int] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decidable = decidable

    def render_person(self, record: ConflictOfInterest) -> SafeString:
        person = record.person
        route = "inspectors:detail" if record.inspector_id else "inspectors:expert"
        home = record.inspector.bureau.short_name if record.inspector else "专家"
        return format_html(
            '<a href="{}">{}</a><br><span class="quiet">{}</span>', reverse(route, args=[person.pk]), person.name, home
        )

    def render_against(self, record: ConflictOfInterest) -> str:
        return against(record)

    def render_decision(self, record: ConflictOfInterest) -> SafeString:
        return status_tag(record.get_decision_display(), DECISION_TONES[record.decision])

    def render_decide(self, record: ConflictOfInterest) -> SafeString | str:
        if record.pk not in self.decidable:
            return record.decided_by.name if record.decided_by else "—"
        return format_html('<a class="btn" href="{}">决定</a>', reverse("inspectors:conflict_decide", args=[record.pk]))

    class Meta(ListTable.Meta):
        model = ConflictOfInterest
        fields = ("person", "against", "kind", "declared_on", "decision", "decide")
        attrs = {"class": "table", "id": "conflicts"}


def against(conflict: ConflictOfInterest) -> str:
    """The institution, or the whole county."""
    if conflict.county:
        return f"{region_label(conflict.county)}（全部机构）"
    return str(conflict.institution)


class LeaveTable(ListTable):
    caption = "请假"
    inspector = tables.Column("姓名", linkify=("inspectors:detail", {"pk": tables.A("inspector_id")}))
    bureau = tables.Column("所在单位", accessor="inspector__bureau__short_name", orderable=False)
    starts_on = DayColumn(verbose_name="开始日期")
    ends_on = DayColumn(verbose_name="结束日期")

    class Meta(ListTable.Meta):
        model = Leave
        fields = ("inspector", "bureau", "starts_on", "ends_on")
        attrs = {"class": "table", "id": "leaves"}


class RunTable(ListTable):
    caption = "最近的上传"
    file_name = tables.Column("文件", linkify=("inspectors:import_run", {"pk": tables.A("pk")}))
    created_at = tables.Column("上传时间")
    state = tables.Column("状态")
    counts = tables.Column("结果", orderable=False)

    def render_created_at(self, record: PeopleImport) -> str:
        return cn_moment(record.created_at)

    def render_state(self, record: PeopleImport) -> SafeString:
        return status_tag(record.get_state_display(), RUN_TONES[record.state])  # type: ignore[index]

    def render_counts(self, value: dict[str, int]) -> str:
        if not value:
            return "—"
        found = f"新增 {value['added']:,} 人，变更 {value['changed']:,} 人"
        return found + (f"，错误 {value['errors']:,} 处" if value["errors"] else "")

    class Meta(ListTable.Meta):
        model = PeopleImport
        fields = ("file_name", "created_at", "state", "counts")
        attrs = {"class": "table", "id": "runs"}
