from django.db import migrations

from accounts import guards

FIXED = (
    "code", "version", "title", "year", "level", "notice", "note", "content", "digest", "state", "published_at",
)  # fmt: skip


class Migration(migrations.Migration):
    """A published form does not change in its title, year, level, notice or note either."""

    dependencies = [("selftest", "0002_guards")]

    operations = [
        guards.refuse_update("selftest_formtemplate", when=f"OLD.state = 'published' AND ({guards.differs(*FIXED)})"),
    ]
