from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from accounts import guards
from accounts.chain import GENESIS

ERASURE_ONLY = (
    guards.differs("event_id", "subject_type", "subject_id", "personal_digest")
    + " OR CAST(OLD.fields AS TEXT) <> CAST(NEW.fields AS TEXT) OR NEW.personal IS NOT NULL"
)


def begin_chain(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("accounts", "AuditHead").objects.get_or_create(pk=1, defaults={"number": 0, "digest": GENESIS})


class Migration(migrations.Migration):
    """The audit trail only grows: personal values may be erased, nothing else may change."""

    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunPython(begin_chain, migrations.RunPython.noop),
        guards.refuse_delete("accounts_auditevent"),
        guards.refuse_update("accounts_auditevent"),
        guards.refuse_delete("accounts_auditchange"),
        guards.refuse_update("accounts_auditchange", when=ERASURE_ONLY),
        guards.refuse_delete("accounts_audithead"),
    ]
