"""Forms: written as drafts, copied, published once. A published version never changes; a change is a new version."""

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from campaigns import draw as engine
from selftest.content import parse
from selftest.errors import WrongState
from selftest.models import FormTemplate
from selftest.states import FormState

EDITABLE = ("title", "year", "level", "notice", "note", "content")


@transaction.atomic
def copy_form(form: FormTemplate, *, code: str = "", by: User) -> FormTemplate:
    """A draft with the same content: the next version of the form, or with another `code` the first of a new one."""
    require(by, "copy", form)
    code = code or form.code
    last = FormTemplate.objects.filter(code=code).aggregate(last=Max("version"))["last"] or 0
    copied = FormTemplate(
        code=code, version=last + 1, bureau=by.bureau, created_by=by,
        **{name: getattr(form, name) for name in EDITABLE},
    )  # fmt: skip
    return _save(copied, "selftest.create_form", by)


@transaction.atomic
def edit_form(form: FormTemplate, *, by: User, **values: Any) -> FormTemplate:
    """Change a draft; FormRefused when its `content` is no form."""
    require(by, "edit", form)
    form = _locked_draft(form)
    for name in EDITABLE:
        if name in values:
            setattr(form, name, values[name])
    return _save(form, "selftest.edit_form", by)


@transaction.atomic
def publish_form(form: FormTemplate, *, by: User) -> FormTemplate:
    """From now on it can be used by rounds, and never changes."""
    require(by, "edit", form)
    form = _locked_draft(form)
    with audit.recorded("selftest.publish_form", form, by=by):
        mark_published(form)
        form.save()
    return form


def mark_published(form: FormTemplate) -> None:
    """Sets what a published form has; the caller saves."""
    form.content = parse(form.content).as_json()
    form.digest = hashlib.sha256(engine.canonical(form.content)).hexdigest()
    form.state, form.published_at = FormState.PUBLISHED, timezone.now()


def _locked_draft(form: FormTemplate) -> FormTemplate:
    form = FormTemplate.objects.select_for_update(no_key=True).get(pk=form.pk)
    if form.is_published:
        raise WrongState("已发布的自查表不能修改，请复制为新版本。")
    return form


def _save(form: FormTemplate, action: str, by: User) -> FormTemplate:
    form.content = parse(form.content).as_json()
    form.full_clean()
    with audit.recorded(action, form, by=by):
        form.save()
    return form
