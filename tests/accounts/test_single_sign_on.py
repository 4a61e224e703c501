"""Signing in through a real OpenID provider on loopback: to it, back, and everything that must not work."""

from time import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.contrib.messages import get_messages

from accounts import one_time
from accounts.models import AuditEvent, Role, Session, User
from accounts.services import second_factor
from accounts.single_sign_on import CANCELLED, NOT_DONE
from accounts.views.single_sign_on import AWAY
from tests.accounts.oidc_provider import CLIENT_ID, CLIENT_SECRET, new_key, running_provider
from tests.factories import accounts

pytestmark = pytest.mark.django_db
START, CALLBACK, SIGN_IN, HOME = "/accounts/sso/", "/accounts/sso/callback/", "/accounts/sign-in/", "/workbench/"


@pytest.fixture(scope="module")
def running():
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running, settings):
    """As it should be, and known to us."""
    running.claims, running.changes, running.error = {"preferred_username": "datong-officer"}, {}, ""
    running.signing_key, running.algorithm = None, "RS256"
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = (
        running.issuer, CLIENT_ID, CLIENT_SECRET,
    )  # fmt: skip
    return running


@pytest.fixture
def officer():
    return accounts.lead_officer()


def way_back(client, wanted=""):
    """To the provider and as far as the address to which it sends the person back."""
    sent = client.get(START, {"next": wanted} if wanted else {})
    answer = requests.get(sent.url, allow_redirects=False, timeout=10)
    return answer.headers["Location"].removeprefix("http://testserver")


def signed_on(client, wanted=""):
    return client.get(way_back(client, wanted))


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_person_comes_back_signed_in_and_it_is_recorded(client, provider, officer):
    assert "统一身份认证登录" in client.get(SIGN_IN).content.decode()

    assert signed_on(client, "/files/").url == "/files/"

    assert client.get(HOME).status_code == 200
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.facts) == ("accounts.sign_in", officer, {"way": "single_sign_on"})
    assert Session.objects.get(user=officer).way == "single_sign_on"


def test_provider_is_asked_with_state_nonce_and_pkce(client, provider):
    asked = {name: values[0] for name, values in parse_qs(urlsplit(client.get(START).url).query).items()}

    assert {"state", "nonce", "code_challenge"} <= set(asked)
    fixed = {"response_type": "code", "code_challenge_method": "S256", "client_id": CLIENT_ID}
    assert {name: asked[name] for name in fixed} == fixed
    assert asked["redirect_uri"] == "http://testserver/accounts/sso/callback/"
    assert "openid" in asked["scope"].split()


@pytest.mark.parametrize("wanted", ["https://example.org/", "//example.org/", "/\\example.org", "javascript:alert(1)"])
def test_person_is_not_sent_to_foreign_pages(client, provider, officer, wanted):
    assert signed_on(client, wanted).url == HOME


def test_unknown_person_gets_words_and_no_account(client, provider, officer):
    provider.claims = {"preferred_username": "somebody-else"}

    answer = signed_on(client)

    assert (answer.url, said(answer)) == (SIGN_IN, ["您的账号尚未开通，请联系系统管理员。"])
    assert User.objects.get() == officer
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.facts) == ("accounts.sign_in_refused", None, {"way": "single_sign_on"})
    assert client.get(HOME).status_code == 302


@pytest.mark.parametrize("claims", [{}, {"preferred_username": ""}, {"preferred_username": None}])
def test_person_without_a_name_is_nobody(client, provider, officer, claims):
    provider.claims = claims

    assert said(signed_on(client)) == ["您的账号尚未开通，请联系系统管理员。"]


def test_closed_account_stays_closed(client, provider, officer):
    User.objects.update(is_active=False)

    assert said(signed_on(client)) == ["您的账号已停用，请联系系统管理员。"]
    assert client.get(HOME).status_code == 302


def test_another_claim_may_hold_the_name(client, provider, officer, settings):
    settings.OIDC_USERNAME_CLAIM = "employee"
    provider.claims = {"employee": officer.username, "preferred_username": "somebody-else"}

    assert signed_on(client).url == HOME


FOREIGN_KEY = new_key()


@pytest.mark.parametrize(
    "how",
    [
        {"changes": {"nonce": "another"}},
        {"changes": {"aud": "another-client"}},
        {"changes": {"aud": [CLIENT_ID, "another"], "azp": "another"}},
        {"changes": {"iss": "https://example.org"}},
        {"changes": {"exp": int(time()) - 3600}},
        {"signing_key": FOREIGN_KEY},
        {"signing_key": "a-secret-that-both-might-share-0123456789", "algorithm": "HS256"},
        {"signing_key": "", "algorithm": "none"},
    ],
    ids=["nonce", "audience", "party", "issuer", "expired", "foreign key", "shared secret", "unsigned"],
)
def test_token_that_does_not_hold_signs_nobody_in(client, provider, officer, how):
    for name, value in how.items():
        setattr(provider, name, value)

    answer = signed_on(client)

    assert (answer.url, said(answer)) == (SIGN_IN, [NOT_DONE])
    assert client.get(HOME).status_code == 302


def test_answer_that_was_not_asked_for_signs_nobody_in(client, provider, officer):
    back = way_back(client)
    stranger = type(client)()

    assert said(stranger.get(back)) == [NOT_DONE]
    assert client.get(back).url == HOME
    client.logout()
    assert said(client.get(back)) == [NOT_DONE]
    assert said(type(client)().get(CALLBACK, {"code": "x", "state": "y"})) == [NOT_DONE]


def test_person_may_change_their_mind(client, provider, officer):
    provider.error = "access_denied"

    assert said(signed_on(client)) == [CANCELLED]


def test_provider_that_is_away_is_told(client, provider, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:9"

    answer = client.get(START)

    assert (answer.url, said(answer)) == (SIGN_IN, [AWAY])


def test_own_code_is_asked_for_unless_the_provider_is_trusted_to_have_asked(client, provider, officer, settings):
    settings.SECOND_FACTOR_ROLES = frozenset({Role.LEAD_OFFICER})
    provider.claims |= {"amr": ["pwd", "otp"]}
    assert signed_on(client).url == HOME
    assert client.get(HOME).url == "/accounts/second-factor/"
    secret = one_time.new_secret()
    second_factor.set_up(officer, secret, one_time.code_at(secret, one_time.current_step() - 1))
    client.logout()
    assert signed_on(client).url == "/accounts/sign-in/code/"

    settings.OIDC_TRUSTS_SECOND_FACTOR = True
    assert signed_on(client).url == HOME
    assert client.get(HOME).status_code == 200
    client.logout()
    provider.claims["amr"] = ["pwd"]
    assert signed_on(client).url == "/accounts/sign-in/code/"


def test_one_time_password_nobody_used_does_not_stand_in_the_way(client, provider, officer):
    User.objects.update(must_change_password=True)
    signed_on(client)

    assert client.get(HOME).status_code == 200


def test_nothing_is_there_while_it_is_off(client, db):
    assert [client.get(path).status_code for path in (START, CALLBACK)] == [404, 404]
    assert "统一身份认证" not in client.get(SIGN_IN).content.decode()
