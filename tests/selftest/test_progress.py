import io
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AuditEvent
from jobs.models import Job
from jobs.running import run_job
from selftest import progress, reviewing, submitting
from selftest.models import Answer, Problem, SelfCheck, Tally
from selftest.states import SelfCheckState
from tests.campaigns import datong
from tests.factories import institutions
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def bring(self_check: SelfCheck, stage: str) -> None:
    """Fill, hand in and decide as far as `stage`."""
    officer = world.county_officer(self_check.county_id)
    if stage == "invited":
        return
    world.filling.begin(self_check, by=world.clerk(self_check))
    if stage == "filling":
        return
    for item, values in {1: world.YES, 2: world.NOT_APPLICABLE, 3: world.NO}.items():
        world.answer(self_check, item, values)
    submission = submitting.submit(self_check, by=world.clerk(self_check))
    if stage == "signing":
        return
    world.sign(submission)
    if stage == "returned":
        reviewing.return_items(self_check, {1: "请核对"}, by=officer)
        world.answer(self_check, 1, world.NO)
    if stage == "accepted":
        reviewing.accept(self_check, by=officer)


def a_round():
    """Pingcheng: one invited, one filling, one submitted (late for both domains); Yungang: one returned, one accepted."""
    places = {"140213": ("invited", "filling", "submitted"), "140214": ("returned", "accepted")}
    asked = {
        (county, stage): world.institution(county=county, name=f"{stage}机构")
        for county in places
        for stage in places[county]
    }
    institutions.certificate(asked["140213", "submitted"], institutions.domain("eco", "生态环境监测"))
    round = world.opened()
    for (_, stage), institution in asked.items():
        bring(round.self_checks.get(institution=institution), stage)
    return round


def test_figures_are_those_of_the_rows_in_each_county_domain_and_item():
    round = a_round()

    areas = progress.rolled_up(progress.count_counties(round))

    county = areas["140213"].progress
    assert {key: value for key, value in county.items() if value} == {
        "asked": 3, "invited": 1, "filling": 1, "submitted": 1, "handed_in": 1, "troubled": 1,
    }  # fmt: skip
    city = areas["1402"]
    assert city.progress == areas["14"].progress == areas[""].progress
    assert {state: city.progress[state] for state in SelfCheckState.values} == {
        state: round.self_checks.filter(state=state).count() for state in SelfCheckState.values
    }
    assert city.progress["asked"] == round.self_checks.count()
    assert city.progress["handed_in"] == round.self_checks.filter(handed_in_at__isnull=False).count()
    assert city.progress["troubled"] == round.self_checks.filter(problems__isnull=False).distinct().count()
    assert (city.domains["vehicle"]["asked"], city.domains["eco"]["asked"], city.domains["eco"]["handed_in"]) == (
        5,
        1,
        1,
    )


def test_items_count_only_what_is_handed_in_and_not_returned():
    round = a_round()

    items = progress.progress_of(round, "1402").figures.items

    assert {item: dict(choices) for item, choices in items.items()} == {1: {"yes": 2}, 2: {"na": 2}, 3: {"no": 2}}
    assert [item for item, _ in progress.most_often(progress.progress_of(round, "1402").figures, [1, 2, 3])] == [
        1,
        2,
        3,
    ]
    assert Answer.objects.filter(self_check__state="returned", item=1).get().choice == "no"


def test_late_ones_are_counted_once_the_deadline_has_passed():
    round = a_round()
    with time_machine.travel(timezone.now() + timedelta(days=20), tick=False):
        figures = progress.progress_of(round, "140213").figures.progress
        is_late = [self_check.is_late for self_check in round.self_checks.filter(county="140213")]

    assert figures["late"] == sum(is_late) == 2


def test_large_round_is_read_from_its_tallies_which_say_when_they_were_counted(monkeypatch):
    monkeypatch.setattr(progress, "LARGE", 3)
    round = a_round()
    live = progress.progress_of(round, "1402")
    assert live.counted_at is None

    assert progress.refresh_tallies() == 1
    kept = progress.progress_of(round, "1402")

    assert kept.counted_at is not None
    assert (kept.figures, [part for part, _ in kept.parts]) == (live.figures, ["140213", "140214"])
    assert [+figures for _, figures in kept.parts] == [+figures for _, figures in live.parts]
    reviewing.accept(SelfCheck.objects.get(state="submitted"), by=world.county_officer())
    progress.refresh_tallies()
    assert progress.progress_of(round, "140213").figures.progress["accepted"] == 1
    assert set(Tally.objects.values_list("area", flat=True)) == {"", "14", "1402", "140213", "140214"}


def test_closed_round_is_counted_again_only_when_it_may_have_changed(monkeypatch):
    monkeypatch.setattr(progress, "LARGE", 3)
    round = a_round()
    world.rounds.close_round(round, by=datong.officer())
    assert progress.refresh_tallies() == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        assert progress.refresh_tallies() == 0
        reviewing.accept(SelfCheck.objects.get(state="submitted"), by=world.county_officer())
        assert progress.refresh_tallies() == 1


