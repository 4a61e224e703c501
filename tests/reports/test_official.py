"""Official documents: composed from a campaign's records, printed and written as .docx."""

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import docx
import pypdf
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from docx.oxml.ns import qn

from accounts.models import Bureau
from campaigns.models import Campaign
from reports.documents import Attachment, Column, Heading, ItemList, OfficialDocument, Paragraph, Table
from reports.models import Document
from reports.models.documents import DocumentKind
from reports.official.comparing import compare
from reports.official.composing import compose
from reports.official.composing.summary import HEADINGS
from reports.official.composing.urgent import reportable_findings
from reports.official.content import from_json, to_json
from reports.official.docx import render_docx
from reports.official.figures import figures_of
from reports.official.pieces import pieces_of, rearranged, with_pieces
from reports.pdf import render_official_document
from tests.reports import official_world

pytestmark = pytest.mark.django_db

ISSUED = {"number": "晋市监发〔2026〕8号", "issued_on": date(2026, 3, 2), "printed_on": date(2026, 3, 2)}
LONG = Table(
    (Column("序号", 0.5, "center", unbroken=True), Column("机构名称", 2), Column("检查结果", 2)),
    tuple((str(place), f"山西第{place}检测有限公司", "未发现问题") for place in range(1, 121)),
)
SAMPLE = OfficialDocument(
    issuers=("山西省市场监督管理局", "山西省公安厅", "山西省生态环境厅"),
    title="关于公布监督抽查结果的通知",
    recipients="各市市场监管局",
    body=(
        Heading(1, "总体情况"), Paragraph("=1+1 <b>原样</b>\u0007"), Heading(2, "检查。", follow_on="共检查120家。"),
        ItemList(("一项", "又一项")), Table((Column("甲"), Column("乙", 2, "right")), (("1", "二\n三"),), caption="小表"),
    ),
    attachments=(Attachment("抽查结果", (LONG,)),),
    openness="此件公开发布", cc=("山西省人民政府办公厅",), printed_by="山西省市场监督管理局办公室", **ISSUED,
)  # fmt: skip
DRAFT = replace(SAMPLE, number="（发文字号待编）", issued_on=None, printed_on=None)


@pytest.fixture(scope="module")
def campaign(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Campaign]:
    with django_db_blocker.unblock(), transaction.atomic():
        settings.MEDIA_ROOT, kept = tmp_path_factory.mktemp("media"), settings.MEDIA_ROOT
        yield official_world.played()
        settings.MEDIA_ROOT = kept
        transaction.set_rollback(True)


def sql(query: str, *values: object) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()


def text_of(document: OfficialDocument) -> str:
    return "\n".join(f"{piece.text}{piece.more}" for piece in pieces_of(document))


def test_figures_are_those_of_the_rows(campaign):
    figures = figures_of(campaign, campaign.lead_bureau)

    of, final = "FROM campaigns_task t WHERE t.campaign_id = %s AND t.state NOT IN ('replaced', 'cancelled')", (
        "FROM visits_finding f JOIN visits_departmentresult r ON r.id = f.result_id JOIN campaigns_task t ON t.id = r.task_id"
        " WHERE t.campaign_id = %s AND r.state = 'final' AND f.state <> 'withdrawn'"
    )  # fmt: skip
    taken = "FROM visits_measure m JOIN campaigns_task t ON t.id = m.task_id WHERE t.campaign_id = %s AND m.state IN ('decided', 'done')"
    orders = "FROM visits_rectification o JOIN campaigns_task t ON t.id = o.task_id WHERE t.campaign_id = %s"
    visits = "SELECT DISTINCT v.task_id FROM visits_visit v WHERE v.state = 'ended' AND v.outcome = 'inspected'"
    pk = campaign.pk
    assert (figures.tasks, figures.inspected, figures.adopted) == sql(
        f"SELECT COUNT(*), SUM(CASE WHEN t.id IN ({visits}) THEN 1 ELSE 0 END),"
        f" SUM(CASE WHEN t.state = 'adopted' THEN 1 ELSE 0 END) {of}", pk,
    )  # fmt: skip
    assert (figures.total_findings, figures.troubled) == sql(f"SELECT COUNT(*), COUNT(DISTINCT r.task_id) {final}", pk)
    assert figures.measures.total() == sql(f"SELECT COUNT(*) {taken}", pk)[0] > 0
    assert figures.amount == sql(f"SELECT SUM(m.amount) {taken}", pk)[0] > 0
    assert (figures.orders, figures.ordered) == sql(f"SELECT COUNT(*), COUNT(DISTINCT o.task_id) {orders}", pk)
    assert (figures.tasks, figures.orders_verified, figures.referrals, figures.referrals_answered) == (12, 1, 2, 1)
    assert sum(line.tasks for line in figures.lines) == sum(county.tasks for county in figures.counties) == 12
    assert sum(line.amount for line in figures.lines) == figures.amount


