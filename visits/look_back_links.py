"""Which institutions an earlier campaign confirmed problems at, for campaigns that look back."""

from collections.abc import Iterable

from campaigns import looking_back
from campaigns.models import Campaign
from campaigns.states import TaskState
from visits.models import Finding
from visits.states import FindingState


def institutions_with_findings(campaigns: Iterable[Campaign]) -> frozenset[int]:
    final = Finding.objects.filter(result__task__state__in=[TaskState.CONCLUDED, TaskState.CLOSED])
    found = final.filter(result__task__campaign__in=list(campaigns)).exclude(state=FindingState.WITHDRAWN)
    return frozenset(found.values_list("result__task__institution_id", flat=True))


looking_back.offer(institutions_with_findings)
