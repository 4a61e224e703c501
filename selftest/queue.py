"""The queue that a reviewer works through: the list of self-checks as it is filtered, in its usual order."""

from django.db.models import Q
from django.http import HttpRequest, QueryDict

from accounts.http import Request
from selftest.models import SelfCheck
from selftest.models.selfchecks import SelfCheckQuerySet
from selftest.review_filters import SelfCheckFilter
from selftest.states import SelfCheckState

NOT_FILTERS = ("page", "per_page", "sort", "version", "reset")
ORDER = ("county_id", "institution__name", "pk")


def query_of(request: HttpRequest) -> str:
    """The filters of an address without its page and its sorting, to be carried along."""
    query = request.GET.copy()
    for name in NOT_FILTERS:
        query.pop(name, None)
    for name in [name for name, value in query.items() if not value]:
        del query[name]
    return query.urlencode()


def queue_of(request: Request, self_check: SelfCheck) -> SelfCheckQuerySet:
    """Those of the same round that the address filters; without filters, those that wait for a review."""
    query = QueryDict(query_of(request) or f"status={SelfCheckState.SUBMITTED}")
    rows = SelfCheck.objects.visible_to(request.user).filter(round=self_check.round_id)
    found: SelfCheckQuerySet = SelfCheckFilter(query, rows, round=self_check.round, request=request).qs
    return found


def neighbours(queue: SelfCheckQuerySet, self_check: SelfCheck) -> tuple[SelfCheck | None, SelfCheck | None]:
    """(before, after) this one, which need not stand in the queue itself any more."""
    county, name, pk = self_check.county_id, self_check.institution.name, self_check.pk
    after = Q(county__gt=county) | Q(county=county, institution__name__gt=name)
    before = Q(county__lt=county) | Q(county=county, institution__name__lt=name)
    same = Q(county=county, institution__name=name)
    rows = queue.select_related("institution")
    return (
        rows.filter(before | same & Q(pk__lt=pk)).order_by("-county_id", "-institution__name", "-pk").first(),
        rows.filter(after | same & Q(pk__gt=pk)).order_by(*ORDER).first(),
    )
