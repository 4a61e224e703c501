"""Rounds of self-checks: planned by the lead bureau, opened for all institutions at once, closed."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from campaigns.models import Campaign, Task
from institutions.models import Institution, InstitutionState
from selftest.carrying import not_carried
from selftest.errors import SelfCheckError, WrongState
from selftest.models import Population, Round, SelfCheck
from selftest.states import RoundState

ROWS_PER_INSERT = 2000
PRACTICE = "演练不发起机构自查。"
EDITABLE = (
    "form", "title", "population", "deadline", "needs_letter", "materials", "carries_from", "carried_items",
)  # fmt: skip


@transaction.atomic
def create_round(campaign: Campaign, *, by: User, **values: Any) -> Round:
    """A draft; `values` are those of EDITABLE."""
    if campaign.is_practice:
        raise SelfCheckError(PRACTICE)
    round = Round(campaign=campaign, scope=campaign.scope, created_by=by)
    require(by, "edit", round)
    return _save(round, values, "selftest.create_round", by)


@transaction.atomic
def edit_round(round: Round, *, by: User, **values: Any) -> Round:
    require(by, "edit", round)
    round = _locked(round, RoundState.DRAFT)
    return _save(round, values, "selftest.edit_round", by)


def _save(round: Round, values: dict[str, Any], action: str, by: User) -> Round:
    for name in EDITABLE:
        if name in values:
            setattr(round, name, values[name])
    round.full_clean()
    _check(round)
    with audit.recorded(action, round, by=by):
        round.save()
    return round


def _check(round: Round) -> None:
    if not round.form.is_published:
        raise SelfCheckError("自查表还没有发布，请先发布再用于自查。")
    known = set(round.form.parsed.numbers)
    if unknown := [item for item in round.carried_items if item not in known]:
        raise SelfCheckError(f"自查表没有第 {unknown[0]} 项。")
    if round.carried_items and round.carries_from is None:
        raise SelfCheckError("请选择沿用哪一轮自查的回答。")
    if round.carries_from is not None:
        _check_carried(round, round.carries_from)


def _check_carried(round: Round, earlier: Round) -> None:
    if earlier.pk == round.pk or earlier.state == RoundState.DRAFT:
        raise SelfCheckError("只能沿用此前已经启动的另一轮自查。")
    if wrong := not_carried(round.form.parsed, earlier.form.parsed, round.carried_items):
        raise SelfCheckError(f"第 {wrong[0].item.number} 项{wrong[0].likeness.value}。")


@transaction.atomic
def open_round(round: Round, *, by: User) -> int:
    """Ask every institution of the round's population; returns how many are asked. A round that is open already asks
    those that have joined the population since."""
    require(by, "run", round)
    round = _locked(round, RoundState.DRAFT, RoundState.OPEN)
    if round.campaign.is_practice:
        raise SelfCheckError(PRACTICE)
    if round.state == RoundState.DRAFT and round.is_over:
        raise SelfCheckError("截止日期已经过去，请先修改截止日期。")
    asked = _enrol(round)
    if round.state == RoundState.DRAFT and not asked:
        raise SelfCheckError("范围内没有需要自查的机构。")
    with audit.recorded("selftest.open_round", round, by=by, facts={"asked": asked}):
        round.state = RoundState.OPEN
        round.opened_at = round.opened_at or timezone.now()
        round.save(update_fields=["state", "opened_at"])
    return asked


def population(round: Round) -> QuerySet[Institution]:
    """Who is asked: those in operation in the region, or of these only the ones that have had their notice."""
    found = Institution.objects.in_scope(round.scope).filter(state=InstitutionState.OPERATING)
    if round.population == Population.NOTIFIED:
        told = Task.objects.live().filter(campaign=round.campaign, notice__isnull=False)
        found = found.filter(pk__in=told.values("institution"))
    return found


def _enrol(round: Round) -> int:
    new = population(round).exclude(pk__in=round.self_checks.values("institution"))
    rows = (
        SelfCheck(round=round, institution_id=pk, county_id=county)
        for pk, county in new.order_by("pk").values_list("pk", "county_id")
    )
    return len(SelfCheck.objects.bulk_create(rows, batch_size=ROWS_PER_INSERT))


@transaction.atomic
def close_round(round: Round, *, by: User) -> Round:
    """No more filling; what was handed in can still be reviewed."""
    require(by, "run", round)
    round = _locked(round, RoundState.OPEN)
    with audit.recorded("selftest.close_round", round, by=by):
        round.state, round.closed_at = RoundState.CLOSED, timezone.now()
        round.save(update_fields=["state", "closed_at"])
    return round


def _locked(round: Round, *states: RoundState) -> Round:
    round = (
        Round.objects.select_for_update(of=("self",), no_key=True).select_related("form", "campaign").get(pk=round.pk)
    )
    if round.state not in states:
        raise WrongState(f"本轮自查当前为“{RoundState(round.state).label}”，不能办理。")
    return round
