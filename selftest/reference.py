"""The forms that come with the product: those of the notices, word for word, in fixtures/reference/forms."""

import json

from django.conf import settings

from selftest.models import FormTemplate
from selftest.publishing import mark_published

FOLDER = settings.BASE_DIR / "fixtures" / "reference" / "forms"
DESCRIBED = ("code", "version", "title", "year", "level", "notice", "note")


def add_missing_forms() -> list[FormTemplate]:
    """Publish those whose code and version are not in the database yet."""
    added = []
    for path in sorted(FOLDER.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        form = FormTemplate(**{name: document[name] for name in DESCRIBED}, content=document["content"])
        if not FormTemplate.objects.filter(code=form.code, version=form.version).exists():
            mark_published(form)
            form.full_clean()
            form.save()
            added.append(form)
    return added
