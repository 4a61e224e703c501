from django.db import migrations

from accounts import guards

CONTENT = ("publication_id", "number", "title", "content", "reason", "not_before", "redactions")
APPROVAL = ("digest", "proposed_by_id", "approved_by_id", "approved_at", "published_at")
ROW = ("version_id", "institution_id", "name", "code", "county_id", "year")
RESULT = (
    *ROW, "task_id", "campaign_title", "bureaus", "mode", "inspected_on", "category", "trade_outcome", "problem_count",
    "departments", "problems", "measures", "is_rectified", "taken_at",
)  # fmt: skip
PENALTY = (
    *ROW, "measure_id", "kind", "bureau_name", "document_number", "decided_on", "amount", "facts", "legal_basis",
)  # fmt: skip
RESULTS, PENALTIES = "publications_publishedresult", "publications_publishedpenalty"
DOMAINS = f"{RESULTS}_domains"
NOT_OPEN = "(SELECT state FROM publications_publicationversion WHERE id = {row}) NOT IN ('draft', 'proposed')"
OF_DOMAIN = "(SELECT version_id FROM publications_publishedresult WHERE id = OLD.publishedresult_id)"


def fixed(table: str, columns: tuple[str, ...]) -> list[guards.Guard]:
    """The rows of a version stay as they were approved: none comes, goes or changes."""
    return [
        guards.LookupGuard(table, "INSERT", NOT_OPEN.format(row="NEW.version_id")),
        guards.LookupGuard(
            table, "UPDATE", f"({guards.differs(*columns)}) AND {NOT_OPEN.format(row='OLD.version_id')}"
        ),
        guards.LookupGuard(table, "DELETE", NOT_OPEN.format(row="OLD.version_id")),
    ]


class Migration(migrations.Migration):
    """What was approved never changes, what was published is never deleted."""

    dependencies = [("publications", "0002_lateness")]

    operations = [
        guards.refuse_update(
            "publications_publicationversion",
            when=f"OLD.state NOT IN ('draft', 'proposed') AND ({guards.differs(*CONTENT)})"
            f" OR OLD.published_at IS NOT NULL AND ({guards.differs(*APPROVAL)})",
        ),
        guards.refuse_delete("publications_publicationversion", when="OLD.state <> 'draft'"),
        guards.refuse_update("publications_publication", when=guards.differs("code", "kind", "bureau_id", "year")),
        *fixed(RESULTS, RESULT),
        *fixed(PENALTIES, PENALTY),
        guards.LookupGuard(DOMAINS, "DELETE", NOT_OPEN.format(row=OF_DOMAIN)),
        guards.LookupGuard(DOMAINS, "UPDATE", NOT_OPEN.format(row=OF_DOMAIN)),
        *(guards.refuse_delete(f"publications_{table}") for table in ("creditrepair", "disclosure", "lateness")),
        guards.refuse_update(
            "publications_disclosure",
            when=guards.differs("institution_id", "kind", "title", "text", "file", "file_digest", "submitted_by_id"),
        ),
    ]
