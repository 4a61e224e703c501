"""The list of whom to phone as a workbook."""

import io
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.templatetags.wording import cn_moment
from selftest.models import Round, SelfCheck
from workbooks.writing import ExportColumn, ExportSheet, write_table


def days_late(self_check: SelfCheck) -> int:
    """Of one that has not been handed in."""
    return max(0, (timezone.localdate() - self_check.round.deadline).days)


def _local(moment: datetime | None) -> datetime | None:
    return timezone.localtime(moment).replace(tzinfo=None) if moment else None


COLUMNS = (
    ExportColumn("县区", lambda row: row.county.name, width=12),
    ExportColumn("机构名称", lambda row: row.institution.name, width=34),
    ExportColumn("统一社会信用代码", lambda row: row.institution.identifier, width=21),
    ExportColumn("联系人", lambda row: row.institution.contact, width=10),
    ExportColumn("联系电话", lambda row: row.institution.contact_phone, width=16),
    ExportColumn("法定代表人", lambda row: row.institution.legal_representative, width=12),
    ExportColumn("法定代表人电话", lambda row: row.institution.legal_representative_phone, width=16),
    ExportColumn("状态", lambda row: row.get_state_display(), width=10),
    ExportColumn("逾期天数", days_late, "integer", 10),
    ExportColumn("最近填报", lambda row: _local(row.last_active), "datetime", 17),
    ExportColumn("联系结果", lambda row: None, width=24),
)


@transaction.atomic
def export_phones(round: Round, rows: Sequence[SelfCheck], *, query: str, by: User) -> bytes:
    """Telephone numbers leave the system: the audit trail says who took how many, and which."""
    audit.record("selftest.export_phones", round, by=by, facts={"filter": query, "count": len(rows)})
    made = f"由 {by} 于 {cn_moment(timezone.now())} 生成，数据为生成时的状态"
    words = f"截止日期 {round.deadline}；共 {len(rows)} 家未报送；{made}"
    stream = io.BytesIO()
    write_table(stream, [ExportSheet("催报电话", COLUMNS, rows, f"{round.title}催报电话", words)])
    return stream.getvalue()
