from django.db import migrations

from accounts import guards

FROZEN = guards.differs("campaign_id", "number", "code", "commitment", "frozen_at", "frozen_by_id")
FROZEN += " OR CAST(OLD.manifest AS TEXT) <> CAST(NEW.manifest AS TEXT)"
DRAWN = " OR (OLD.result_digest <> '' AND (" + guards.differs("seed", "result_digest", "drawn_at", "drawn_by_id") + "))"
BACKWARDS = " OR (OLD.state <> NEW.state AND NEW.state = 'frozen') OR (OLD.state = 'void' AND NEW.state <> 'void')"
GIVEN = (
    guards.differs("draw_id", "source", "kind", "bureau_id")
    + " OR (OLD.value <> '' AND ("
    + guards.differs("value", "commitment", "given_by_id", "given_at")
    + "))"
)
NEVER_CHANGED = (
    "campaigns_drawsecret",
    "campaigns_drawtranscript",
    "campaigns_frozeninstitution",
    "campaigns_frozeninspector",
    "campaigns_drawninstitution",
)


class Migration(migrations.Migration):
    """What was frozen and what was drawn stays as it is; the database refuses anything else."""

    dependencies = [("campaigns", "0001_initial"), ("accounts", "0002_audit_guards")]

    operations = [
        guards.refuse_delete("campaigns_draw"),
        guards.refuse_update("campaigns_draw", when=FROZEN + DRAWN + BACKWARDS),
        guards.refuse_delete("campaigns_contribution"),
        guards.refuse_update("campaigns_contribution", when=GIVEN),
        *(guards.refuse_delete(table) for table in NEVER_CHANGED),
        *(guards.refuse_update(table) for table in NEVER_CHANGED),
    ]
