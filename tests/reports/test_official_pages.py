"""A document from its draft to the drawer: written by the officer, issued by the approver, frozen."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Role
from reports.documents import OfficialDocument, Paragraph
from reports.models import Document, DocumentSeries, DocumentVersion
from reports.official import transitions
from reports.official.drafting import begin_document, save_version
from reports.official.errors import DocumentError, NumberTaken, SavedMeanwhile, WrongState
from reports.official.numbering import Number
from reports.official.queries import latest_issued, summary_document
from reports.states import DOCUMENT_STEPS, DocumentState
from tests.factories import accounts, campaigns
from tests.reports.official_world import CITY, issuer, writer

NUMBER = Number("同市监认证", 2025)


def paper(title="关于情况的通报", *texts):
    return OfficialDocument(issuers=("大同市市场监督管理局",), number="", title=title, recipients="各县区市场监管局",
                            body=tuple(map(Paragraph, texts or ("正文。",))))  # fmt: skip


def begun(*texts, kind="bulletin", campaign=None):
    officer = writer(CITY)
    return begin_document(kind, paper("关于情况的通报", *texts), bureau=officer.bureau, campaign=campaign, by=officer)


def issued(document, number=NUMBER):
    transitions.present(document, by=writer(CITY))
    return transitions.issue(
        document, number=number, issued_on=timezone.localdate(), seen=document.latest.number, by=issuer(CITY)
    )


@pytest.mark.django_db
def test_document_is_written_presented_issued_and_withdrawn_on_its_pages(client):
    campaign = campaigns.campaign("140200-1", by=writer(CITY), state="dispatched")
    client.force_login(writer(CITY))
    answer = client.post(reverse("reports:document_new"), {"kind": "bulletin", "campaign": campaign.pk})
    document = Document.objects.get()
    edit = reverse("reports:document_edit", args=[document.pk])
    assert answer.headers["Location"] == edit

    head = {"title": "关于抽查情况的通报", "issuers": "大同市市场监督管理局", "recipients": "各县区", "base": "1"}
    pieces = {
        "kind-0": "heading",
        "text-0": "总体情况",
        "level-0": "1",
        "kind-1": "paragraph",
        "text-1": "【请补充：情况】",
    }
    page = client.post(edit, head | pieces | {"do": "down:0"}).content.decode()
    assert page.index("【请补充：情况】") < page.index("总体情况")
    assert document.versions.count() == 1
    client.post(edit, head | pieces | {"do": "save", "words": "写总体情况"})
    assert [(each.number, each.words) for each in document.versions.all()] == [
        (2, "写总体情况"),
        (1, "根据系统数据起草"),
    ]

    stale = client.post(edit, head | pieces | {"do": "save", "text-1": "另一人写的。"}).content.decode()
    assert "保存了第2版。您的修改还没有保存" in stale
    assert 'name="base" value="2"' in stale
    assert "另一人写的。" in stale
    present = reverse("reports:document_present", args=[document.pk])
    refused = client.post(present, follow=True).content.decode()
    assert "还有 1 处“【请补充：…】”没有写" in refused
    client.post(edit, head | pieces | {"do": "save", "text-1": "共检查三家。", "base": "2"})
    client.post(present)
    assert client.post(edit, head | pieces | {"do": "save", "base": "3"}).status_code == 302
    assert document.versions.count() == 3

    client.force_login(issuer(CITY))
    assert "待签发：关于抽查情况的通报" in client.get(reverse("workbench")).content.decode()
    form = {
        "code_word": "同市监认证",
        "year": "2025",
        "serial": "",
        "issued_on": str(timezone.localdate()),
        "seen": "3",
    }
    client.post(reverse("reports:document_issue", args=[document.pk]), form)
    document.refresh_from_db()
    assert (document.state, document.number, document.issued_version.number) == ("issued", "同市监认证〔2025〕1号", 3)
    shown = client.get(document.get_absolute_url()).content.decode()
    assert "同市监认证〔2025〕1号" in shown
    assert "共检查三家。" in shown
    client.post(reverse("reports:document_withdraw", args=[document.pk]), {"words": "数字有误"})
    assert "本文已撤回" in client.get(document.get_absolute_url()).content.decode()
    actions = (
        AuditEvent.objects.filter(subject_type="reports.document").order_by("number").values_list("action", flat=True)
    )
    assert list(actions) == [
        f"reports.{act}_document" for act in ("begin", "save", "save", "save", "present", "issue", "withdraw")
    ]


@pytest.mark.django_db
def test_what_was_issued_is_refused_by_the_database_to_change():
    document = issued(begun())

    for change in (
        lambda: Document.objects.filter(pk=document.pk).update(title="别的"),
        lambda: Document.objects.filter(pk=document.pk).update(number="同市监认证〔2025〕2号"),
        lambda: Document.objects.filter(pk=document.pk).update(state="draft"),
        lambda: DocumentVersion.objects.update(content={}),
        lambda: DocumentVersion.objects.all().delete(),
        lambda: DocumentSeries.objects.update(next_serial=1),
        lambda: Document.objects.all().delete(),
    ):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            change()
    with pytest.raises(DocumentError):
        save_version(document, paper("改了"), base=1, by=writer(CITY))


@pytest.mark.django_db
def test_every_step_starts_from_its_states_alone():
    acts = {
        "present": lambda one: transitions.present(one, by=writer(CITY)),
        "return": lambda one: transitions.send_back(one, words="请改", by=issuer(CITY)),
        "issue": lambda one: transitions.issue(
            one, number=NUMBER, issued_on=timezone.localdate(), seen=1, by=issuer(CITY)
        ),
        "withdraw": lambda one: transitions.withdraw(one, words="有误", by=issuer(CITY)),
        "drop": lambda one: transitions.drop(one, words="不发了", by=writer(CITY)),
    }
    ways = {"draft": (), "presented": ("present",), "issued": ("present", "issue"),
            "withdrawn": ("present", "issue", "withdraw"), "dropped": ("drop",)}  # fmt: skip
    assert acts.keys() == DOCUMENT_STEPS.keys()
    assert ways.keys() == set(DocumentState.values)
    for state, way in ways.items():
        for name, step in DOCUMENT_STEPS.items():
            document = begun()
            for earlier in way:
                acts[earlier](document)
            if state in step.sources:
                assert acts[name](document).state == step.target, (state, name)
            else:
                with pytest.raises(WrongState):
                    acts[name](document)


@pytest.mark.django_db
def test_number_is_used_once_and_a_skipped_one_can_be_given_by_hand():
    numbers = [issued(begun(), Number("同市监认证", 2025, serial)).number for serial in (None, 92, None, 50)]

    assert numbers == [f"同市监认证〔2025〕{serial}号" for serial in (1, 92, 93, 50)]
    with pytest.raises(NumberTaken):
        issued(begun(), Number("同市监认证", 2025, 92))
    assert issued(begun(), Number("同市监认证", 2026)).number == "同市监认证〔2026〕1号"


@pytest.mark.django_db
def test_approver_issues_what_was_read_and_nobody_overwrites_unseen():
    document = begun()
    save_version(document, paper("第二版"), base=1, by=writer(CITY))

    with pytest.raises(SavedMeanwhile):
        save_version(document, paper("又一版"), base=1, by=writer(CITY))
    transitions.present(document, by=writer(CITY))
    with pytest.raises(SavedMeanwhile):
        transitions.issue(document, number=NUMBER, issued_on=timezone.localdate(), seen=1, by=issuer(CITY))


@pytest.mark.django_db
def test_those_below_read_what_was_issued_and_others_nothing():
    campaign = campaigns.campaign("140200-1", by=writer(CITY), state="dispatched")
    draft, summary, notice = (
        begun(),
        issued(begun(kind="summary", campaign=campaign)),
        issued(begun(kind="notice", campaign=campaign)),
    )
    county = accounts.user("county", Role.COUNTY_OFFICER, at="scjg:140213")
    above, beside = writer("scjg:140000"), writer("scjg:140900")

    def seen(user):
        return set(Document.objects.visible_to(user).values_list("pk", flat=True))

    assert seen(writer(CITY)) == {draft.pk, summary.pk, notice.pk}
    assert (seen(above), seen(county), seen(beside)) == ({summary.pk, notice.pk}, {notice.pk}, set())
    assert (summary_document(campaign), latest_issued(campaign, "notice")) == (summary, notice)
    transitions.withdraw(summary, words="有误", by=issuer(CITY))
    assert summary_document(campaign) is None


@pytest.mark.django_db
def test_documents_of_a_practice_are_not_issued():
    campaign = campaigns.campaign("140200-1", by=writer(CITY), state="dispatched", kind="practice")

    with pytest.raises(DocumentError, match="演练"):
        issued(begun(campaign=campaign))


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_approvers_who_issue_at_once_get_different_numbers():
    approver, documents = issuer(CITY), [begun() for _ in range(8)]
    for document in documents:
        transitions.present(document, by=writer(CITY))
    barrier = threading.Barrier(4)

    def act(own):
        barrier.wait()
        for document in own:
            transitions.issue(document, number=NUMBER, issued_on=timezone.localdate(), seen=1, by=approver)
        connection.close()

    threads = [threading.Thread(target=act, args=(documents[place::4],)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    serials = Document.objects.order_by("serial").values_list("serial", flat=True)
    assert list(serials) == list(range(1, 9))
    assert DocumentSeries.objects.get().next_serial == 9