def test_bureau_below_counts_its_own_region_alone(campaign):
    below = Bureau.objects.get(pk=official_world.CITY)

    figures = figures_of(campaign, below)

    own = campaign.tasks.filter(institution__county__code__startswith="1402").count()
    assert (figures.tasks, 0 < own < 12) == (own, True)
    summary = compose(DocumentKind.SUMMARY, campaign, below)
    assert (summary.recipients, summary.issuers) == ("山西省市场监督管理局", ("大同市市场监督管理局",))
    assert f"在大同市共有检查任务{own}家" in text_of(summary)


def test_urgent_report_is_about_the_finding_its_writer_chose(campaign, client):
    grave, *others = reportable_findings(campaign, campaign.lead_bureau)
    client.force_login(official_world.writer())
    new, told = reverse("reports:document_new"), {"kind": "urgent_report", "campaign": campaign.pk}

    assert "专报的问题" not in client.get(new, {"campaign": campaign.pk}).content.decode()
    asked = client.get(new, told, headers={"HX-Request": "true"}).content.decode()
    assert re.findall(r'<option value="(\d+)"', asked)[-len(others) - 1 :] == [
        str(each.pk) for each in (grave, *others)
    ]
    assert "请选择专报写哪一个问题" in client.post(new, told).content.decode()

    chosen = others[-1]
    client.post(new, told | {"finding": chosen.pk})
    document = Document.objects.get(finding=chosen)
    assert chosen.result.task.institution.name in document.title
    assert chosen.facts.strip().rstrip("。") in text_of(from_json(document.latest.content))
    client.post(reverse("reports:document_compose", args=[document.pk]))
    assert document.versions.count() == 1


@pytest.mark.parametrize("kind", DocumentKind)
def test_each_kind_is_composed_and_survives_storing_and_editing(campaign, kind):
    found = compose(kind, campaign, campaign.lead_bureau)

    stored = from_json(to_json(found))
    assert to_json(stored) == to_json(found)
    assert with_pieces(stored, pieces_of(stored)) == stored
    assert found.title.startswith("关于")
    assert found.body
    assert found.suffix == ("公告" if "announcement" in kind else "文件")
    assert not found.contacts or "announcement" not in kind


def test_summary_has_the_six_headings_and_the_figures(campaign):
    found, figures = compose(DocumentKind.SUMMARY, campaign, campaign.lead_bureau), figures_of(
        campaign, campaign.lead_bureau
    )  # fmt: skip

    assert tuple(block.text for block in found.body if isinstance(block, Heading) and block.level == 1) == HEADINGS
    words = text_of(found)
    assert "共有检查任务12家" in words
    assert f"已实施现场检查{figures.inspected}家，采纳其他检查结果{figures.adopted}家" in words
    assert f"共发现{figures.troubled}家机构存在{figures.total_findings}个问题" in words
    table, findings = (attachment.body[0] for attachment in found.attachments)
    assert [sum(int(row[place]) for row in table.rows[:-1]) for place in range(2, 7)] == [
        int(cell) for cell in table.rows[-1][2:7]
    ]
    assert len(findings.rows) == figures.total_findings


def test_announcement_of_results_names_what_is_final_alone(campaign):
    found = compose(DocumentKind.RESULT_ANNOUNCEMENT, campaign, campaign.lead_bureau)

    names = {row[1] for row in found.attachments[0].body[0].rows}
    done = campaign.tasks.filter(state__in=["concluded", "closed", "adopted"])
    assert names == set(done.values_list("institution__name", flat=True))
    assert not re.search(r"1\d{10}|0\d{2,3}-\d{7}", text_of(found))


