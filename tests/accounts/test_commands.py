import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import audit, guards
from accounts.management.commands import install_administrators
from accounts.models import AuditEvent, Role, User
from tests.factories import accounts
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db


def answer_with(monkeypatch, *answers, password=PASSWORD):
    typed = iter(answers)
    monkeypatch.setattr("builtins.input", lambda prompt: next(typed))
    monkeypatch.setattr(install_administrators, "getpass", lambda prompt: password)


def test_install_administrators_makes_three_accounts_that_must_change_their_password(monkeypatch):
    answer_with(monkeypatch, "handong", "韩东", "fengjie", "冯洁", "yangshen", "杨慎")

    call_command("install_administrators")

    found = {user.username: (user.roles, user.must_change_password) for user in User.objects.all()}
    assert found == {
        "handong": ({Role.SYSTEM_ADMINISTRATOR}, True),
        "fengjie": ({Role.SECURITY_ADMINISTRATOR}, True),
        "yangshen": ({Role.AUDITOR}, True),
    }


def test_install_administrators_refuses_weak_passwords(monkeypatch):
    answer_with(monkeypatch, "handong", "韩东", "fengjie", "冯洁", "yangshen", "杨慎", password="123456")

    with pytest.raises(CommandError):
        call_command("install_administrators")
    assert User.objects.count() == 0


def test_verify_trail_ends_with_one_when_something_was_changed(capsys):
    admin = accounts.system_administrator()
    audit.record("accounts.edit_user", admin, by=admin)
    call_command("verify_trail")
    assert "第 1—1 条完整" in capsys.readouterr().out
    with guards.lifted(connection):
        AuditEvent.objects.update(action="accounts.other")

    with pytest.raises(SystemExit) as end:
        call_command("verify_trail")

    assert (end.value.code, capsys.readouterr().out) == (1, "第 1 条：内容与摘要不符\n")
