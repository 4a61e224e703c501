from datetime import date, timedelta
from html import unescape
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditEvent
from institutions.models import Certificate, ImportRun, Institution, RiskFlag, Site
from jobs.running import run_job
from tests.factories.accounts import region
from tests.factories.institutions import certificate, domain, institution, represents
from tests.institutions.workbook_files import checked, row, uscc, workbook

pytestmark = pytest.mark.usefixtures("places", "media_root")

LIST = reverse("institutions:list")


def page(client, user, url, status=200, **extra):
    client.force_login(user)
    answer = client.get(url, **extra)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def names(client, user, query):
    text = page(client, user, f"{LIST}?{query}")
    return [found.name for found in Institution.objects.order_by("name") if f">{found.name}</a>" in text]


@pytest.fixture
def pool():
    """Four institutions that each filter tells apart."""
    today = date.today()
    safety, food = domain("vehicle-safety"), domain("food")
    first = institution("大同甲车检测公司", county="140213", credit_class="A")
    certificate(first, safety, number="240400000001", valid_until=today + timedelta(days=1000))
    second = institution("大同乙食品公司", county="140214", credit_class="D", state="suspended")
    certificate(second, food, number="240400000002", valid_until=today + timedelta(days=60), level="national")
    RiskFlag.objects.create(institution=second, kind="pt_absent", evidence="能力验证", noted_on=today)
    third = institution("大同丙旧证公司", county="140213")
    certificate(third, food, number="240400000003", valid_until=today - timedelta(days=1))
    institution("忻州丁公司", county="140902")
    Institution.objects.filter(pk=first.pk).update(initials="dtjcjcgs")
    return first, second, third


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["大同丙旧证公司", "大同乙食品公司", "大同甲车检测公司"]),
        ("region=140200", ["大同丙旧证公司", "大同乙食品公司", "大同甲车检测公司"]),
        ("region=140214", ["大同乙食品公司"]),
        ("domain=vehicle", ["大同甲车检测公司"]),
        ("domain=food", ["大同丙旧证公司", "大同乙食品公司"]),
        ("level=national", ["大同乙食品公司"]),
        ("credit_class=A", ["大同甲车检测公司"]),
        ("flag=key", ["大同乙食品公司"]),
        ("flag=complaint", []),
        ("state=suspended", ["大同乙食品公司"]),
        ("expiry=valid", ["大同乙食品公司", "大同甲车检测公司"]),
        ("expiry=90", ["大同乙食品公司"]),
        ("expiry=none", ["大同丙旧证公司"]),
        ("q=dtjc", ["大同甲车检测公司"]),
        ("q=旧证", ["大同丙旧证公司"]),
        ("q=240400000002", ["大同乙食品公司"]),
        ("q=大同 食品", ["大同乙食品公司"]),
        ("q=忻州", []),
    ],
)
def test_list_filters(client, officer, pool, query, found):
    assert names(client, officer, query) == found


def test_list_filters_by_uscc(client, officer, pool):
    assert names(client, officer, f"q={pool[1].uscc.lower()}") == ["大同乙食品公司"]


def test_list_shows_partners_no_risk(client, ecologist, pool):
    """Neither columns nor filters nor counters; asking for them in the address changes nothing."""
    text = page(client, ecologist, f"{LIST}?flag=key&credit_class=D")
    assert [word in text for word in ("信用风险", "风险标记", "重点抽查", "无故不参加")] == [False] * 4
    assert names(client, ecologist, "flag=key&credit_class=D") == [
        "大同丙旧证公司",
        "大同乙食品公司",
        "大同甲车检测公司",
    ]


def test_list_of_an_institutions_own_people(client, clerk, pool):
    represents(clerk, pool[1])
    text = page(client, clerk, LIST)
    assert ("大同乙食品公司" in text, "大同甲车检测公司" in text, "信用风险" in text, "导出" in text) == (
        True,
        False,
        False,
        False,
    )


def test_list_asked_by_htmx_is_the_rows_only(client, officer, pool):
    text = page(client, officer, LIST, headers={"HX-Request": "true"})
    assert ("<html" in text, "大同甲车检测公司" in text) == (False, True)


def many(count):
    places = [region("140213"), region("140214")]
    made = Institution.objects.bulk_create(
        Institution(name=f"第{number}检测公司", uscc=uscc(10_000 + number), county=places[number % 2])
        for number in range(count)
    )
    papers = Certificate.objects.bulk_create(
        Certificate(institution=each, number=f"24{each.pk:010d}", authorised_name=each.name) for each in made
    )
    links = Certificate.domains.through
    links.objects.bulk_create(links(certificate_id=paper.pk, domain_id="food") for paper in papers)
    RiskFlag.objects.bulk_create(
        RiskFlag(institution=each, kind="complaint", evidence="投诉", noted_on=date(2025, 1, 1)) for each in made[::3]
    )


