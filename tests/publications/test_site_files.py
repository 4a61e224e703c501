"""The open data, the feed, the map for search engines, and what caches may do with all of it."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from datetime import date

import pytest
from django.test import Client

from publications.models import PublicationKind, PublicationVersion
from publications.site.datasets import DATASETS
from tests.factories import accounts, campaigns, institutions
from tests.publications import making
from visits.codes import Category

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_sqlite]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def version() -> PublicationVersion:
    """A result of an institution whose name a spreadsheet would compute."""
    officer = accounts.lead_officer()
    campaign = campaigns.campaign("140200-2025-92", by=officer, state="dispatched", title="大同抽查")
    task = campaigns.task(campaigns.line(campaign), institutions.institution("=1+1检测公司"), state="closed")
    plan = making.publication(PublicationKind.PLAN, campaign=campaign, by=officer, code="plan-92")
    content = {"words": ["特此公示。"], "facts": [["年度", "2025年"]], "tables": [], "notes": []}
    making.publish(making.draft(plan, "大同抽查计划", content=content))
    found = making.draft(
        making.publication(PublicationKind.RESULTS, campaign=campaign, by=officer, code="results-92"), "结果"
    )
    making.result(
        found, task, category=Category.ORDERED, problem_count=1, inspected_on=date(2025, 10, 20),
        problems=[["报告管理", "一般质量管理或技术问题", "缺少签字"]], measures=[["责令改正", "大同市市场监督管理局", "2025-10-21", ""]],
    )  # fmt: skip
    return making.publish(found)


def body(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_results_are_the_same_as_csv_and_as_json_with_every_field_explained(client, version):
    raw = body(client, "/public/data/results.csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
    document = json.loads(body(client, "/public/data/results.json"))
    (same,) = document["rows"]

    assert row["机构名称"] == "'=1+1检测公司"
    assert same["name"] == "=1+1检测公司"
    assert {document["fields"][key]: str(value or "") for key, value in same.items()} == row | {
        "机构名称": "=1+1检测公司", "问题数": "1",
    }  # fmt: skip
    assert same["problems"] == "报告管理，一般质量管理或技术问题，缺少签字"
    assert same["inspected_on"] == "2025-10-20"
    explained = body(client, "/public/data/").decode()
    for dataset in DATASETS.values():
        assert all(f">{field.key}</th>" in explained for field in dataset.fields)
        assert f"/public/data/{dataset.name}.csv" in explained


def test_other_tables_tell_what_their_pages_tell(client, version):
    (plan,) = json.loads(body(client, "/public/data/plans.json"))["rows"]
    assert (plan["code"], plan["content"]) == ("plan-92", "特此公示。\n年度：2025年")
    making.publish(making.draft(version.publication, "结果", reason="日期有误"))
    told = json.loads(body(client, "/public/data/publications.json"))["rows"]

    assert [(each["code"], each["version"], each["state"], each["reason"]) for each in told] == [
        ("results-92", 2, "现行", "日期有误"), ("results-92", 1, "已更正", ""), ("plan-92", 1, "现行", ""),
    ]  # fmt: skip


def test_feed_tells_of_publication_correction_and_withdrawal(client, version):
    making.withdraw(making.publish(making.draft(version.publication, "结果", reason="日期有误")), "对象有误")

    feed = ET.fromstring(body(client, "/public/feed.atom"))  # noqa: S314 - our own

    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles == ["【撤回】结果", "结果", "大同抽查计划"]
    assert "撤回理由：对象有误" in feed.find(f"{ATOM}entry/{ATOM}summary").text


def test_map_names_every_public_page(client, version, settings):
    settings.PUBLIC_URL = "https://public.example.org"
    index = body(client, "/sitemap.xml").decode()
    assert body(client, "/robots.txt").decode().endswith("Sitemap: https://public.example.org/sitemap.xml\n")

    for section in ("pages", "publications", "campaigns", "draws", "institutions"):
        assert f"https://public.example.org/sitemap-{section}.xml" in index
    assert "/public/publications/plan-92/</loc>" in body(client, "/sitemap-publications.xml").decode()
    assert "/public/institutions/" in body(client, "/sitemap-institutions.xml").decode()


@pytest.mark.parametrize(
    "path",
    ["/public/", "/public/results/", "/public/publications/plan-92/", "/public/data/results.csv", "/public/feed.atom"],
)
def test_who_has_it_already_is_told_so_until_it_changes(client, version, path):
    first = client.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=60"
    again = {"If-None-Match": first.headers["ETag"]}
    assert client.get(path, headers=again).status_code == 304

    plan = PublicationVersion.objects.get(publication__code="plan-92").publication
    making.publish(making.draft(plan, "更正后的计划"))
    making.withdraw(version)

    assert client.get(path, headers=again).status_code == 200


def test_pages_are_kept_until_something_is_published(client, version, settings):
    settings.SITE_KEPT_SECONDS = 60
    before = client.get("/public/publications/plan-92/").content.decode()
    PublicationVersion.objects.filter(publication__code="plan-92").update(withdrawn_because="没有公布的写入")
    assert client.get("/public/publications/plan-92/").content.decode() == before

    making.publish(
        making.draft(PublicationVersion.objects.get(publication__code="plan-92").publication, "更正后的计划")
    )

    assert "更正后的计划" in client.get("/public/publications/plan-92/").content.decode()


def test_caches_keep_nothing_of_people_who_are_signed_in(client, version):
    client.force_login(accounts.lead_officer("reader"))

    answer = client.get("/public/results/")

    assert "no-store" in answer.headers["Cache-Control"]
    assert "reader" not in answer.content.decode()
    assert client.get("/").url == "/workbench/"
