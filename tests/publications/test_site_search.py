"""What the public site finds, compared with SQL of the test's own; and how many queries its pages take."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from campaigns.models import Campaign
from institutions.models import Institution
from institutions.pinyin import initials
from publications.models import Publication, PublicationKind, PublishedResult
from tests.factories import accounts, campaigns, institutions
from tests.publications import making
from visits.models import Measure
from visits.states import MeasureState

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_postgres]

ENTRY = re.compile(r'<a href="/public/results/(\d+)/">')
NEIGHBOUR = re.compile(r'href="\?([^"]+)" rel="(next|prev)"')
NEWEST_FIRST = """SELECT r.id FROM publications_publishedresult r JOIN institutions_institution i ON i.id = r.institution_id
  WHERE r.is_current AND {where} ORDER BY r.inspected_on IS NULL DESC, r.inspected_on DESC, r.id DESC"""
SEARCHES = {
    "": "1 = 1",
    "q=云中": "i.name LIKE '%%云中%%'",
    "q=yzjc": "i.initials LIKE '%%yzjc%%'",
    "q=检测 3号": "i.name LIKE '%%检测%%' AND i.name LIKE '%%3号%%'",
    "q=91140214": "i.uscc LIKE '91140214%%'",
    "q=%25": "1 = 0",
    "q=_": "1 = 0",
    "region=140200": "r.county_id LIKE '1402%%'",
    "region=140902": "r.county_id = '140902'",
    "year=2024": "r.year = 2024",
    "year=二〇二四": "1 = 0",
    "domain=food": "r.id IN (SELECT publishedresult_id FROM publications_publishedresult_domains WHERE domain_id = 'food')",
    "domain=food&region=140213&year=2025": """r.county_id = '140213' AND r.year = 2025 AND
        r.id IN (SELECT publishedresult_id FROM publications_publishedresult_domains WHERE domain_id = 'food')""",
}
PAGES = (
    "/public/", "/public/search/?q=云中", "/public/figures/", "/public/results/", "/public/results/?q=云中&region=140200",
    "/public/penalties/", "/public/institutions/", "/public/publications/", "/public/campaigns/",
    "/public/campaigns/140200-2025-9/", "/public/publications/results-9/", "/public/data/results.csv",
)  # fmt: skip


def fill(rows: int) -> None:
    """So many institutions with a result in each of two years: days that repeat, and some without a day."""
    officer = User.objects.filter(username="officer").first() or accounts.lead_officer("officer")
    counties = ("140213", "140214", "140902")
    found = []
    for number in range(Institution.objects.count(), rows):
        name = f"云中{number}号检测有限公司" if number % 2 else f"平城{number}号检验站"
        found.append(institutions.institution(name, counties[number % 3], initials=initials(name)))
        institutions.certificate(found[-1])
    for year in (2024, 2025):
        publish(officer, year, found)


def publish(officer: User, year: int, of: list[Institution]) -> None:
    number = f"140200-{year}-9"
    campaign = Campaign.objects.filter(number=number).first() or campaigns.campaign(
        number, by=officer, state="dispatched", year=year
    )
    line = campaign.lines.first() or campaigns.line(campaign)
    code = (
        "results-9"
        if year == 2025 and not Publication.objects.filter(code="results-9").exists()
        else f"more-{year}-{len(of)}"
    )
    version = making.draft(
        making.publication(PublicationKind.RESULTS, campaign=campaign, by=officer, year=year, code=code)
    )
    fines = making.draft(making.publication(PublicationKind.PENALTIES, by=officer, year=year))
    food = institutions.domain("food", "食品")
    for place, institution in enumerate(of):
        task = campaigns.task(line, institution, state="closed")
        day = None if place % 11 == 10 else date(year, 10, 1) + timedelta(days=place // 3)
        row = making.result(version, task, inspected_on=day, year=year)
        if place % 4 == 0:
            row.domains.add(food)
        measure = Measure.objects.create(
            task=task, kind="fine", bureau=officer.bureau, amount=1, state=MeasureState.DECIDED, proposed_by=officer,
            decided_on=date(year, 11, 10),
        )  # fmt: skip
        making.penalty(fines, measure, year=year)
    making.publish(version)
    making.publish(fines)


def by_sql(where: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_FIRST.format(where=where), [])
        return [pk for (pk,) in cursor.fetchall()]


def page(client: Client, query: str) -> tuple[list[int], dict[str, str]]:
    """The keys of the rows, and the queries of the neighbours."""
    text = client.get(f"/public/results/?{query}").content.decode()
    return [int(pk) for pk in ENTRY.findall(text)], {
        rel: link.replace("&amp;", "&") for link, rel in NEIGHBOUR.findall(text)
    }


def walk(client: Client, query: str) -> list[list[int]]:
    """All pages, forwards; backwards they are the same."""
    pages, last = [], query
    while True:
        rows, links = page(client, last)
        pages.append(rows)
        if "next" not in links:
            break
        last = links["next"]
    back = [page(client, last)[0]]
    while "prev" in (links := page(client, last)[1]):
        last = links["prev"]
        back.append(page(client, last)[0])
    assert back[::-1] == pages
    return pages


def test_search_finds_what_sql_finds_in_its_order_on_every_page(client):
    fill(52)
    PublishedResult.objects.filter(pk=by_sql("1 = 1")[5]).update(is_current=False)

    for query, where in SEARCHES.items():
        expected = by_sql(where)
        assert [pk for rows in walk(client, query) for pk in rows] == expected, query
        content = b"".join(client.get(f"/public/data/results.csv?{query}").streaming_content).decode("utf-8-sig")
        told = [row["机构名称"] for row in csv.DictReader(io.StringIO(content))]
        names = dict(PublishedResult.objects.values_list("pk", "name"))
        assert sorted(told) == sorted(names[pk] for pk in expected), query


def test_pages_take_as_many_queries_for_many_rows_as_for_few(client):
    fill(3)
    few = {path: queries(client, path) for path in PAGES}
    fill(9)

    many = {path: queries(client, path) for path in PAGES}

    assert many == few
    assert max(many.values()) <= 16, many
    assert many["/public/results/"] <= 8


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
        assert answer.status_code == 200
        b"".join(answer.streaming_content) if answer.streaming else answer.content
    return len(captured)
