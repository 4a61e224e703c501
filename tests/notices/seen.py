"""What a notice's world shows: its sheets as another program reads them, its documents as they are printed, and the same
figures counted by SQL that knows nothing of the code that shows them."""
# ruff: noqa: S608  # the SQL is put together of constants

import io
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.db import connection
from PIL import Image
from python_calamine import CalamineWorkbook

from accounts.models import User
from campaigns.models import Campaign
from config.demo.notices.seeding import NOTICES
from reports.models import Document
from reports.official.content import printable
from reports.pdf import render_official_document
from reports.sheets import make_sheet

LIVE = "t.campaign_id = %(campaign)s AND t.state NOT IN ('replaced', 'cancelled')"
STANDING = """SELECT 1 FROM visits_finding f JOIN visits_departmentresult r ON r.id = f.result_id
    WHERE r.task_id = t.id AND r.state = 'final' AND f.state <> 'withdrawn'"""
DECIDED = "SELECT 1 FROM visits_measure m WHERE m.task_id = t.id AND m.state IN ('decided', 'done')"
VISITED = (
    "EXISTS (SELECT 1 FROM visits_visit v WHERE v.task_id = t.id AND v.state = 'ended' AND v.outcome = 'inspected')"
)
INSPECTED = f"(t.state = 'adopted' OR EXISTS ({STANDING}) OR {VISITED})"
ORDERED = f"""(EXISTS (SELECT 1 FROM visits_rectification o WHERE o.task_id = t.id)
    OR EXISTS ({DECIDED} AND m.kind IN ('order', 'self')))"""
OF_SEVERITY = f"EXISTS ({STANDING} AND f.severity IN ({{}}))"
TAKEN = "FROM visits_measure m JOIN campaigns_task t ON t.id = m.task_id WHERE m.state IN ('decided', 'done')"


@dataclass(frozen=True, slots=True)
class World:
    campaign: Campaign
    officer: User

    @classmethod
    def of(cls, notice: str) -> "World":
        officer = User.objects.get(username=f"{NOTICES[notice].place}-officer")
        return cls(Campaign.objects.select_related("lead_bureau__region").get(blueprint=notice), officer)

    def sheet(self, key: str) -> list[list[Any]]:
        """The rows of its first page; what is merged stands in its first cell."""
        content = make_sheet(key, Campaign.objects.get(pk=self.campaign.pk), User.objects.get(pk=self.officer.pk))
        return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """`sql` may speak of %(campaign)s."""
        with connection.cursor() as cursor:
            cursor.execute(sql, {"campaign": self.campaign.pk})
            return [tuple(row) for row in cursor.fetchall()]

    def count(self, sql: str) -> Any:
        return self.ask(sql)[0][0]

    def by_line(self, *figures: str, where: str = "t.line_id = l.id") -> list[list[Any]]:
        """Each line's title, then how many of its tasks meet each condition."""
        sums = ", ".join(
            f"(SELECT COUNT(*) FROM campaigns_task t WHERE {LIVE} AND {where} AND {each})" for each in figures
        )
        rows = self.ask(
            f"SELECT l.title, {sums} FROM campaigns_planline l WHERE l.campaign_id = %(campaign)s ORDER BY l.position, l.id"
        )
        return [list(row) for row in rows]

    def sums_by_line(self, *sums: str) -> list[list[float]]:
        """Of subqueries that speak of the line l."""
        rows = self.ask(
            f"SELECT {', '.join(f'({each})' for each in sums)} FROM campaigns_planline l WHERE l.campaign_id = %(campaign)s ORDER BY l.position, l.id"
        )
        return [[float(value) for value in row] for row in rows]

    def printed(self, kind: str) -> "Printed":
        """The issued document of this kind."""
        document = Document.objects.issued().get(campaign=self.campaign, kind=kind)
        return Printed.of(render_official_document(printable(document)))


