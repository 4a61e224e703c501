from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SEARCHED = {
    "institution_name_parts": "institutions_institution USING gin (upper(name::text) gin_trgm_ops)",
    "institution_initials_parts": "institutions_institution USING gin ((initials::text) gin_trgm_ops)",
    "certificate_name_parts": "institutions_certificate USING gin (upper(authorised_name::text) gin_trgm_ops)",
}
"""Indexes by which parts of names are found; they stand on what Django writes for icontains and contains."""


def index_parts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """PostgreSQL's own extension pg_trgm, where it is installed; without it a search reads every row."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm')")
        if not cursor.fetchone()[0]:
            return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm", params=None)
    for name, definition in SEARCHED.items():
        schema_editor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {definition}", params=None)


def drop_parts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in SEARCHED:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}", params=None)


class Migration(migrations.Migration):
    """Lists of millions: an index for each filter that is offered, in the order in which the list is shown."""

    dependencies = [("institutions", "0002_imports")]

    operations = [
        migrations.AddIndex(
            "institution", models.Index(fields=["state", "county", "name"], name="institution_by_state")
        ),
        migrations.AddIndex(
            "institution", models.Index(fields=["credit_class", "county", "name"], name="institution_by_class")
        ),
        migrations.RunPython(index_parts, drop_parts),
    ]
