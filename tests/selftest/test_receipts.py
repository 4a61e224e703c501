"""The public check of a receipt: enough to compare a paper with, and nobody's name."""

import pytest
from django.test import Client
from django.urls import reverse

from selftest import reviewing, submitting
from selftest.models import SelfCheck, Signature
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def page_of(signature: Signature):
    return Client().get(reverse("selftest:receipt", args=[signature.token]))


def test_anybody_with_the_token_compares_number_time_and_digest_and_sees_no_person():
    submission = world.submitted(of=world.institution(name="平城机动车检测有限公司"))
    signature = world.sign(submission)

    page = page_of(signature)

    text = page.content.decode()
    assert page.status_code == 200
    assert [
        word for word in (signature.receipt_number, "平城机动车检测有限公司", submission.digest) if word not in text
    ] == []
    users = {submission.submitted_by.name, signature.signed_by.name, "高振华"}
    assert [word for word in (*users, "待审核", "营业执照地址没有变更") if word in text] == []
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert Client().get(reverse("selftest:receipt", args=[signature.token[:-1]])).status_code == 404


def test_receipt_of_an_older_version_says_that_a_newer_one_was_signed():
    first = world.sign(world.submitted())
    self_check = SelfCheck.objects.get()
    reviewing.return_items(self_check, {3: "请核对"}, by=world.county_officer())
    world.answer(SelfCheck.objects.get(), 3, world.YES)
    assert "此后又报送了新的版本" not in page_of(first).content.decode()

    world.sign(submitting.submit(SelfCheck.objects.get(), by=world.clerk(self_check)))

    assert "此后又报送了新的版本" in page_of(first).content.decode()
    assert "最新为第 2 版" in page_of(first).content.decode()
    assert "此后又报送了新的版本" not in page_of(Signature.objects.get(submission__number=2)).content.decode()
