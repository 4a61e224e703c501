"""The bureau's and the institution's pages: every button does what it says, numbers open their rows."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from institutions.models import CreditClass, Institution
from publications.models import CreditRepair, Disclosure, Publication, PublicationVersion
from tests.factories import accounts
from tests.publications import world as public
from tests.selftest import files
from tests.visits import world
from visits.models import Finding

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def page(client: Client, user: User, name: str, *args: Any, data: Any = None, **query: Any) -> str:
    """What this person gets; with data, after sending it."""
    client.force_login(user)
    url = reverse(f"publications:{name}", args=args)
    answer = client.get(url, query) if data is None else client.post(url, data, follow=True)
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def test_results_go_from_the_list_of_what_is_ready_to_the_public_by_two_people(client):
    task = world.concluded()
    Finding.objects.filter(result__task=task).update(facts="当事人电话13800138000")
    Institution.objects.filter(pk=task.institution_id).update(credit_class=CreditClass.D, legal_representative="高振华")
    officer, approver = public.officer(), public.approver()

    assert task.number in page(client, officer, "terms")
    assert "检查结果（1 家）" in page(client, officer, "prepare")
    assert "检查结果（1 家）" in page(client, officer, "campaign", task.campaign_id)
    shown = page(client, officer, "prepare_results", task.campaign_id, data={"tasks": [task.pk]})
    version = PublicationVersion.objects.get()
    assert "已隐去的内容（1 处）" in shown
    assert "当事人电话（电话略）" in shown
    assert "13800138000" not in shown
    assert "高振华" not in shown
    row = version.results.get()
    edited = page(
        client, officer, "edit_result", row.pk,
        data={"department_0": "已复核", "department_1": "", "problem_0": "记录缺少签字"},
    )  # fmt: skip
    assert "记录缺少签字" in edited
    page(client, officer, "edit", version.pk, data={"title": "检查结果", "words": "公示如下。", "notes": ""})
    assert "待审批" in page(client, officer, "propose", version.pk, data={})
    assert "批准公示" not in page(client, officer, "detail", version.publication_id)
    assert "已批准并公布" in page(client, approver, "approve", version.pk, data={})

    listed = page(client, officer, "list", state="published")
    assert "检查结果" in listed
    assert "results-140200" in listed
    assert "按期公示" in page(client, officer, "terms", status="public")
    assert "没有符合条件的任务" in page(client, officer, "terms", status="overdue")
    assert task.number not in page(client, officer, "terms")
    assert task.number in page(client, officer, "terms", status="all")
    page(client, officer, "correct", version.publication_id, data={"reason": "补充说明", "renew": "on"})
    compared = page(client, officer, "detail", version.publication_id)
    assert "与第 1 版的差异" in compared
    assert "已复核" in compared
    page(client, approver, "withdraw", version.pk, data={"reason": "内容有误"})
    assert "撤回理由：内容有误" in page(client, approver, "detail", version.publication_id, version=1)
    assert task.number in page(client, officer, "terms", status="ended")
    assert task.number not in page(client, officer, "terms", status="unheard-of")


def test_plan_text_and_penalties_are_begun_from_one_page_and_refusals_are_said(client):
    officer = public.officer()
    task = world.concluded()
    fine = public.fine(task)
    assert "没有可以列入年度计划" in page(client, officer, "prepare_annual_plan", data={"year": "2019"})
    page(client, officer, "prepare_annual_plan", data={"year": "2025"})
    page(client, officer, "prepare_plan", task.campaign_id, data={})
    assert "已有公示" in page(client, officer, "prepare_plan", task.campaign_id, data={})
    assert "该抽查计划已有公示" in page(client, officer, "prepare")
    page(client, officer, "prepare_penalties", data={"measures": [fine.pk]})
    said = {"kind": "bulletin", "title": "通报", "text": "共检查 1 家。", "figures": "检查机构：1 家"}
    shown = page(client, officer, "prepare_text", data=said)
    assert "检查机构" in shown
    assert "共检查 1 家。" in shown

    plan = Publication.objects.get(kind="plan").versions.get()
    table = "1 | 机动车检验 | 事项 | 范围 | 2 家 | — | 9月 | 市局 | 公安"
    form = {"title": "计划", "words": "", "notes": "", "table_0": table}
    assert "栏数不是" in page(client, officer, "edit", plan.pk, data=form)
    page(client, officer, "edit", plan.pk, data={**form, "table_0": table + " | 市抽市查"})
    plan.refresh_from_db()
    assert plan.content["tables"][0]["rows"] == [[*table.split(" | "), "市抽市查"]]
    page(client, officer, "discard", plan.pk, data={})
    assert sorted(Publication.objects.values_list("kind", flat=True)) == ["annual_plan", "bulletin", "penalties"]


def test_drafts_are_seen_by_their_bureau_alone(client):
    version = public.results()
    for user in (world.officer(world.ECOLOGY), accounts.user("province", "lead_officer", at="scjg:140000")):
        client.force_login(user)
        assert client.get(version.publication.get_absolute_url()).status_code == 404
    public.proposed(version)
    assert client.get(version.publication.get_absolute_url()).status_code == 200


def test_institution_asks_for_repair_and_publishes_of_itself_and_the_bureau_decides(client):
    task = world.concluded()
    fine = public.fine(task)
    public.penalty(fine)
    head, officer, approver = world.head(task), public.officer(), public.approver()

    assert "申请信用修复" in page(client, head, "own")
    page(client, head, "ask_repair", fine.pk, data={"words": "已缴清罚款"})
    told = {
        "institution": task.institution_id,
        "kind": "fees",
        "title": "收费标准",
        "file": SimpleUploadedFile("收费.pdf", files.PDF),
    }
    assert "收费标准" in page(client, head, "own_submit", data=told)
    repair, disclosure = CreditRepair.objects.get(), Disclosure.objects.get()
    assert "已缴清罚款" in page(client, approver, "repair", repair.pk)
    page(client, approver, "repair", repair.pk, data={"is_granted": "1", "words": ""})
    assert "没有正在公示的行政处罚" in page(client, head, "own")
    assert "收费标准" in page(client, officer, "disclosures")
    assert "已同意公开" in page(client, officer, "disclosure_accept", disclosure.pk, data={})
    client.force_login(officer)
    assert b"".join(client.get(reverse("publications:disclosure_file", args=[disclosure.pk]))) == files.PDF


def test_calendar_page_takes_and_drops_a_day(client):
    client.force_login(accounts.user("sysadmin-1", "system_administrator"))
    url = reverse("accounts:calendar")
    said = client.post(
        url, {"day": "2027-10-09", "is_working": "1", "source": "放假通知"}, follow=True
    ).content.decode()
    assert "2027-10-09" in said
    assert "暂定" in said
    removed = client.post(reverse("accounts:calendar_remove", args=[date(2027, 10, 9)]), follow=True).content.decode()
    assert "已删除 2027-10-09 的登记" in removed