@pytest.mark.parametrize("count", [3, 2000])
def test_list_asks_the_same_few_queries_for_any_number(client, officer, count, django_assert_num_queries):
    many(count)
    url = f"{LIST}?per_page=500&region=140200&domain=food"
    page(client, officer, url)  # marks the session as in use, once a minute
    with django_assert_num_queries(11):
        client.get(url)


@pytest.mark.parametrize("count", [1, 30])
def test_detail_asks_the_same_few_queries_for_any_number(client, officer, count, django_assert_num_queries):
    held = institution()
    for _ in range(count):
        Site.objects.create(certificate=certificate(held, domain("food")), county=region("140214"), address="某街")
        RiskFlag.objects.create(institution=held, kind="complaint", evidence="投诉", noted_on=date(2025, 1, 1))
    url = reverse("institutions:detail", args=[held.pk])
    page(client, officer, url)
    with django_assert_num_queries(11):
        client.get(url)


def test_detail_of_a_foreign_institution_is_like_a_missing_one(client, officer):
    foreign = institution(county="140902")
    for route in ("detail", "history", "edit", "credit_class", "certificate_add", "flag_add", "business_regions"):
        client.force_login(officer)
        answers = [client.get(reverse(f"institutions:{route}", args=[pk])) for pk in (foreign.pk, 10**9)]
        assert [answer.status_code for answer in answers] == [404, 404]


def test_detail_keeps_risk_inside_market_regulation(client, officer, ecologist, clerk):
    held = institution(credit_class="D", credit_class_source="信用系统甲")
    RiskFlag.objects.create(institution=held, kind="complaint", evidence="投诉第12号", noted_on=date(2025, 1, 1))
    represents(clerk, held)
    url = reverse("institutions:detail", args=[held.pk])
    words = ("信用风险", "信用系统甲", "投诉第12号")
    seen = {
        person.username: [word in page(client, person, url) for word in words] for person in (officer, ecologist, clerk)
    }
    assert seen == {"datong-officer": [True] * 3, "eco-liaison": [False] * 3, "clerk": [False] * 3}


def test_create_edit_and_certificate_through_the_forms(client, officer):
    client.force_login(officer)
    data = {
        "name": "大同市清风检测有限公司", "uscc": uscc(1), "legal_type": "enterprise", "county": "140213", "state": "operating",
    }  # fmt: skip
    answer = client.post(reverse("institutions:create"), data)
    held = Institution.objects.get()
    assert answer.url == reverse("institutions:certificate_add", args=[held.pk])
    paper = {
        "number": "240400000001", "authorised_name": held.name, "level": "province", "state": "valid",
        "domains": ["food", "eco"], "signatories": "钱明月、孙高山",
    }  # fmt: skip
    client.post(answer.url, paper)
    saved = held.certificates.get()
    assert (saved.signatories, sorted(found.pk for found in saved.domains.all())) == (
        ["钱明月", "孙高山"],
        ["eco", "food"],
    )
    client.post(reverse("institutions:edit", args=[held.pk]), data | {"state": "suspended"})
    held.refresh_from_db()
    assert held.state == "suspended"


def test_codes_typed_in_a_form_are_tidied_as_in_an_upload(client, officer):
    client.force_login(officer)
    data = {"name": "大同市清风检测有限公司", "legal_type": "enterprise", "county": "140213"}
    held = institution()
    paper = {
        "number": " ２４０４ 0000-a1 ",
        "authorised_name": "甲",
        "level": "province",
        "state": "valid",
        "domains": ["food"],
    }
    client.post(reverse("institutions:certificate_add", args=[held.pk]), paper)
    client.post(
        reverse("institutions:edit", args=[held.pk]), data | {"uscc": f" {uscc(1).lower()} ", "state": "operating"}
    )
    held.refresh_from_db()
    assert (held.uscc, held.certificates.get().number) == (uscc(1), "24040000-A1")


def test_form_with_a_wrong_code_says_so_and_keeps_what_was_typed(client, officer):
    client.force_login(officer)
    data = {
        "name": "大同市清风检测有限公司",
        "uscc": "91140200MA0000000X",
        "legal_type": "enterprise",
        "county": "140213",
    }
    text = client.post(reverse("institutions:create"), data | {"state": "operating"}).content.decode()
    assert ("校验码正确，请核对营业执照" in text, "大同市清风检测有限公司" in text, Institution.objects.count()) == (
        True,
        True,
        0,
    )


def test_partner_may_not_open_the_forms(client, ecologist):
    held = institution()
    for url in (LIST + "create/", LIST + "import/", reverse("institutions:edit", args=[held.pk])):
        page(client, ecologist, url, status=403)


def exported(client, user, query=""):
    client.force_login(user)
    answer = client.get(f"{LIST}export/?{query}")
    assert answer.status_code == 200
    sheet = load_workbook(BytesIO(b"".join(answer) if answer.streaming else answer.content)).active
    rows = [[cell.value for cell in line] for line in sheet.iter_rows()]
    return answer, rows[2], rows[3:]