def test_page_shows_the_figures_and_each_number_opens_its_rows(client):
    round = a_round()
    client.force_login(datong.officer())

    page = client.get(reverse("selftest:progress", args=[round.pk]))
    row = next(part for part in page.context["parts"] if part.label == "平城区")
    listed = {heading: client.get(cell.url).context["table"].paginator.count for heading, cell in zip(page.context["columns"], row.cells, strict=True)}  # fmt: skip

    assert listed == {heading: cell.value for heading, cell in zip(page.context["columns"], row.cells, strict=True)}
    first = page.context["items"][0]
    assert (first.number, [cell.value for cell in first.choices]) == (1, [2, 0, 0])
    assert client.get(first.choices[0].url).context["table"].paginator.count == 2
    domain = next(row for row in page.context["domains"] if row.label == "生态环境监测")
    assert client.get(domain.cells[0].url).context["table"].paginator.count == 1
    assert client.get(reverse("selftest:progress", args=[round.pk]), headers={"HX-Request": "true"}).status_code == 200


def test_page_of_a_county_is_refused_to_the_other_county(client):
    round = a_round()
    client.force_login(world.county_officer("140214"))
    url = reverse("selftest:progress", args=[round.pk])

    assert client.get(url).context["stats"][0]["value"] == 2
    assert client.get(url, {"area": "140213"}).status_code == 404
    assert client.get(url, {"area": "1402"}).status_code == 404
    assert client.get(url, {"area": "14021x"}).status_code == 404


@pytest.mark.parametrize("count", [3, 300])
def test_pages_ask_the_same_few_queries_for_any_number(client, count, django_assert_num_queries):
    domain = institutions.domain("vehicle", "机动车检验")
    for _ in range(count):
        institutions.certificate(institutions.institution(county="140213"), domain)
    round = world.opened()
    round.self_checks.update(state="submitted", handed_in_at=timezone.now())
    Problem.objects.bulk_create(
        Problem(self_check=each, item=1, description="地址没有变更", due_on=date(2025, 9, 30))
        for each in round.self_checks.all()
    )
    client.force_login(datong.officer())
    client.get(reverse("workbench"))

    with django_assert_num_queries(PROGRESS_QUERIES):
        client.get(reverse("selftest:progress", args=[round.pk]))
    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("selftest:self_checks", args=[round.pk]))
    with django_assert_num_queries(LEDGER_QUERIES):
        client.get(reverse("selftest:problems"))


PROGRESS_QUERIES, LIST_QUERIES, LEDGER_QUERIES = 10, 9, 9


def test_area_opens_its_own_figures_and_the_slowest_is_charted_first(client):
    round = a_round()
    client.force_login(datong.officer())

    page = client.get(reverse("selftest:progress", args=[round.pk]))
    county = client.get(page.context["parts"][0].url)

    assert page.context["area_chart"]["categories"] == ["平城区", "云冈区"]
    assert page.context["area_chart"]["series"] == [{"name": "报送率", "values": [33, 100]}]
    assert (county.context["area_name"], county.context["parts"], county.context["county"]) == ("平城区", [], "140213")
    assert "打印本县区自查表" in county.content.decode()
    assert "打印本县区自查表" not in page.content.decode()


def test_workbook_of_everything_holds_what_was_signed_and_stays_text(client):
    round = a_round()
    client.force_login(datong.officer())
    Problem.objects.filter(self_check__state="accepted").update(description="=1+1")
    job = Job.objects.create(
        kind="reports.self_check_workbook", title="汇总", owner=datong.officer(), parameters={"round": round.pk}
    )

    run_job(job.pk)

    job.refresh_from_db()
    book = load_workbook(io.BytesIO(job.file.read()))
    assert book.sheetnames == [
        "各县区进度",
        "各领域进度",
        "各项统计",
        "回答",
        "不适用的理由",
        "基本信息",
        "自查问题台账",
    ]
    counties = [[cell.value for cell in row] for row in book["各县区进度"].iter_rows(min_row=4)]
    assert [(row[0], row[1], row[8]) for row in counties] == [("平城区", 3, 1), ("云冈区", 2, 2), ("合计", 5, 3)]
    answers = {row[1].value: [cell.value for cell in row[7:10]] for row in book["回答"].iter_rows(min_row=4)}
    assert answers["returned机构"] == ["是", "不适用", "否"]
    assert answers["filling机构"] == [None, None, None]
    texts = [cell for row in book["自查问题台账"].iter_rows(min_row=4) for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in texts] == ["s"]
    asked_most = [cell.value for cell in book["各项统计"][4]]
    page = client.get(reverse("selftest:progress", args=[round.pk])).context["items"][0]
    assert [asked_most[0], *asked_most[2:5]] == [page.number, *(cell.value for cell in page.choices)]
    assert ("returned机构", 2) in {(row[1].value, row[3].value) for row in book["不适用的理由"].iter_rows(min_row=4)}
    assert book["基本信息"]["D3"].value == "法人单位名称"
    assert "由" in book["回答"]["A2"].value


def test_workbook_is_made_for_those_who_see_the_round(client):
    round = a_round()
    client.force_login(world.county_officer("140214"))

    answer = client.post(reverse("reports:self_check_workbook", args=[round.pk]))

    job = Job.objects.get(kind="reports.self_check_workbook")
    assert answer.url == reverse("jobs:detail", args=[job.pk])
    run_job(job.pk)
    job.refresh_from_db()
    assert job.result == {"institutions": 2}
    assert AuditEvent.objects.filter(action="selftest.export_everything").count() == 1
