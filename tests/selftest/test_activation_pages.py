import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, Role, User
from institutions.models import Representative
from jobs.models import Job
from selftest import activating, codes, inviting
from selftest.models import Invitation
from tests.campaigns import datong
from tests.factories import accounts
from tests.selftest import world

pytestmark = pytest.mark.django_db

CLERK, HEAD = Role.INSTITUTION_CLERK, Role.LEGAL_REPRESENTATIVE
ACTIVATE, ACCOUNT = "/activate/", "/activate/account/"
PERSON = {
    "name": "郭小燕", "phone": "13900000001", "email": "", "username": "guo-xiaoyan",
    "password": accounts.PASSWORD, "again": accounts.PASSWORD,
}  # fmt: skip


def code_for(institution, role: Role = CLERK) -> str:
    return inviting.invite(institution, role, by=world.county_officer())


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown_code(page) -> str:
    return re.search(r'data-copy="([^"]+)"', page.content.decode()).group(1)


def test_qr_code_fills_in_the_code_and_nothing_keeps_or_tells_the_address(client):
    code = code_for(world.institution())

    page = client.get(ACTIVATE, {"code": code})

    assert f'value="{code}"' in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert Invitation.objects.get().used_at is None


def test_from_the_code_to_the_portal(client):
    institution = world.institution(name="平城机动车检测有限公司")
    code = code_for(institution)

    answer = client.post(ACTIVATE, {"code": codes.plain(code).lower()})
    assert (answer.status_code, answer.headers["Location"]) == (302, ACCOUNT)
    page = client.get(ACCOUNT)
    assert "平城机动车检测有限公司" in page.content.decode()
    assert "机构经办人" in page.content.decode()
    assert "至少 12 位" in page.content.decode()
    answer = client.post(ACCOUNT, PERSON)

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("selftest:my"))
    user = User.objects.get(username="guo-xiaoyan")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert Representative.objects.get(user=user).institution == institution
    client.logout()
    assert client.get(ACCOUNT).headers["Location"] == ACTIVATE


def test_what_is_wrong_stands_at_its_field_and_is_not_lost(client):
    code = code_for(world.institution())
    client.post(ACTIVATE, {"code": code})

    page = client.post(ACCOUNT, PERSON | {"phone": "abc", "again": "other"}).content.decode()
    assert "请填写电话号码" in page
    assert "两次输入的密码不一致" in page
    page = client.post(ACCOUNT, PERSON | {"password": "12345678", "again": "12345678"}).content.decode()

    assert 'value="郭小燕"' in page
    assert "12345678" not in page
    assert User.objects.filter(name="郭小燕").count() == 0


def test_bad_codes_are_answered_alike(client):
    institution = world.institution()
    revoked = code_for(institution)
    code_for(institution)

    pages = [client.post(ACTIVATE, {"code": code}) for code in (revoked, codes.new_code(), "nonsense")]

    told = {re.sub(r'(value="[^"]*"|\d\d:\d\d)', "", page.content.decode()) for page in pages}
    assert [page.status_code for page in pages] == [200] * 3
    assert len(told) == 1
    assert activating.WRONG in told.pop()


def test_one_browser_has_ten_tries(client):
    code = code_for(world.institution())
    for _ in range(10):
        client.post(ACTIVATE, {"code": codes.new_code()})

    assert activating.WAIT in client.post(ACTIVATE, {"code": code}).content.decode()
    assert Client().post(ACTIVATE, {"code": code}).status_code == 302


def test_account_page_without_a_code_leads_to_where_it_is_typed(client):
    assert client.get(ACCOUNT).headers["Location"] == ACTIVATE
    assert client.post(ACCOUNT, PERSON).headers["Location"] == ACTIVATE


def test_code_that_ended_meanwhile_opens_nothing(client):
    institution = world.institution()
    client.post(ACTIVATE, {"code": code_for(institution)})
    code_for(institution)

    assert client.post(ACCOUNT, PERSON).headers["Location"] == ACTIVATE
    assert Representative.objects.count() == 0


def test_signing_in_on_the_way_keeps_the_code(client):
    first, second = world.institution(), world.institution(name="云冈环境监测有限公司")
    user = accounts.user("guo", CLERK, password=accounts.PASSWORD)
    Representative.objects.create(user=user, institution=first, role=CLERK)
    client.post(ACTIVATE, {"code": code_for(second, HEAD)})
    sign_in = re.search(r'href="([^"]+)">登录后', client.get(ACCOUNT).content.decode()).group(1)

    answer = client.post(sign_in.replace("&amp;", "&"), {"username": "guo", "password": accounts.PASSWORD})

    assert answer.headers["Location"] == ACCOUNT
    assert "云冈环境监测有限公司" in client.get(ACCOUNT).content.decode()
    assert client.post(ACCOUNT).headers["Location"] == reverse("selftest:my")
    assert Representative.objects.get(institution=second).user == user


