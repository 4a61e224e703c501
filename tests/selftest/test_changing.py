import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import AuditEvent
from selftest import changing, filling, submitting
from selftest.errors import SelfCheckError, WrongState
from selftest.models import ChangeRequest, HeaderBlock
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def asked_for(kind: str = HeaderBlock.Kind.BASIC, **values: object) -> ChangeRequest:
    """Hand in a form that says these values of the header."""
    self_check = world.filled()
    block = self_check.blocks.filter(kind=kind).first()
    filling.save_header(block, values, base=block.revision, by=world.clerk(self_check))
    world.sign(submitting.submit(self_check, by=world.clerk(self_check)))
    return ChangeRequest.objects.get()


def test_accepted_change_goes_into_the_pool_with_its_audit():
    request = asked_for(address="平城区新街2号")

    changing.accept_change(request, by=world.county_officer())

    request.refresh_from_db()
    request.institution.refresh_from_db()
    assert request.institution.address == "平城区新街2号"
    assert (request.state, request.decided_by) == ("accepted", world.county_officer())
    actions = AuditEvent.objects.order_by("-number").values_list("action", flat=True)[:2]
    assert list(actions) == ["selftest.accept_change", "institutions.edit"]
    with pytest.raises(WrongState):
        changing.reject_change(request, words="迟了", by=world.county_officer())


def test_accepted_change_of_a_certificate_keeps_its_domains():
    request = asked_for(HeaderBlock.Kind.CERTIFICATE, valid_until="2029-03-01")
    domains = list(request.certificate.domains.all())

    changing.accept_change(request, by=world.county_officer())

    request.certificate.refresh_from_db()
    assert request.certificate.valid_until.isoformat() == "2029-03-01"
    assert list(request.certificate.domains.all()) == domains


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"identifier": "91140200MA0GTEST00"}, "不能按申请直接更新"),
        ({"legal_representative": "名" * 40}, "名录库不接受"),
    ],
)
def test_pool_refuses_in_plain_words_and_nothing_is_decided(values, words):
    request = asked_for(**values)

    with pytest.raises(SelfCheckError, match=words):
        changing.accept_change(request, by=world.county_officer())

    request.refresh_from_db()
    assert request.state == "open"


def test_change_is_not_taken_over_when_the_pool_was_changed_meanwhile():
    request = asked_for(address="平城区新街2号")
    request.institution.address = "平城区另一街3号"
    request.institution.save()

    with pytest.raises(SelfCheckError, match="又改成了“平城区另一街3号”"):
        changing.accept_change(request, by=world.county_officer())


def test_rejection_needs_words_and_only_the_keeper_of_the_pool_decides():
    request = asked_for(address="平城区新街2号")

    with pytest.raises(SelfCheckError, match="须写明理由"):
        changing.reject_change(request, words=" ", by=world.county_officer())
    for stranger in (world.county_officer("140214"), world.clerk(request.submission.self_check)):
        with pytest.raises(PermissionDenied):
            changing.accept_change(request, by=stranger)
    changing.reject_change(request, words="与营业执照不符", by=world.county_officer())

    request.refresh_from_db()
    assert (request.state, request.words, request.institution.address) == (
        "rejected",
        "与营业执照不符",
        "平城区永泰街1号",
    )


def test_pages_list_what_waits_and_decide_it(client):
    request = asked_for(address="平城区新街2号")
    client.force_login(world.county_officer())
    url = reverse("selftest:changes")

    waiting = client.get(url).context["table"].paginator.count
    page = client.get(reverse("selftest:change", args=[request.pk]))
    client.post(reverse("selftest:accept_change", args=[request.pk]), {"words": ""})

    assert (waiting, page.context["old"], page.context["new"]) == (1, "平城区永泰街1号", "平城区新街2号")
    assert client.get(url).context["table"].paginator.count == 0
    assert client.get(url, {"state": "accepted"}).context["table"].paginator.count == 1
