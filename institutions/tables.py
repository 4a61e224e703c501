from datetime import date

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.lists import ListTable
from accounts.templatetags.wording import cn_date, cn_moment, status_tag
from institutions.models import (
    Certificate,
    CertificateState,
    ImportDifference,
    ImportFault,
    ImportRun,
    ImportState,
    Institution,
    InstitutionState,
)
from institutions.models.risks import KEY_TARGET_KINDS
from institutions.queries import region_label

STATE_TONES = {
    InstitutionState.OPERATING: "done",
    InstitutionState.SUSPENDED: "waiting",
    InstitutionState.DEREGISTERED: "refused",
    InstitutionState.MOVED_OUT: "plain",
}
CERTIFICATE_TONES = {
    CertificateState.VALID: "done",
    CertificateState.SUSPENDED: "waiting",
    CertificateState.DEREGISTERED: "plain",
    CertificateState.REVOKED: "refused",
    CertificateState.CANCELLED: "refused",
}
RUN_TONES = {
    ImportState.CHECKING: "current",
    ImportState.REFUSED: "refused",
    ImportState.FAULTY: "overdue",
    ImportState.READY: "waiting",
    ImportState.IMPORTED: "done",
}
SOON_DAYS = 90


def expiry_tone(day: date | None) -> str:
    """overdue | waiting (within SOON_DAYS) | plain."""
    if day is None:
        return "plain"
    left = (day - timezone.localdate()).days
    return "overdue" if left < 0 else "waiting" if left <= SOON_DAYS else "plain"


def expiry_words(day: date | None) -> str:
    if day is None:
        return "未填有效期"
    left = (day - timezone.localdate()).days
    return (
        f"{cn_date(day)} 已过期" if left < 0 else f"{cn_date(day)} 剩 {left} 天" if left <= SOON_DAYS else cn_date(day)
    )


class InstitutionTable(ListTable):
    caption = "检验检测机构"
    name = tables.Column("机构名称")
    county = tables.Column("所在县区", accessor="county_id", attrs={"td": {"class": "nowrap"}})
    domains = tables.Column("领域", empty_values=(), orderable=False)
    level = tables.Column("级别", empty_values=(), orderable=False)
    certificates = tables.Column("证书编号", empty_values=(), orderable=False, attrs={"td": {"class": "code"}})
    valid_until = tables.Column("证书有效期至", empty_values=())
    state = tables.Column("经营状态")
    credit_class = tables.Column("信用风险", default="—")
    flags = tables.Column("标记", empty_values=(), orderable=False)

    def render_name(self, record: Institution) -> SafeString:
        return format_html(
            '<a href="/institutions/{}/">{}</a><br><span class="code quiet">{}</span>',
            record.pk,
            record.name,
            record.identifier,
        )

    def render_county(self, record: Institution) -> str:
        return region_label(record.county)

    def render_domains(self, record: Institution) -> str:
        names = {domain.name: None for certificate in record.certificates.all() for domain in certificate.domains.all()}
        return "、".join(names) or "—"

    def render_level(self, record: Institution) -> str:
        return "、".join(dict.fromkeys(_level(certificate) for certificate in record.certificates.all())) or "—"

    def render_certificates(self, record: Institution) -> SafeString | str:
        numbers = ((certificate.number,) for certificate in record.certificates.all())
        return format_html_join(SafeString("<br>"), "{}", numbers) or "—"

    def render_valid_until(self, value: date | None, record: Institution) -> SafeString | str:
        if not record.certificates.all():
            return "—"
        if value is None:
            return status_tag("无有效证书", "overdue")
        tone = expiry_tone(value)
        return status_tag(expiry_words(value), tone) if tone != "plain" else cn_date(value)

    def render_state(self, record: Institution) -> SafeString:
        return status_tag(record.get_state_display(), STATE_TONES[InstitutionState(record.state)])

    def render_credit_class(self, value: str, record: Institution) -> str:
        return record.credit_class

    def render_flags(self, record: Institution) -> SafeString | str:
        flags = getattr(record, "flags_in_force", [])
        tags = ((status_tag(flag.get_kind_display(), _flag_tone(flag.kind), "flag"),) for flag in flags)
        return format_html_join(" ", "{}", tags) or "—"

    class Meta(ListTable.Meta):
        model = Institution
        fields = ("name", "county", "domains", "level", "certificates", "valid_until", "state", "credit_class", "flags")
        attrs = {"class": "table", "id": "institutions"}


def _level(certificate: Certificate) -> str:
    return "国家质检中心" if certificate.is_national_centre else certificate.get_level_display()


def _flag_tone(kind: str) -> str:
    return "overdue" if kind in KEY_TARGET_KINDS else "waiting"


class RunTable(ListTable):
    caption = "最近的上传"
    file_name = tables.Column("文件", linkify=("institutions:import_run", {"pk": tables.A("pk")}))
    created_at = tables.Column("上传时间")
    state = tables.Column("状态")
    counts = tables.Column("结果", orderable=False)

    def render_created_at(self, record: ImportRun) -> str:
        return cn_moment(record.created_at)

    def render_state(self, record: ImportRun) -> SafeString:
        return status_tag(record.get_state_display(), RUN_TONES[ImportState(record.state)])

    def render_counts(self, value: dict[str, int]) -> str:
        if not value:
            return "—"
        found = f"新增 {value['institutions_added']:,} 家，变更 {value['institutions_changed']:,} 家"
        return found + (f"，错误 {value['errors']:,} 处" if value["errors"] else "")

    class Meta(ListTable.Meta):
        model = ImportRun
        fields = ("file_name", "created_at", "state", "counts")
        attrs = {"class": "table", "id": "runs"}


class FaultTable(ListTable):
    caption = "问题"
    swap_target = "#list"
    row = tables.Column("行", default="—", attrs={"td": {"class": "nowrap"}})
    column = tables.Column("列", empty_values=())
    level = tables.Column("级别")
    message = tables.Column("说明", orderable=False)
    sheet = tables.Column("工作表")

    def render_row(self, value: int) -> str:
        return f"第 {value} 行"

    def render_column(self, record: ImportFault) -> str:
        return f"{record.column} {record.title}".strip() or "整行"

    def render_level(self, record: ImportFault) -> SafeString:
        return status_tag(record.get_level_display(), "overdue" if record.level == "error" else "waiting")

    class Meta(ListTable.Meta):
        model = ImportFault
        fields = ("row", "column", "level", "message", "sheet")
        attrs = {"class": "table", "id": "faults"}


class DifferenceTable(ListTable):
    caption = "新增和变更"
    label = tables.Column("名称、编号")
    thing = tables.Column("对象")
    kind = tables.Column("类别")
    fields = tables.Column("变更内容", empty_values=(), orderable=False)
    row = tables.Column("行", attrs={"td": {"class": "nowrap"}})

    def render_kind(self, record: ImportDifference) -> SafeString:
        return status_tag(record.get_kind_display(), "current" if record.kind == "added" else "waiting")

    def render_fields(self, value: list[dict[str, str]]) -> SafeString | str:
        lines = ((change["label"], change["before"], change["after"]) for change in value or [])
        return format_html_join(SafeString("<br>"), "{}：{} → {}", lines) or "—"

    def render_row(self, value: int) -> str:
        return f"第 {value} 行"

    class Meta(ListTable.Meta):
        model = ImportDifference
        fields = ("label", "thing", "kind", "fields", "row")
        attrs = {"class": "table", "id": "differences"}
