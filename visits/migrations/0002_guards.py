from django.db import migrations

from accounts import guards

KEPT = (
    "visit", "operation", "entry", "evidence", "reportsample", "activity", "visitsignature", "departmentresult", "resultversion",
    "jointreview", "finding", "measure", "rectification", "rectificationreport", "extension", "referral", "complaint",
    "adoption", "delivery",
)  # fmt: skip


class Migration(migrations.Migration):
    """What was recorded, signed, submitted or decided is never deleted; words, signatures and versions never change."""

    dependencies = [("visits", "0001_initial")]

    operations = [
        *(guards.refuse_delete(f"visits_{table}") for table in KEPT),
        guards.refuse_update("visits_visitsignature"),
        guards.refuse_update("visits_delivery"),
        guards.refuse_update(
            "visits_operation", when=guards.differs("visit_id", "line", "base", "content", "by_id", "device_at")
        ),
        guards.refuse_update("visits_evidence", when=guards.differs("visit_id", "digest", "size", "by_id", "taken_at")),
        guards.refuse_update(
            "visits_reportsample", when=guards.differs("register", "seed", "institution_words", "chosen")
        ),
        guards.refuse_update(
            "visits_resultversion", when=guards.differs("result_id", "number", "content", "submitted_by_id")
        ),
        guards.refuse_update("visits_complaint", when=guards.differs("number", "text", "token_digest")),
    ]
