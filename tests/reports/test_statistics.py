"""One world of two years and two cities: every figure equals a count by SQL of its own, and opens as many rows."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.db.models import OuterRef
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Region, Role, User
from campaigns.models import CampaignKind, Task
from campaigns.states import TaskState
from reports.statistics import published
from reports.statistics.counting import Counts, percentage
from tests.factories import accounts, institutions
from tests.reports import statistics_by_sql as sql
from tests.visits import world
from visits import measures
from visits.codes import MeasureKind, Outcome, Severity
from visits.models import Finding

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

THIS, LAST = timezone.localdate().year, timezone.localdate().year - 1
PINGCHENG, YUNGANG, XINFU = "140213", "140214", "140902"


def at(county: str, **fields: object) -> Task:
    return world.task(institutions.institution(county=county), **({"year": THIS} | fields))


def told(county: str, **fields: object) -> Task:
    return world.told(world.notified(at(county, **fields)))


def play() -> None:
    """Two years; every figure is other than zero and other than its neighbour somewhere."""
    Task.objects.filter(pk=at(PINGCHENG).pk).update(due_on=timezone.localdate() - timedelta(days=3))
    world.handed_in(told(YUNGANG))
    troubled = world.concluded(told(PINGCHENG))
    Finding.objects.filter(result__task=troubled).update(line="item:3", severity=Severity.FALSE)
    decided(troubled, MeasureKind.FINE, Decimal("20500.50"))
    world.measure(troubled, MeasureKind.INTERVIEW)
    matter = world.concluded(told(YUNGANG))
    Finding.objects.filter(result__task=matter).update(line="matter:M-scjg")
    world.concluded(told(XINFU), problem=False)
    world.ended(told(PINGCHENG), outcome=Outcome.CLOSED)
    Task.objects.filter(pk=at(XINFU).pk).update(state=TaskState.ADOPTED)
    Task.objects.filter(pk=at(PINGCHENG).pk).update(state=TaskState.CANCELLED)
    world.concluded(told(PINGCHENG, kind=CampaignKind.PRACTICE))
    world.concluded(told(YUNGANG, year=LAST))


def decided(task: Task, kind: MeasureKind, amount: Decimal) -> None:
    found = world.measure(task, kind)
    measures.decide_measure(
        found, decided_on=timezone.localdate(), document_number="同市监罚〔2026〕1号", amount=amount, by=world.officer()
    )


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def province() -> User:
    return accounts.user("province", Role.LEAD_OFFICER, at="scjg:140000")


def grid(page: object, title: str) -> dict[str, list[object]]:
    found = next(each for each in page.context["found"].grids if each.title == title)
    return {row.title: row.cells for row in found.rows}


def figures(cells: list[object]) -> dict[str, int]:
    """Figures by the row set they open; zeros open nothing."""
    counted = [cell for cell in cells if cell.url and not is_money(cell)]
    return {urlsplit(cell.url).path.split("/")[-2]: int(cell.text.replace(",", "")) for cell in counted}


def without_zeros(counts: dict[str, int]) -> dict[str, int]:
    return {key: count for key, count in counts.items() if count}


def opened(client: Client, page: object) -> list[tuple[str, int, int]]:
    """(address, number shown, rows behind it) of every number of the page."""
    found = page.context["found"]
    cells = [cell for each in found.grids for row in each.rows for cell in row.cells if cell.url]
    shown = [(cell.url, cell.text) for cell in cells if not is_money(cell)]
    stats = [*(getattr(found, "stats", None) or []), *(page.context.get("stats") or [])]
    shown += [(stat["url"], str(stat["value"])) for stat in stats if stat["unit"] != "万元"]
    for chart in found.charts:
        for series in chart.data["series"]:
            shown += [(url, str(value)) for url, value in zip(series["urls"], series["values"], strict=True)]
    return [
        (url, int(text.replace(",", "")), client.get(url).context["table"].paginator.count)
        for url, text in sorted(set(shown))
    ]


def is_money(cell: object) -> bool:
    return "." in cell.text


def test_every_figure_is_that_of_sql_and_opens_as_many_rows(monkeypatch):
    play()
    Region.objects.create(code="140500", name="晋城市", level="city", parent=accounts.region("140000"))
    client, today = client_of(province()), timezone.localdate()
    pages = {name: client.get(f"/reports/{name}", {"year": THIS}) for name in ("", "problems/", "handling/", "trends/")}

    by_city, whole = sql.by_place(THIS, today, 4), sql.by_place(THIS, today, 2)["14"]
    regions = grid(pages[""], "各地区的进展有什么不同？")
    assert figures(regions["合计"]) == without_zeros(whole)
    assert {name: figures(regions[name]) for name in ("大同市", "忻州市")} == {
        "大同市": without_zeros(by_city["1402"]), "忻州市": without_zeros(by_city["1409"]),
    }  # fmt: skip
    assert figures(regions["晋城市"]) == {}
    assert whole == {"due": 7, "inspected": 6, "late": 1, "concluded": 3, "troubled": 2, "closed": 2}

    counties = grid(client.get("/reports/", {"year": THIS, "region": "140200"}), "各地区的进展有什么不同？")
    carried = parse_qs(urlsplit(counties["平城区"][0].url).query)
    assert carried == {"year": [str(THIS)], "region": [PINGCHENG]}
    by_county = sql.by_place(THIS, today)
    assert figures(counties["平城区"]) == without_zeros(by_county[PINGCHENG])
    assert figures(counties["合计"]) == without_zeros(by_city["1402"])

    lines = sql.findings_by("f.line", THIS)
    items = grid(pages["problems/"], "自查表 18 项中，哪几项问题最多？")
    assert len(items) == 18
    assert [cell.text for cell in items["3. "][1:]] == [str(count) for count in lines["item:3"]]
    assert [cell.text for cell in grid(pages["problems/"], "哪些检查事项发现了问题？")["检查事项 scjg"]] == ["1", "1"]
    severity = grid(pages["problems/"], "问题有多严重？")
    assert [cell.text for cell in severity["虚假报告"]] == [
        str(n) for n in sql.findings_by("f.severity", THIS)["false"]
    ]

    kinds = grid(pages["handling/"], "采取了哪些措施，罚没多少？")
    assert sql.measures_by_kind(THIS) == {"fine": (1, Decimal("20500.5"))}
    assert [cell.text for cell in kinds["罚款"]] == ["0", "1", "0", "0", "1", "2.05005"]
    assert kinds["约谈"][0].text == "1"
    years = grid(pages["trends/"], "各年度相比怎样？")
    assert figures(years[f"{THIS} 年"])["due"] == whole["due"]
    assert figures(years[f"{LAST} 年"])["findings"] == sum(n for n, _ in sql.findings_by("f.line", LAST).values())

    shown = [row for page in pages.values() for row in opened(client, page)]
    assert [row for row in shown if row[1] != row[2]] == []
    assert len(shown) > 80
    check_publication(client, monkeypatch)


def test_people_see_the_figures_of_their_scope_in_a_fixed_number_of_queries():
    play()
    whole = sql.by_place(THIS, timezone.localdate(), 4)
    county = client_of(accounts.user("pingcheng", Role.COUNTY_OFFICER, at=f"scjg:{PINGCHENG}"))
    city = client_of(accounts.user("xinzhou", Role.LEAD_OFFICER, at="scjg:140900"))
    liaison = client_of(accounts.user("police", Role.PARTNER_LIAISON, at="ga:140200"))

    own = grid(county.get("/reports/", {"year": THIS}), "各领域检查了多少？")["合计"]
    foreign = city.get("/reports/", {"year": THIS, "region": PINGCHENG, "campaign": 1, "domain": "'", "line": "x"})

    assert figures(own)["due"] == sql.by_place(THIS, timezone.localdate())[PINGCHENG]["due"]
    assert figures(grid(foreign, "各地区的进展有什么不同？")["合计"]) == without_zeros(whole["1409"])
    assert [row for row in opened(county, county.get("/reports/", {"year": THIS})) if row[1] != row[2]] == []
    assert {cell.text for cell in grid(liaison.get("/reports/"), "各领域检查了多少？")["合计"]} == {"0", "—"}
    assert county.get("/reports/rows/unheard-of/").status_code == 404
    check_queries(client_of(province()))


def check_publication(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted is what the room above says; while it says nothing, there is no figure."""
    monkeypatch.setattr(published, "_offered", [])
    assert client.get("/reports/rows/published/").status_code == 404

    out = Task.objects.filter(institution__county=PINGCHENG, state=TaskState.CONCLUDED).exclude(
        campaign__kind="practice"
    )
    monkeypatch.setattr(published, "_offered", [lambda: out.filter(pk=OuterRef("pk"))])
    page = client.get("/reports/", {"year": THIS})

    whole = grid(page, "各地区的进展有什么不同？")["合计"]
    assert figures(whole)["published"] == out.count() == 1
    assert "33.3%" in [cell.text for cell in whole]
    stat = next(stat for stat in page.context["found"].stats if stat["label"] == "已公示且完结")
    assert (stat["value"], stat["note"]) == (0, "完结率 0.0%（0/1）")
    assert "已公示 ÷ 应公示" in page.content.decode()


def check_queries(client: Client) -> None:
    """As many for many rows as for few."""

    def queries() -> list[int]:
        counted = []
        for name in (
            "",
            "problems/",
            "handling/",
            "trends/",
            "rows/due/",
            "rows/findings/",
            "rows/measures/",
            "rows/lines/",
        ):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"/reports/{name}", {"year": THIS}).status_code == 200
            counted.append(len(captured))
        return counted

    queries()
    few = queries()
    for county in (PINGCHENG, XINFU):
        world.measure(world.concluded(told(county)), MeasureKind.INTERVIEW)

    assert queries() == few
    assert max(few) <= 20


def test_a_rate_is_a_hundred_only_when_nothing_is_missing():
    assert [percentage(Counts(inspected=done, due=due), "completion") for done, due in ((2000, 2001), (7, 9), (3, 3), (0, 0))] == [
        99.9, 77.8, 100.0, None,
    ]  # fmt: skip
