"""What the institution is asked to have ready, and whom it may ask: part of the notice, so written before it."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import audit
from accounts.models import Bureau, User
from accounts.rules import require
from campaigns.models import Task
from visits import transitions
from visits.errors import VisitError
from visits.models import Preparation

USUAL_MATERIALS = (
    "营业执照或者事业单位法人证书，资质认定证书及能力附表",
    "质量手册、程序文件等管理体系文件",
    "仪器设备检定、校准资料和人员任职、授权资料",
    "检验检测报告、原始记录及其电子数据、视频资料",
    "自查材料、统计直报和能力验证资料",
)
MOST_MATERIALS = 20


@transaction.atomic
def prepare(task: Task, *, materials: str, contact: Bureau | None, by: User) -> Preparation:
    """One material a line. Refused once the notice is issued: what was told is not changed afterwards."""
    task = transitions.locked(task)
    preparation = Preparation.objects.filter(task=task).first() or Preparation(task=task)
    require(by, "edit", preparation)
    if hasattr(task, "notice"):
        raise VisitError("检查通知书已经签发，需准备的材料不能再修改。")
    lines = lines_of(materials)
    if len(lines) > MOST_MATERIALS:
        raise VisitError(f"需准备的材料不超过 {MOST_MATERIALS} 项。")
    if contact is not None and not contacts_of(task).filter(pk=contact.pk).exists():
        raise VisitError("联系单位应为组织或参加本次检查的单位。")
    with audit.recorded("visits.prepare", preparation, by=by, facts={"task": task.number}):
        preparation.materials, preparation.contact = "\n".join(lines), contact
        preparation.full_clean()
        preparation.save()
    return preparation


def lines_of(text: str) -> list[str]:
    return [line for each in text.splitlines() if (line := each.strip())]


def materials_of(task: Task) -> Sequence[str]:
    """As the notice lists them: the bureau's own words, or the usual ones."""
    preparation = getattr(task, "preparation", None)
    return (lines_of(preparation.materials) if preparation else []) or USUAL_MATERIALS


def contact_of(task: Task) -> Bureau:
    """Whom the institution may ask."""
    preparation = getattr(task, "preparation", None)
    return (preparation.contact if preparation else None) or task.bureau


def contacts_of(task: Task) -> QuerySet[Bureau]:
    own = Q(pk=task.bureau_id) | Q(pk=task.assisting_bureau_id or "") | Q(pk__in=task.line.partners.values("pk"))
    return Bureau.objects.filter(own)
