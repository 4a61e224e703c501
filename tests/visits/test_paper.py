"""A visit on paper: the sheet printed with its code, typed in afterwards, the scan attached."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from reports.visit_sheet import sheet_of
from reports.visit_sheet_pdf import render_visit_sheet
from tests.selftest import files
from tests.visits import world
from visits.models import Entry, Evidence, Operation, VisitSignature

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


@pytest.fixture(autouse=True)
def _parts_go_elsewhere(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"


def signed_in(visit, number=0):
    client = Client()
    client.force_login(world.team(visit.task)[number])
    return client


def page(client, visit):
    return client.get(f"/visits/{visit.pk}/paper/")


def typed(answer, **more):
    """What a browser sends of the page as it stands, with these answers: line → (answer, facts)."""
    sent = {}
    for form in answer.context["lines"]:
        for name in form.fields:
            value = form[name].value()
            sent[form.add_prefix(name)] = "" if value is None else value
    end = answer.context["end"]
    sent[end.add_prefix("scan_id")] = end["scan_id"].value()
    return sent | more


def scan():
    return SimpleUploadedFile("记录.pdf", files.PDF)


def test_sheet_has_all_lines_and_the_number_and_the_code():
    visit = world.planned()
    sheet = sheet_of(visit, made_by=world.officer())

    text = "".join(each.extract_text() for each in PdfReader(BytesIO(render_visit_sheet(sheet))).pages)

    plain = "".join(text.split())
    assert sheet.address.endswith(f"/visits/{visit.pk}/paper/")
    for words in (visit.task.number, "法律主体", "检查事项sthj", "未检查", visit.task.institution.name):
        assert words.replace(" ", "") in plain
    assert not sheet.is_compared
    assert "机构自查" not in plain
    assert ("检验检测报告抽查（不少于5份）" in plain, "见证人签字" in plain) == (True, True)


@pytest.mark.parametrize("words", ["{number}", " {number} ", "http://example.com/visits/{pk}/paper/"])
def test_paper_is_matched_by_its_number_or_its_code(words):
    visit = world.started()

    answer = signed_in(visit).get("/visits/paper/", {"what": words.format(number=visit.task.number, pk=visit.pk)})

    assert (answer.status_code, answer.url) == (302, f"/visits/{visit.pk}/paper/")


@pytest.mark.parametrize("words", ["没有这个编号", "/visits/999999/paper/", "/visits/99999999999999999999/"])
def test_paper_of_no_visit_is_said_to_be_none(words):
    answer = signed_in(world.started()).get("/visits/paper/", {"what": words})

    assert answer.status_code == 200
    assert "没有找到" in answer.content.decode()


def test_start_is_typed_in_with_the_time_on_the_paper():
    visit = world.planned()
    at = timezone.localtime() - timedelta(hours=1)

    client = signed_in(visit)
    future = client.post(
        f"/visits/{visit.pk}/paper/", {"act": "start", "started_at": f"{at + timedelta(days=1):%Y-%m-%dT%H:%M}"}
    )
    client.post(f"/visits/{visit.pk}/paper/", {"act": "start", "started_at": f"{at:%Y-%m-%dT%H:%M}"})

    visit.refresh_from_db()
    assert future.status_code == 422
    assert (visit.state, timezone.localtime(visit.device_started_at).hour) == ("started", at.hour)


def test_page_sent_twice_is_recorded_once():
    visit = world.started()
    client = signed_in(visit)
    sent = typed(
        page(client, visit), **{"block:people-answer": "problem", "block:people-facts": "一人\r\n社保"}, act="save"
    )

    for _ in range(2):
        client.post(f"/visits/{visit.pk}/paper/", sent | {"end-scan": scan()})

    assert Operation.objects.count() == 1
    assert Entry.objects.get().facts == "一人\n社保"
    assert [each.name for each in Evidence.objects.whole()] == ["记录.pdf"]


def test_paper_does_not_overwrite_a_colleagues_entry():
    visit = world.started()
    client = signed_in(visit)
    before = page(client, visit)
    world.give(visit, "block:people", world.team(visit.task)[1], answer="sound")

    answer = client.post(
        f"/visits/{visit.pk}/paper/", typed(before, **{"block:people-answer": "na"}, act="save"), follow=True
    )

    assert Entry.objects.get().answer == "sound"
    assert "两份都已保留" in answer.content.decode()


def test_whole_visit_on_paper():
    visit = world.started(partner="")
    client = signed_in(visit)
    before = page(client, visit)
    answers = {form.add_prefix("answer"): "sound" for form in before.context["lines"]}
    names = [each.name for each in visit.attendees.all()]
    end = {
        "end-officers": names,
        "end-institution": "高振华",
        "end-outcome": "inspected",
        "end-opinion": "无",
        "act": "end",
    }

    without = client.post(f"/visits/{visit.pk}/paper/", typed(before, **answers, **end))
    client.post(f"/visits/{visit.pk}/paper/", typed(before, **answers, **end) | {"end-scan": scan()})

    visit.refresh_from_db()
    assert "须附扫描件" in without.content.decode()
    assert (visit.state, visit.opinion, VisitSignature.objects.count()) == ("ended", "无", 3)


def test_sheet_of_a_foreign_visit_is_not_given():
    visit = world.started()
    other = Client()
    other.force_login(world.inspector(9, "scjg:140900").user)

    assert other.get(f"/visits/{visit.pk}/paper/").status_code == 404
    assert other.get(f"/reports/visits/{visit.pk}/sheet.pdf").status_code == 404
