import io
import re
import time
from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

import pypdf
import pytest

from accounts.models import AuditEvent, Role
from jobs.models import Job
from jobs.running import run_job
from reports import tasks  # noqa: F401  # declares the kind of job
from reports.documents import Contact, Provenance
from reports.pdf import qr_data_uri
from reports.self_check_letters import SelfCheckLetter, Slip, compose
from reports.self_check_letters_pdf import letters_html, render_letters
from selftest import activating, inviting, letters
from selftest.models import Invitation
from tests.campaigns import datong
from tests.selftest import world

CODE = re.compile(r"[3-9A-Y]{4}(?:-[3-9A-Y]{4}){3}")
SITE = "https://lianchou.example"


def letter(name: str = "大同市平城区永泰机动车检测有限公司") -> SelfCheckLetter:
    address = f"{SITE}/activate/"
    slips = (
        Slip("经办人", False, "K7WM-3RTA-9CDE-4HJN", f"{address}?code=K7WM-3RTA-9CDE-4HJN", date(2025, 11, 30)),
        Slip("法定代表人", True, "PQ46-UXY7-MKJ3-RTWA", f"{address}?code=PQ46-UXY7-MKJ3-RTWA", date(2025, 11, 30)),
    )
    return SelfCheckLetter(
        issuer="大同市市场监督管理局", campaign="《关于组织开展2025年度检验检测机构监督抽查工作的通知》（同市监认证〔2025〕92号）",
        form="2025年度资质认定检验检测机构自查表", institution_name=name, institution_code="91140213MA0000001X",
        institution_address="平城区永泰街1号", deadline=date(2025, 10, 31), needs_letter=True, takes_uploads=False,
        address=address, sign_in_address=f"{SITE}/accounts/sign-in/", slips=slips, contact_bureau="平城区市场监督管理局", contact=Contact("质量监管科", "0352-5550001"),
        issued_on=date(2025, 9, 20), made=Provenance("大同市市场监督管理局 张启明", datetime(2025, 9, 20, 9, 30)),
    )  # fmt: skip


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def job_for(round, county: str = "140213", **parameters: object) -> Job:
    asked = {"round": round.pk, "county": county, "site": SITE, "without_account": False, **parameters}
    job = Job.objects.create(kind=letters.KIND, title="通知函", owner=datong.officer(), parameters=asked)
    return run_job(job.pk)


def test_letter_fills_one_sheet_and_says_all():
    (page,) = pages(render_letters([letter()]))

    text = re.sub(r"\s", "", page)
    for words in (
        "大同市平城区永泰机动车检测有限公司：", "91140213MA0000001X", "平城区永泰街1号", "于2025年10月31日前", "《诚信守法承诺书》",
        "由你单位留存备查", "法定代表人联（请密封转交）", "有效期至2025-11-30", "质量监管科", "0352-5550001", "2025年9月20日",
    ):  # fmt: skip
        assert words in text
    assert CODE.findall(page) == ["K7WM-3RTA-9CDE-4HJN", "PQ46-UXY7-MKJ3-RTWA"]


def test_longest_names_still_leave_one_sheet_for_each_letter():
    long = letter("山西省大同市平城区" + "机动车安全技术与环保综合性能检验检测" * 4 + "有限责任公司")

    assert len(pages(render_letters([letter(), long, letter()]))) == 3


def test_each_slip_has_the_qr_code_of_its_own_address():
    html, _ = letters_html([letter()])

    for slip in letter().slips:
        assert html.count(qr_data_uri(slip.url)) == 1
        assert parse_qs(urlsplit(slip.url).query) == {"code": [slip.code]}


@pytest.mark.django_db
def test_composed_letter_leads_to_the_activation_of_its_own_institution(settings):
    institution = world.institution(name="平城机动车检测有限公司")
    round = world.opened()
    fresh = list(inviting.prepare(round, [institution], by=datong.officer()))

    (found,) = compose(round, institution.county, [institution], fresh, site=SITE, by=datong.officer())

    assert [slip.code for slip in found.slips] == [each.code for each in fresh]
    assert found.slips[0].url == f"{SITE}/activate/?code={fresh[0].code}"
    assert (found.institution_address, found.deadline) == ("平城区永泰街1号", round.deadline)


@pytest.mark.django_db
def test_job_makes_one_file_whose_codes_open_accounts(media_root):
    first, second = world.institution(name="甲检测有限公司"), world.institution(name="乙检测有限公司")
    world.person(second)
    world.institution(county="140214")
    round = world.opened()

    job = job_for(round)

    assert (job.state, job.result) == ("done", {"letters": 2, "codes": 3})
    assert job.file_name.endswith(".pdf")
    sheets = pages(job.file.read())
    names = [re.search("[甲乙]检测有限公司", sheet).group() for sheet in sheets]
    codes = dict(zip(names, [CODE.findall(sheet) for sheet in sheets], strict=True))
    assert {name: len(found) for name, found in codes.items()} == {"甲检测有限公司": 2, "乙检测有限公司": 1}
    assert [activating.find(code).institution for code in codes["甲检测有限公司"]] == [first, first]
    assert activating.find(codes["乙检测有限公司"][0]).role == Role.LEGAL_REPRESENTATIVE
    assert "你单位已有经办人账号" in re.sub(r"\s", "", sheets[names.index("乙检测有限公司")])
    event = AuditEvent.objects.get(action="selftest.letters")
    assert event.facts == {"county": "140213", "letters": 2, "codes": 3, "revoked": 0}


@pytest.mark.django_db
def test_institution_whose_people_are_all_there_is_told_to_sign_in(media_root):
    institution = world.institution()
    world.person(institution), world.person(institution, Role.LEGAL_REPRESENTATIVE)

    job = job_for(world.opened())

    (sheet,) = pages(job.file.read())
    assert "请用已有账号登录" in re.sub(r"\s", "", sheet)
    assert CODE.findall(sheet) == []
    assert Invitation.objects.count() == 0


@pytest.mark.django_db
def test_letters_made_again_end_the_earlier_codes_of_those_they_go_to(media_root):
    world.institution(), world.person(done := world.institution())
    round = world.opened()
    job_for(round)
    kept = Invitation.objects.get(institution=done, role=Role.LEGAL_REPRESENTATIVE)

    job = job_for(round, without_account=True)

    assert job.result == {"letters": 1, "codes": 2}
    assert Invitation.objects.filter(revoked_at=None).count() == 3
    assert Invitation.objects.get(pk=kept.pk).revoked_at is None
    assert AuditEvent.objects.filter(action="selftest.letters").latest("number").facts["revoked"] == 2


@pytest.mark.django_db
def test_who_lost_the_right_meanwhile_gets_nothing(media_root):
    world.institution()
    round = world.opened()
    officer = datong.officer()
    job = Job.objects.create(
        kind=letters.KIND, title="通知函", owner=officer,
        parameters={"round": round.pk, "county": "140213", "site": SITE, "without_account": False},
    )  # fmt: skip
    officer.role_assignments.all().delete()

    job = run_job(job.pk)

    assert (job.state, Invitation.objects.count()) == ("failed", 0)
    assert "无权" in job.error


def test_letters_are_quick():
    """In the processor's time, which does not count what else the machine does: 200 letters within half a minute."""
    batch = [letter(f"第{number}检测有限公司") for number in range(20)]
    render_letters(batch[:1])
    began = time.process_time()

    assert len(pages(render_letters(batch))) == 20
    assert time.process_time() - began < 6
