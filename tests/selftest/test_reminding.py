from datetime import datetime, timedelta
from smtplib import SMTPException
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from accounts.models import Role
from accounts.waiting_mail import RETRY_AFTER
from selftest.models import Reminder, SelfCheck
from selftest.reminding import remind
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


@pytest.fixture(autouse=True)
def _mail_is_on(settings):
    settings.REMIND_BY_MAIL = True
    settings.PUBLIC_URL = "https://lianchou.example"


def asked(**fields: object) -> SelfCheck:
    """An institution asked in an open round, whose clerk has an address."""
    self_check = world.invited(**fields)
    clerk = world.clerk(self_check)
    clerk.email = "clerk@example.com"
    clerk.save()
    world.person(self_check.institution, Role.LEGAL_REPRESENTATIVE)
    return self_check


def at(self_check: SelfCheck, days: int, hour: int = 12, minute: int = 0):
    """So many days after the deadline, local time."""
    day = self_check.round.deadline + timedelta(days=days)
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))
    return time_machine.travel(moment, tick=False)


def test_silent_institution_is_reminded_once_before_and_once_after_the_deadline():
    self_check = asked()

    reminded = {}
    for days in range(-5, 8):
        with at(self_check, days):
            reminded[days] = (remind()[0], remind()[0])

    assert {days: found for days, found in reminded.items() if found != (0, 0)} == {-3: (1, 0), 3: (1, 0)}
    assert [message.subject for message in mail.outbox] == [
        f"机构自查{self_check.round.deadline:%m月%d日}截止：2025年度机构自查", "机构自查逾期未报送：2025年度机构自查",
    ]  # fmt: skip
    assert mail.outbox[0].to == ["clerk@example.com"]
    assert f"https://lianchou.example/my/selfchecks/{self_check.pk}/" in mail.outbox[0].body
    assert "逾期仍可报送" in mail.outbox[1].body


def test_clock_that_stood_still_reminds_the_day_after_and_nobody_before_nine():
    self_check = asked()

    with at(self_check, -2, 8, 59):
        early = remind()
    with at(self_check, -2, 9, 0):
        assert (early, remind()) == ((0, 0), (1, 1))
    with at(self_check, 6):
        assert remind() == (1, 1)


def test_whoever_handed_in_is_left_in_peace_and_so_is_a_closed_round():
    handed_in = world.signed()
    with at(handed_in, -3):
        assert remind() == (0, 0)
    silent = asked(form=handed_in.round.form, campaign=handed_in.round.campaign)
    world.rounds.close_round(silent.round, by=world.datong.officer())
    with at(silent, 3):
        assert remind() == (0, 0)


def test_mail_that_fails_is_tried_again_without_a_second_reminder(monkeypatch):
    self_check = asked()

    def refuse(backend: EmailBackend, messages: object) -> int:
        raise SMTPException("452 try later")

    with at(self_check, -3), monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", refuse)
        assert remind() == (1, 0)
    with at(self_check, -3, 12, 5):
        assert remind() == (0, 0)
    with at(self_check, -3, 12, int(RETRY_AFTER.total_seconds() // 60)):
        assert remind() == (0, 1)
    with at(self_check, -3, 13):
        assert remind() == (0, 0)

    reminder = Reminder.objects.get()
    assert (len(mail.outbox), reminder.mailed, reminder.mail_after) == (1, 1, None)


def test_institution_without_an_address_is_reminded_on_its_workbench_alone():
    self_check = world.invited()

    with at(self_check, -3):
        assert remind() == (1, 0)

    assert (Reminder.objects.get().mail_after, mail.outbox) == (None, [])