def test_export_holds_exactly_what_is_filtered(client, officer, pool):
    _, titles, rows = exported(client, officer, "domain=food")
    assert [line[0] for line in rows] == ["大同丙旧证公司", "大同乙食品公司"]
    assert "信用风险分类" in titles
    event = AuditEvent.objects.get(action="institutions.export")
    assert event.facts == {"filter": "domain=food", "count": 2}


def test_export_for_partners_holds_no_credit_class(client, ecologist, pool):
    assert "信用风险分类" not in exported(client, ecologist)[1]


def test_import_of_the_own_export_changes_nothing(client, officer, pool):
    second = certificate(
        pool[0], domain("eco"), is_national_centre=True, signatories=["钱明月", "孙高山"], top_manager="王五"
    )
    Institution.objects.filter(pk=pool[0].pk).update(
        contact_phone="0352-0123456", owner_department="sthj", address="=1+1"
    )
    assert second.pk
    answer, _, _ = exported(client, officer)
    run = checked(SimpleUploadedFile("导出.xlsx", answer.content), by=officer)
    assert {name: run.counts[name] for name in ("errors", "institutions_added", "institutions_changed", "institutions_same",
                                                "certificates_added", "certificates_changed", "certificates_same")} == {
        "errors": 0, "institutions_added": 0, "institutions_changed": 0, "institutions_same": 3,
        "certificates_added": 0, "certificates_changed": 0, "certificates_same": 4,
    }  # fmt: skip


def test_large_export_becomes_a_job(client, officer, pool, monkeypatch):
    from institutions.views import pool as views

    monkeypatch.setattr(views, "AT_ONCE", 2)
    client.force_login(officer)
    answer = client.get(f"{LIST}export/?q=大同")
    job = officer.jobs.get()
    assert answer.url == reverse("jobs:detail", args=[job.pk])
    run_job(job.pk)
    job.refresh_from_db()
    sheet = load_workbook(job.file.open("rb")).active
    assert [sheet.cell(line, 1).value for line in range(4, 8)] == [
        "大同丙旧证公司",
        "大同甲车检测公司",
        "大同乙食品公司",
        None,
    ]


def test_template_offers_the_counties_of_the_own_region(client, officer):
    client.force_login(officer)
    book = load_workbook(BytesIO(client.get(LIST + "import/template/").content))
    rules = {rule.promptTitle: rule.formula1 for rule in book.worksheets[0].data_validations.dataValidation}
    assert rules["所在县区"] == '"大同市平城区,大同市云冈区"'


def test_import_in_the_browser(client, officer):
    client.force_login(officer)
    upload = workbook(row())
    answer = client.post(LIST + "import/", {"file": SimpleUploadedFile("大同.xlsx", upload.read())})
    run = ImportRun.objects.get()
    assert answer.url == reverse("institutions:import_run", args=[run.pk])
    assert "即将开始" in page(client, officer, answer.url)
    run_job(run.check_job_id)
    text = page(client, officer, answer.url)
    assert ("没有错误。名录库尚未改动" in text, "确认导入" in text) == (True, True)
    client.post(answer.url + "confirm/")
    run.refresh_from_db()
    run_job(run.commit_job_id)
    text = page(client, officer, answer.url)
    assert ("全部导入" in text, "确认导入" in text, Institution.objects.count()) == (True, False, 1)


def test_faulty_upload_shows_its_faults_and_gives_them_marked(client, officer):
    run = checked(workbook(row(所在县区="天桥区"), row(统一社会信用代码=uscc(2), 证书编号="240400000002")), by=officer)
    url = reverse("institutions:import_run", args=[run.pk])
    text = page(client, officer, url)
    assert ("有 1 处错误，没有导入任何内容" in text, "没有找到县区“天桥区”" in text, "确认导入" in text) == (
        True,
        True,
        False,
    )
    client.post(url + "marked/")
    job = officer.jobs.get(kind="institutions.mark_faults")
    run_job(job.pk)
    job.refresh_from_db()
    marked = load_workbook(job.file.open("rb"))["待改正的行"]
    assert [cell.value for cell in marked[1]][2:5] == ["法人单位名称", "统一社会信用代码", "所在县区"]
    assert [cell.value for cell in marked[2]][1:5] == [
        "所在县区：没有找到县区“天桥区”，请填写大同市辖区内县区的名称或六位代码。", "大同市清风检测有限公司", uscc(1), "天桥区",
    ]  # fmt: skip
    assert (marked["E2"].fill.fgColor.rgb, marked["C2"].fill.fgColor.rgb, marked.max_row) == ("00F8C9CC", "00000000", 2)


def test_upload_of_another_person_is_like_a_missing_one(client, officer, county_officer):
    run = checked(workbook(row()), by=officer)
    for route in ("import_run", "import_progress"):
        page(client, county_officer, reverse(f"institutions:{route}", args=[run.pk]), status=404)
    assert client.post(reverse("institutions:import_confirm", args=[run.pk])).status_code == 404
