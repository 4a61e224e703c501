from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CANONICAL = """
CREATE OR REPLACE FUNCTION lianchou_canonical(given jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  CASE jsonb_typeof(given)
  WHEN 'object' THEN
    RETURN (SELECT '{' || coalesce(string_agg(
      to_json(key)::text || ':' || lianchou_canonical(value), ',' ORDER BY key COLLATE "C"), '') || '}'
      FROM jsonb_each(given));
  WHEN 'array' THEN
    RETURN (SELECT '[' || coalesce(string_agg(lianchou_canonical(value), ',' ORDER BY place), '') || ']'
      FROM jsonb_array_elements(given) WITH ORDINALITY AS items(value, place));
  WHEN 'string' THEN
    RETURN to_json(given #>> '{}')::text;
  ELSE
    RETURN given::text;
  END CASE;
END $$
"""


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CANONICAL, params=None)


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS lianchou_canonical(jsonb)", params=None)


class Migration(migrations.Migration):
    """PostgreSQL learns the protocol's canonical JSON, for draws from pools too large for memory (campaigns/large)."""

    dependencies = [("campaigns", "0010_campaign_blueprint")]

    operations = [migrations.RunPython(create, drop)]
