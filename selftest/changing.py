"""What a self-check says differently from the pool: the bureau that keeps the pool takes it over, or says why not.

The value goes through the pool's own services, so its rules and its audit trail hold for it as for any other edit.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from institutions import services
from institutions.models import Certificate, Institution
from selftest import header
from selftest.content import FieldKind, HeaderField
from selftest.errors import SelfCheckError, WrongState
from selftest.models import ChangeRequest

INSTITUTION_FIELDS = frozenset(
    {"name", "address", "legal_representative", "legal_representative_phone", "contact", "contact_phone"}
)
CERTIFICATE_FIELDS = frozenset({
    "number", "authorised_name", "issuer", "approved_on", "valid_until", "top_manager", "top_manager_phone",
    "technical_lead", "signatories",
})  # fmt: skip


@transaction.atomic
def accept_change(request: ChangeRequest, *, words: str = "", by: User) -> ChangeRequest:
    """Write the new value into the pool. SelfCheckError says what the pool has against it."""
    require(by, "decide", request)
    request = _locked(request)
    current = _current(request)
    if current not in (request.old, request.new):
        raise SelfCheckError(
            f"提出申请后，名录库中的“{request.label}”又改成了“{shown(current)}”。请先核对哪个正确，再在名录库中修改或不予更新。"
        )
    if current != request.new:
        _write(request, by)
    return _decide(request, ChangeRequest.State.ACCEPTED, words, "selftest.accept_change", by)


@transaction.atomic
def reject_change(request: ChangeRequest, *, words: str, by: User) -> ChangeRequest:
    require(by, "decide", request)
    if not words.strip():
        raise SelfCheckError("不予更新须写明理由。")
    request = _locked(request)
    return _decide(request, ChangeRequest.State.REJECTED, words, "selftest.reject_change", by)


def shown(value: Any) -> str:
    """A header value as a person reads it."""
    return ("、".join(value) if isinstance(value, list) else str(value or "")) or "（空）"


def _locked(request: ChangeRequest) -> ChangeRequest:
    rows = ChangeRequest.objects.select_for_update(of=("self",), no_key=True).select_related(
        "institution", "certificate__institution", "submission__self_check__round__form"
    )
    request = rows.get(pk=request.pk)
    if request.state != ChangeRequest.State.OPEN:
        raise WrongState(f"该申请当前为“{ChangeRequest.State(request.state).label}”，不能办理。")
    return request


def _source(request: ChangeRequest) -> Institution | Certificate:
    return request.certificate or request.institution


def _current(request: ChangeRequest) -> Any:
    kind = FieldKind.NAMES if isinstance(request.new, list) else FieldKind.TEXT
    return header.pool_value(HeaderField(request.field, request.label, kind), _source(request))


def _write(request: ChangeRequest, by: User) -> None:
    source = _source(request)
    known = CERTIFICATE_FIELDS if isinstance(source, Certificate) else INSTITUTION_FIELDS
    if request.field not in known:
        raise SelfCheckError(f"“{request.label}”不能按申请直接更新，请核实后在名录库中修改，再不予更新本申请并说明。")
    try:
        values = {request.field: _value(source, request)}
        if isinstance(source, Certificate):
            services.edit_certificate(source, values, domains=source.domains.all(), by=by)
        else:
            services.edit_institution(source, values, by=by)
    except ValidationError as refused:
        raise SelfCheckError(f"名录库不接受“{shown(request.new)}”：{'；'.join(refused.messages)}") from refused


def _value(source: models.Model, request: ChangeRequest) -> Any:
    if isinstance(source._meta.get_field(request.field), models.DateField):
        try:
            return date.fromisoformat(str(request.new))
        except ValueError as refused:
            raise ValidationError("应为日期，如 2025-09-15。") from refused
    return request.new


def _decide(request: ChangeRequest, state: ChangeRequest.State, words: str, action: str, by: User) -> ChangeRequest:
    with audit.recorded(action, request, by=by):
        request.state, request.words = state, words.strip()
        request.decided_by, request.decided_at = by, timezone.now()
        request.save(update_fields=["state", "words", "decided_by", "decided_at"])
    return request
