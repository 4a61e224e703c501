"""The names that stay out of words about a task: of the institution's people, of those who went there, wrote and
decided, of persons against whom something was decided."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q

from campaigns.models import Task, TeamMember
from institutions.models import Certificate, Representative
from publications.models import PublicationVersion
from publications.redaction import Redactor
from visits.complaining import names_to_keep_out
from visits.models import Attendee, Finding, Measure, ResultVersion

Names = defaultdict[int, set[str]]


def names_of(tasks: Collection[Task]) -> dict[int, set[str]]:
    """By task; needs their institutions."""
    by_task = _of_tasks([task.pk for task in tasks])
    by_institution = _of_institutions(tasks)
    return {
        task.pk: {name for name in by_task[task.pk] | by_institution[task.institution_id] if name} for task in tasks
    }


def redactor_of(version: PublicationVersion) -> Redactor:
    """For words about what stands in a version: knows the people of all its tasks."""
    about = Q(published_results__version=version) | Q(measures__published__version=version)
    tasks = list(Task.objects.filter(about).select_related("institution").distinct())
    names, sealed = names_of(tasks), complainants_of(tasks)
    keep = [word for task in tasks for word in (task.institution.name, task.institution.identifier)]
    return Redactor(set().union(*names.values()), set().union(*sealed.values()), keep)


def complainants_of(tasks: Iterable[Task]) -> dict[int, set[str]]:
    """By institution; for the redactor alone."""
    return names_to_keep_out({task.institution_id for task in tasks})


def _of_tasks(tasks: list[int]) -> Names:
    found: Names = defaultdict(set)
    columns = (
        TeamMember.objects.filter(task__in=tasks).values_list(
            "task", "inspector__name", "inspector__user__name", "expert__name"
        ),
        Attendee.objects.filter(visit__task__in=tasks).values_list("visit__task", "name"),
        Measure.objects.filter(task__in=tasks).values_list("task", "person", "proposed_by__name"),
        Finding.objects.filter(result__task__in=tasks).values_list("result__task", "found_by__name"),
        ResultVersion.objects.filter(result__task__in=tasks).values_list(
            "result__task", "submitted_by__name", "decided_by__name"
        ),
    )
    for rows in columns:
        for task, *names in rows:
            found[task].update(name for name in names if name)
    return found


def _of_institutions(tasks: Collection[Task]) -> Names:
    found: Names = defaultdict(set)
    for task in tasks:
        found[task.institution_id] |= {task.institution.legal_representative, task.institution.contact}
    people = Representative.objects.filter(institution__in=found)
    for institution, name in people.values_list("institution", "user__name"):
        found[institution].add(name)
    certificates = Certificate.objects.filter(institution__in=found)
    for each in certificates.only("institution_id", "top_manager", "technical_lead", "signatories"):
        found[each.institution_id] |= {each.top_manager, each.technical_lead, *map(str, each.signatories)}
    return found
