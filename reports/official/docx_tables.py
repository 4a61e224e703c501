"""Tables of a Word document: of the body with a header row repeated on every page, and those that only hold a place."""

from collections.abc import Sequence
from typing import Any

from docx.document import Document as Docx
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table as DocxTable
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph

from reports.documents import Table
from reports.official.docx_paper import FANGSONG, HEITI, TABLE_PT, element_of, set_fonts
from reports.official.docx_text import clean
from reports.typesetting import TABLE_CHARACTERS, TYPE_AREA_MM, column_percents

ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT, "center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT,
}  # fmt: skip
TABLE_LINE_PT = 17


def add_table(docx: Docx, block: Table) -> DocxTable:
    if block.caption:
        write(docx.add_paragraph(), block.caption, HEITI, "center")
    table: DocxTable = docx.add_table(rows=0, cols=len(block.columns))
    table.style = docx.styles["Table Grid"]
    percents = column_percents(block.columns, block.rows, line_characters=TABLE_CHARACTERS)
    widths = [TYPE_AREA_MM * percent / 100 for percent in percents]
    lay_out(table, widths)
    head = _new_row(table)
    _fill(head, [column.title for column in block.columns], ["center"] * len(widths), HEITI)
    _mark(head, "w:tblHeader")
    for cells in block.rows:
        _fill(_new_row(table), cells, [column.align for column in block.columns], FANGSONG)
    for row in table.rows:
        _mark(row, "w:cantSplit")
    return table


def _new_row(table: DocxTable) -> _Row:
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]  # python-docx leaves it untyped
    return row


def lay_out(table: DocxTable, widths: Sequence[float]) -> None:
    """Fixed columns of these widths in mm."""
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)


def without_margins(table: DocxTable) -> None:
    """The cells as wide as their text: for tables that only hold a place."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    element_of(table).tblPr.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")


def _fill(row: _Row, texts: Sequence[str], aligns: Sequence[str], font: str) -> None:
    widths = [column.width for column in row.table.columns]
    for cell, text, align, width in zip(row.cells, texts, aligns, widths, strict=True):
        cell.width = width
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        write(cell.paragraphs[0], text, font, align)


def write(paragraph: Paragraph, text: str, font: str, align: str) -> None:
    """Text of a table: 12 pt."""
    run = paragraph.add_run(clean(text))
    set_fonts(run, font)
    run.font.size = Pt(TABLE_PT)
    paragraph.alignment = ALIGNMENTS[align]
    layout = paragraph.paragraph_format
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(TABLE_LINE_PT)


def _mark(row: _Row, name: str) -> None:
    element_of(row).get_or_add_trPr().append(OxmlElement(name))


def keep_together(table: DocxTable) -> None:
    """All rows on one page."""
    for row in table.rows:
        _mark(row, "w:cantSplit")
        for cell in row.cells if row is not table.rows[-1] else ():
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True


def place_at_bottom(table: DocxTable) -> None:
    """On the last lines of the page, as the 版记 stands."""
    place = OxmlElement("w:tblpPr")
    settings = {
        "leftFromText": "0", "rightFromText": "0", "vertAnchor": "margin", "horzAnchor": "margin", "tblpXSpec": "center",
        "tblpYSpec": "bottom",
    }  # fmt: skip
    for name, value in settings.items():
        place.set(qn(f"w:{name}"), value)
    properties: Any = element_of(table).tblPr
    properties.insert(1 if properties.find(qn("w:tblStyle")) is not None else 0, place)


def rule(cell: _Cell, *, top: int = 0, bottom: int = 0) -> None:
    """Lines above and below a cell, in eighths of a point."""
    borders = OxmlElement("w:tcBorders")
    for side, size in (("top", top), ("bottom", bottom)):
        if size:
            line = OxmlElement(f"w:{side}")
            for name, value in (("val", "single"), ("sz", str(size)), ("space", "0"), ("color", "000000")):
                line.set(qn(f"w:{name}"), value)
            borders.append(line)
    element_of(cell).get_or_add_tcPr().append(borders)
