"""What was approved never changes and what was public stays, whoever asks the database."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from publications.models import Publication, PublicationVersion, PublishedPenalty, PublishedResult
from tests.factories import institutions
from tests.publications import world as public
from tests.visits import world

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("media_root")]


def is_refused(act: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            act()
            connection.check_constraints()
    except DatabaseError:
        return True
    return False


def test_approved_version_and_its_rows_stay_as_they_are():
    task = world.concluded()
    institutions.certificate(task.institution)
    draft = public.results(task)
    penalty = public.penalty(public.fine(task))
    assert not is_refused(lambda: PublishedResult.objects.filter(version=draft).update(problem_count=1))

    version = public.published(draft)

    rows = PublishedResult.objects.filter(version=version)
    row = rows.get()
    copy = PublishedResult.objects.get(pk=row.pk)
    copy.pk, copy.is_current = None, False
    versions = PublicationVersion.objects.filter(pk=version.pk)
    refused = {
        "content": lambda: versions.update(content={}),
        "title": lambda: versions.update(title="别的"),
        "digest": lambda: versions.update(digest="0" * 64),
        "approver": lambda: versions.update(approved_by=public.second_approver()),
        "version": lambda: raw("DELETE FROM publications_publicationversion WHERE id = %s", version.pk),
        "row": lambda: rows.update(problems=[]),
        "row deleted": lambda: raw("DELETE FROM publications_publishedresult WHERE id = %s", row.pk),
        "row added": lambda: PublishedResult.objects.bulk_create([copy]),
        "domain": lambda: raw("DELETE FROM publications_publishedresult_domains WHERE publishedresult_id = %s", row.pk),
        "penalty": lambda: PublishedPenalty.objects.update(amount=1),
        "penalty deleted": lambda: raw("DELETE FROM publications_publishedpenalty WHERE id = %s", penalty.pk),
        "code": lambda: Publication.objects.filter(pk=version.publication_id).update(code="else"),
    }  # fmt: skip
    assert row.domains.exists()
    assert {name: is_refused(act) for name, act in refused.items()} == dict.fromkeys(refused, True)
    assert not is_refused(lambda: PublishedPenalty.objects.update(shown_until=timezone.localdate()))


def raw(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
