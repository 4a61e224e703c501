"""A database that an earlier release filled, the fourth issue's last, brought to today's tables: nothing is lost, all still
holds, pages open."""

import hashlib

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Role, User
from campaigns.models import Campaign, Draw
from config.upkeep import databases, verifying
from tests.sessions import session_of
from tests.upkeep.crawling import public_pages
from tests.upkeep.machines import empty_machine, put_earlier


@pytest.mark.django_db(transaction=True)
def test_a_filled_database_of_an_earlier_release_is_brought_forward(tmp_path):
    with empty_machine(tmp_path / "old") as machine:
        put_earlier("visits", machine)
        with machine.inside():
            before = databases.counts()
            call_command("migrate", verbosity=0)
            after = databases.counts()
            lost = {name for name, number in before.items() if after.get(name, 0) < number and name in after}
            assert lost == set()
            media = machine.data / "media"
            stored = {
                str(path.relative_to(media)): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in media.rglob("*")
                if path.is_file()
            }
            assert [check.line for check in verifying.whole(stored) if not check.holds] == []
            assert Draw.objects.filter(transcript__isnull=False).count() >= 2
            assert {status for status, _ in public_pages(40).values()} <= {200, 302}
            assert pages_of_an_officer() == {200}


def pages_of_an_officer() -> set[int]:
    officer = User.objects.filter(role_assignments__role=Role.LEAD_OFFICER, is_active=True).order_by("pk").first()
    client = Client()
    client.cookies["sessionid"] = session_of(officer)
    campaign = Campaign.objects.visible_to(officer).first()
    paths = ("/workbench/", campaign.get_absolute_url(), "/tasks/", "/institutions/")
    return {client.get(path).status_code for path in paths}
