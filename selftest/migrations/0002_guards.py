from django.db import migrations

from accounts import guards

KEPT = ("submission", "signature", "review", "returneditem", "attachment", "problem", "changerequest", "selfcheck")


class Migration(migrations.Migration):
    """What was handed in, signed or decided is never changed or deleted; a published form never changes."""

    dependencies = [("selftest", "0001_initial")]

    operations = [
        *(guards.refuse_delete(f"selftest_{table}") for table in KEPT),
        *(guards.refuse_update(f"selftest_{table}") for table in ("signature", "review", "returneditem")),
        guards.refuse_update(
            "selftest_submission", when=guards.differs("self_check_id", "number", "text", "digest", "submitted_at")
        ),
        guards.refuse_update("selftest_attachment", when=guards.differs("self_check_id", "item", "file", "digest")),
        guards.refuse_update(
            "selftest_formtemplate",
            when="OLD.state = 'published' AND ("
            + guards.differs("code", "version", "content", "digest", "state")
            + ")",
        ),
        guards.refuse_delete("selftest_formtemplate", when="OLD.state = 'published'"),
    ]