def test_official_with_a_code_is_refused_in_words():
    client = client_of(datong.officer())
    client.post(ACTIVATE, {"code": code_for(world.institution())})

    assert "机关单位人员不能担任检验检测机构的角色" in client.post(ACCOUNT).content.decode()
    assert Representative.objects.count() == 0


def test_head_invites_and_replaces_a_clerk():
    institution = world.institution()
    head, clerk = world.person(institution, HEAD), world.person(institution)
    client, page = client_of(head), reverse("selftest:people", args=[institution.pk])
    assert client.get(reverse("selftest:my_people")).headers["Location"] == page
    assert clerk.name in client.get(page).content.decode()

    code = shown_code(client.post(f"{page}invite/", {"role": CLERK}))
    assert activating.find(code).role == CLERK
    assert code not in client.get(page).content.decode()
    end = reverse("selftest:person_end", args=[institution.pk, clerk.representing.get().pk])
    assert clerk.name in client.get(end).content.decode()
    again = shown_code(client.post(end, {"invite_next": "on"}))

    assert activating.find(again).institution == institution
    assert not User.objects.get(pk=clerk.pk).is_active
    revoke = reverse("selftest:invitation_revoke", args=[institution.pk, activating.find(code).pk])
    client.post(revoke)
    assert Invitation.objects.get(code_digest=codes.digest(code)).revoked_at is not None


def test_clerk_sees_the_people_and_changes_nothing():
    institution = world.institution()
    client, page = client_of(world.person(institution)), reverse("selftest:people", args=[institution.pk])
    shown = client.get(page).content.decode()

    assert "结束身份" not in shown
    assert "生成邀请码" not in shown
    assert client.post(f"{page}invite/", {"role": CLERK}).status_code == 403
    assert client.post(f"{page}invite/", {"role": HEAD}).status_code == 403


def test_bureau_finds_the_people_from_the_institution_and_can_change_the_head():
    institution = world.institution()
    head = world.person(institution, HEAD)
    client = client_of(world.county_officer())
    detail = client.get(institution_page := reverse("institutions:detail", args=[institution.pk])).content.decode()
    assert reverse("selftest:people", args=[institution.pk]) in detail
    assert institution_page

    code = shown_code(
        client.post(
            reverse("selftest:person_end", args=[institution.pk, head.representing.get().pk]), {"invite_next": "on"}
        )
    )

    assert activating.find(code).role == HEAD


def test_letters_are_asked_for_by_county_and_again_only_after_a_word_about_earlier_codes():
    first, second = world.institution(), world.institution(county="140214")
    world.person(second)
    round = world.opened()
    officer, path = client_of(datong.officer()), reverse("selftest:letters", args=[round.pk])
    page = officer.get(path).content.decode()
    assert "平城区" in page
    assert "云冈区" in page

    answer = officer.post(path, {"county": "140213", "without_account": "no"})
    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("jobs:detail", args=[job.pk])
    assert (job.kind, job.parameters["county"], job.parameters["without_account"]) == (
        "selftest.letters", "140213", False,
    )  # fmt: skip
    fresh = list(inviting.prepare(round, [first], by=datong.officer()))
    inviting.issue(round, "140213", fresh, letters=1, by=datong.officer())
    warned = officer.post(path, {"county": "140213", "without_account": "yes"}).content.decode()
    assert "2 个没有使用的邀请码" in warned
    assert Job.objects.count() == 1
    Job.objects.update(state="done")
    officer.post(path, {"county": "140213", "without_account": "yes", "confirmed": "1"})
    assert Job.objects.latest("pk").parameters["without_account"] is True
    assert AuditEvent.objects.get(action="selftest.letters").facts == {
        "county": "140213", "letters": 1, "codes": 2, "revoked": 0,
    }  # fmt: skip


def test_county_officer_writes_to_the_own_county_alone():
    world.institution(), world.institution(county="140214")
    round = world.opened()
    client, path = client_of(world.county_officer()), reverse("selftest:letters", args=[round.pk])

    assert "云冈区" not in client.get(path).content.decode()
    assert client.post(path, {"county": "140214", "without_account": "no"}).status_code == 404
    client.post(path, {"county": "", "without_account": "no"})
    assert Job.objects.get().parameters["county"] == "140213"
