from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import campaigns.models.tasks
from accounts import guards

FROZEN = guards.differs(
    "campaign_id", "number", "kind", "code", "commitment", "frozen_at", "frozen_by_id", "objections_until"
)
FROZEN += " OR CAST(OLD.manifest AS TEXT) <> CAST(NEW.manifest AS TEXT)"


def once(given: str, *columns: str) -> str:
    """SQL: after `given` held of the row, one of the columns is given another value."""
    return f" OR ({given} AND ({guards.differs(*columns)}))"


DRAW = (
    FROZEN
    + once("OLD.reveal_until IS NOT NULL", "reveal_until")
    + once("OLD.seed <> ''", "seed")
    + once("OLD.result_digest <> ''", "result_digest", "drawn_at", "drawn_by_id")
    + once("OLD.disclosed_at IS NOT NULL", "disclosed_at", "disclosed_by_id")
    + once("OLD.voided_at IS NOT NULL", "voided_at", "voided_by_id", "void_reason")
    + " OR (OLD.state <> NEW.state AND NEW.state = 'frozen') OR (OLD.state = 'void' AND NEW.state <> 'void')"
)
CONTRIBUTION = (
    guards.differs("draw_id", "source", "kind", "bureau_id")
    + once("OLD.commitment <> ''", "commitment", "committed_by_id", "committed_at")
    + once("OLD.value <> ''", "value", "origin", "occurred_at", "given_by_id", "given_at")
    + once("OLD.refused_at IS NOT NULL", "refused_at", "refused_by_id")
)
APPROVAL = (
    guards.differs("campaign_id", "act", "subject", "reason", "evidence_digest", "proposed_by_id", "proposed_at")
    + " OR CAST(OLD.parameters AS TEXT) <> CAST(NEW.parameters AS TEXT)"
    + once("OLD.draw_id IS NOT NULL", "draw_id")
    + once("OLD.state <> 'waiting'", "state", "decided_by_id", "decided_at", "words")
)
REMARK = guards.differs("draw_id", "kind", "institution_id", "words", "by_id", "at") + once(
    "OLD.answered_at IS NOT NULL", "outcome", "answer", "answered_by_id", "answered_at"
)
PARTLY_CHANGED = {
    "campaigns_draw": DRAW,
    "campaigns_contribution": CONTRIBUTION,
    "campaigns_approval": APPROVAL,
    "campaigns_remark": REMARK,
}
NEVER_CHANGED = (
    "campaigns_logentry",
    "campaigns_substitution",
    "campaigns_formermember",
    "campaigns_minutessignature",
)


def give_tokens(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    notices = apps.get_model("campaigns", "InspectionNotice").objects.filter(token="")
    for notice in notices.only("pk").iterator():
        notices.filter(pk=notice.pk).update(token=campaigns.models.tasks.make_token())


class Migration(migrations.Migration):
    """What was given, decided or logged stays as it is. A table that SQLite built anew has lost its guards, so those of
    0002 stand here again."""

    dependencies = [("campaigns", "0003_open_draw")]

    operations = [
        migrations.RunPython(give_tokens, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="inspectionnotice",
            name="token",
            field=models.CharField(
                default=campaigns.models.tasks.make_token,
                editable=False,
                max_length=32,
                unique=True,
                verbose_name="验证码",
            ),
        ),
        *(guards.refuse_delete(table) for table in (*PARTLY_CHANGED, *NEVER_CHANGED)),
        *(guards.refuse_update(table, when=condition) for table, condition in PARTLY_CHANGED.items()),
        *(guards.refuse_update(table) for table in NEVER_CHANGED),
    ]
