"""Credit repair hides a penalty from its day; what institutions publish of themselves is looked at first."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from publications import correcting, disclosing, publishing, repairing
from publications.errors import PublicationError
from publications.models import Disclosure, PublishedPenalty
from tests.factories import institutions
from tests.publications import world as public
from tests.selftest import files
from tests.visits import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def test_repaired_penalty_is_hidden_from_the_day_in_every_version_and_never_comes_back():
    task = world.concluded()
    fine = public.fine(task)
    head = world.head(task)
    with pytest.raises(PublicationError, match="没有在公示"):
        repairing.ask_repair(fine, words="已缴清", by=head)
    row = public.penalty(fine)
    with pytest.raises(PermissionDenied):
        repairing.ask_repair(fine, words="已缴清", by=public.officer())
    repair = repairing.ask_repair(fine, words="已缴清并整改", by=head)
    with pytest.raises(PublicationError, match="已有一项申请"):
        repairing.ask_repair(fine, words="已缴清并整改", by=head)
    with pytest.raises(PublicationError, match="理由"):
        repairing.decide_repair(repair, is_granted=False, words="", by=public.approver())
    repairing.decide_repair(repair, is_granted=False, words="尚未满三个月", by=public.approver())

    again = repairing.ask_repair(fine, words="已满三个月", by=head)
    repairing.decide_repair(again, is_granted=True, words="", by=public.approver())

    row.refresh_from_db()
    assert row.shown_until == timezone.localdate()
    assert not PublishedPenalty.objects.shown().exists()
    with time_machine.travel(timezone.now() - timedelta(days=1)):
        assert PublishedPenalty.objects.shown().exists()
    with pytest.raises(PublicationError, match="没有可以公示"):
        publishing.prepare_penalties(fine.bureau, by=public.officer())
    copied = correcting.correct(row.version.publication, reason="更正", renew=False, by=public.officer())
    assert [each.shown_until for each in copied.penalties.all()] == [timezone.localdate()]
    assert not correcting.renew_version(copied, by=public.officer()).penalties.exists()


def test_disclosure_is_public_once_the_regulator_accepts_it_and_keeps_its_words():
    task = world.task()
    institution, head = task.institution, world.head(task)
    certificate = institutions.certificate(institution)
    kinds, paper = Disclosure.Kind, ("附表.pdf", files.PDF)
    for told, words in (
        (disclosing.Told(kinds.CAPABILITY, "能力附表", file=paper), "证书"),
        (disclosing.Told(kinds.FEES, "收费标准"), "内容或者上传文件"),
        (disclosing.Told(kinds.FEES, "收费标准", file=("a.exe", b"MZ")), "不支持"),
    ):
        with pytest.raises(PublicationError, match=words):
            disclosing.submit_disclosure(institution, told, by=head)
    with pytest.raises(PermissionDenied):
        disclosing.submit_disclosure(
            institution, disclosing.Told(kinds.FEES, "收费", "每车 80 元"), by=public.officer()
        )

    told = disclosing.Told(kinds.CAPABILITY, "能力附表", "咨询13800138000", certificate, paper)
    found = disclosing.submit_disclosure(institution, told, by=head)
    assert (found.text, found.file_name) == ("咨询（电话略）", "附表.pdf")
    with pytest.raises(PermissionDenied):
        disclosing.accept_disclosure(found, by=world.officer(world.ECOLOGY))
    with pytest.raises(PublicationError, match="意见"):
        disclosing.return_disclosure(found, words=" ", by=public.officer())
    assert disclosing.accept_disclosure(found, by=public.officer()).state == "published"
    with pytest.raises(PublicationError, match="不能改为"):
        disclosing.return_disclosure(found, words="迟了", by=public.officer())
    assert disclosing.withdraw_disclosure(found, words="证书换发", by=head).state == "withdrawn"