def test_pieces_are_added_moved_and_removed_and_tables_pasted():
    pieces = pieces_of(DRAFT)

    assert [piece.kind for piece in rearranged(pieces, "down:0")][:2] == ["paragraph", "heading"]
    assert rearranged(pieces, "remove:0") == pieces[1:]
    assert rearranged(pieces, "add-table:-1")[0].kind == "table"
    assert rearranged(pieces, "up:0") == rearranged(pieces, "remove:99") == rearranged(pieces, "up:x") == pieces
    pasted = replace(pieces[4], text="甲\t乙\t丙\n1\t2")
    table = with_pieces(DRAFT, [pasted]).body[0]
    assert ([column.title for column in table.columns], table.rows) == (["甲", "乙", "丙"], (("1", "2", ""),))


def test_comparison_shows_what_was_changed_within_a_paragraph():
    changed = replace(DRAFT, body=(*DRAFT.body[:2], replace(DRAFT.body[2], follow_on="共检查119家。"), *DRAFT.body[4:]))

    kinds = [
        (change.kind, "".join(f"{part.kind[0]}{part.text} " for part in change.parts))
        for change in compare(DRAFT, changed)
    ]

    assert [kind for kind, _ in kinds if kind != "same"] == ["changed", "removed", "removed"]
    assert "s共检查1 r20 a19 s家。 " in [words for _, words in kinds]
    assert compare(DRAFT, DRAFT) == []


def test_pdf_repeats_the_header_row_and_stays_within_the_type_area(tmp_path):
    file = tmp_path / "document.pdf"
    file.write_bytes(render_official_document(SAMPLE))

    pages = ["".join(page.extract_text().split()) for page in pypdf.PdfReader(file).pages]
    with_rows = [page for page in pages if re.search(r"山西第\d+检测有限公司", page)]
    assert len(with_rows) > 3
    assert [page.count("机构名称") for page in with_rows] == [1] * len(with_rows)
    assert "=1+1<b>原样</b>" in pages[0]
    boxes = subprocess.run(["pdftotext", "-bbox", file, "-"], capture_output=True, text=True, check=True).stdout
    edges = [
        (float(left), float(right)) for left, right in re.findall(r'<word xMin="([\d.]+)"[^>]*xMax="([\d.]+)"', boxes)
    ]
    left, right = 28 * 72 / 25.4, (210 - 26) * 72 / 25.4
    assert edges
    assert [edge for edge in edges if edge[0] < left - 1 or edge[1] > right + 1] == []


def test_docx_is_the_official_page_with_a_repeated_header_row():
    found = docx.Document(io.BytesIO(render_docx(SAMPLE)))

    section = found.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    body = found.styles["Normal"]
    fonts = body.element.rPr.rFonts
    assert (fonts.get(qn("w:eastAsia")), body.font.size.pt, body.paragraph_format.line_spacing.pt) == (
        "仿宋_GB2312",
        16,
        28,
    )
    texts = [paragraph.text for paragraph in found.paragraphs]
    assert "晋市监发〔2026〕8号" in texts
    assert "一、总体情况" in texts
    assert "（一）检查。共检查120家。" in texts
    assert "=1+1 <b>原样</b>" in texts
    long = next(table for table in found.tables if len(table.rows) == 121)
    assert [row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in long.rows[:2]] == [
        True,
        False,
    ]
    assert "PAGE" in section.footer._element.xml
    assert "PAGE" in section.even_page_footer._element.xml
    assert found.tables[-1].cell(0, 0).text == "抄送：山西省人民政府办公厅。"


def test_libreoffice_opens_every_kind(campaign, tmp_path):
    office = shutil.which("soffice")
    assert office, "LibreOffice is missing: sh tooling/system.sh test"
    for kind in DocumentKind:
        document = replace(compose(kind, campaign, campaign.lead_bureau), **ISSUED)
        (tmp_path / f"{kind}.docx").write_bytes(render_docx(document))

    command = [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", tmp_path, *sorted(tmp_path.glob("*.docx"))], check=True, capture_output=True, timeout=120
    )

    for kind in DocumentKind:
        reader = pypdf.PdfReader(tmp_path / f"{kind}.pdf")
        text = "".join("".join(page.extract_text() for page in reader.pages).split())
        assert "晋市监发〔2026〕8号" in text, kind
        assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {(595, 842)}
