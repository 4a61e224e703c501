"""What the form templates ask about a field: `{% load fields %}`."""

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput

register = template.Library()


@register.filter
def is_tick(field: BoundField) -> bool:
    """A single check box: its label stands beside it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def error_count(form: BaseForm) -> int:
    return sum(len(errors) for errors in form.errors.values())