@dataclass(frozen=True, slots=True)
class Printed:
    """`pages`: their text without the breaks and blanks that a line's end makes. `edges`: left and right of every word,
    in points. `margins`: whether nothing is drawn in the outer centimetre, page by page."""

    pages: list[str]
    edges: list[tuple[float, float]]
    margins: list[bool]

    @classmethod
    def of(cls, content: bytes) -> "Printed":
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "document.pdf"
            file.write_bytes(content)
            pages = ["".join(page.extract_text().split()) for page in pypdf.PdfReader(file).pages]
            boxes = subprocess.run(["pdftotext", "-bbox", file, "-"], capture_output=True, text=True, check=True).stdout
            subprocess.run(["pdftoppm", "-r", "36", "-gray", "-png", file, Path(folder) / "page"], check=True)
            pictures = sorted(Path(folder).glob("page*.png"))
            return cls(pages, _edges(boxes), [_has_clear_margins(picture) for picture in pictures])

    @property
    def text(self) -> str:
        return "".join(self.pages)

    @property
    def stays_inside(self) -> bool:
        """The type area of GB/T 9704: 28 mm from the left, 26 mm from the right; the page number stands outside."""
        left, right = 28 * 72 / 25.4 - 1, (210 - 26) * 72 / 25.4 + 1
        outside = [edge for edge in self.edges if edge[0] < left or edge[1] > right]
        return not outside and len(self.pages) == len(self.margins) and all(self.margins)

    def pages_with(self, words: str) -> list[str]:
        return [page for page in self.pages if words in page]


WHITE = 250


def _edges(boxes: str) -> list[tuple[float, float]]:
    return [
        (float(left), float(right)) for left, right in re.findall(r'<word xMin="([\d.]+)"[^>]*xMax="([\d.]+)"', boxes)
    ]


def _has_clear_margins(picture: Path) -> bool:
    with Image.open(picture) as page:
        inside = page.convert("L")
        edge = round(page.width / 21)
        inside.paste(255, (edge, edge, page.width - edge, page.height - edge))
        return inside.getextrema()[0] > WHITE


MONEY = (
    f"SELECT COALESCE(SUM(m.amount), 0) / 10000.0 {TAKEN} AND t.line_id = l.id AND m.kind IN ('fine', 'confiscation')"
)
POLICE = f"SELECT COUNT(*) {TAKEN} AND t.line_id = l.id AND m.kind = 'police'"

LEADS = "SELECT COUNT(*) FROM visits_referral x JOIN campaigns_task t ON t.id = x.task_id WHERE t.line_id = l.id"
ADDED = "EXISTS (SELECT 1 FROM campaigns_campaign c WHERE c.id = t.campaign_id AND c.draws_lots) AND t.mode IN ('key', 'full', 'extended')"
STATISTICS = (
    f"NOT ({ADDED})", ADDED, INSPECTED, f"EXISTS ({STANDING})",
    OF_SEVERITY.format("'beyond'"), OF_SEVERITY.format("'untrue'"), OF_SEVERITY.format("'false'"), ORDERED,
    f"EXISTS ({DECIDED} AND m.kind IN ('fine', 'confiscation', 'disqualification', 'licence_revocation', 'revocation'))",
)  # fmt: skip
"""Institutions in the columns of the statistics table, in their order."""


def is_counted_by_sql(world: World, *, province: str) -> bool:
    """The statistics table of the campaign, cell by cell, its sum as well. `province`: beyond which leads go abroad."""
    abroad = f"{LEADS} AND (x.receiver_id IS NULL OR x.receiver_id NOT LIKE '%%:{province}%%')"
    abroad = f"{LEADS} AND x.receiver_id IS NULL" if not province else abroad
    counts, sums = world.by_line(*STATISTICS), world.sums_by_line(MONEY, POLICE, LEADS, abroad)
    expected = [[*count, *more] for count, more in zip(counts, sums, strict=True)]
    rows = world.sheet("national-statistics")
    found = [[row[0], *row[2:15]] for row in rows if row[0] in {each[0] for each in expected}]
    total = next(row for row in rows if row[0] == "合计")[2:15]
    assert [row[0] for row in found] == [row[0] for row in expected]
    assert [row[1:] for row in found] == [pytest.approx(row[1:]) for row in expected]
    assert total == pytest.approx([sum(column) for column in zip(*(row[1:] for row in expected), strict=True)])
    return True
