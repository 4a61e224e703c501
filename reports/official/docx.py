"""An official document as .docx: the same parts as the printed one, for offices that finish documents in WPS or Word."""

import io
from collections.abc import Sequence

from docx.document import Document as Docx
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph as DocxParagraph

from reports.datasets import long_date
from reports.documents import Attachment, Block, Heading, ItemList, OfficialDocument, Paragraph, Table
from reports.official.docx_paper import (
    BODY_PT,
    FANGSONG,
    HEADING_FONTS,
    HEITI,
    NUMBER_PT,
    RED,
    TITLE,
    TITLE_PT,
    indent_first_line,
    paper,
    rule_below,
    set_fonts,
)
from reports.official.docx_tables import add_table, keep_together, lay_out, place_at_bottom, rule, without_margins
from reports.official.docx_text import clean
from reports.typesetting import (
    SUFFIX_GAP,
    TYPE_AREA_MM,
    Flag,
    heading_number,
    lay_out_flag,
    seal_rows,
    title_lines,
)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PT_PER_MM = 72 / 25.4
OFFICIAL_LINE = 28
TITLE_LINE_PT = 34
SEAL_HEIGHT_MM = 40


def render_docx(document: OfficialDocument) -> bytes:
    docx = paper(clean(document.title), clean("、".join(document.issuers)))
    _add_head(docx, document)
    _add_title(docx, document.title)
    if document.recipients:
        docx.add_paragraph(clean(f"{document.recipients}："))
    _add_blocks(docx, document.body)
    _add_enclosures(docx, document.attachments)
    _add_seals(docx, document)
    _add_notes(docx, document)
    for place, attachment in enumerate(document.attachments, start=1):
        _add_attachment(docx, attachment, str(place) if len(document.attachments) > 1 else "")
    _add_imprint(docx, document)
    file = io.BytesIO()
    docx.save(file)
    return file.getvalue()


def _add_head(docx: Docx, document: OfficialDocument) -> None:
    flag = lay_out_flag(document.issuers, suffix=document.suffix)
    if len(flag.names) == 1:
        _write_flag(docx.add_paragraph(), flag.names[0].text + flag.suffix, flag)
        docx.paragraphs[-1].paragraph_format.space_before = Mm(25)
    else:
        _add_joint_flag(docx, flag)
    number = docx.add_paragraph(clean(document.number))
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number.paragraph_format.space_before = Mm(9)
    number.paragraph_format.space_after = Mm(10)
    rule_below(number, eighths_pt=16, color="E60012")


def _write_flag(paragraph: DocxParagraph, text: str, flag: Flag) -> None:
    run = paragraph.add_run(clean(text))
    set_fonts(run, TITLE)
    run.font.size, run.font.color.rgb = Pt(int(flag.size_mm * PT_PER_MM)), RED
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE


def _add_joint_flag(docx: Docx, flag: Flag) -> None:
    """The issuers one below another, spread to one width; the suffix beside them in the middle."""
    table = docx.add_table(rows=len(flag.names), cols=2)
    names = TYPE_AREA_MM - flag.size_mm * (len(flag.suffix) + SUFFIX_GAP)
    lay_out(table, (names, TYPE_AREA_MM - names))
    without_margins(table)
    for place, name in enumerate(flag.names):
        cell = table.cell(place, 0)
        cell.width = Mm(names)
        _write_flag(cell.paragraphs[0], name.text, flag)
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.DISTRIBUTE
    beside = table.cell(0, 1).merge(table.cell(len(flag.names) - 1, 1))
    beside.width = Mm(TYPE_AREA_MM - names)
    beside.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    _write_flag(beside.paragraphs[0], flag.suffix, flag)


def _add_title(docx: Docx, title: str) -> None:
    lines = title_lines(clean(title))
    for place, line in enumerate(lines):
        paragraph = docx.add_paragraph()
        run = paragraph.add_run(line)
        set_fonts(run, TITLE)
        run.font.size = Pt(TITLE_PT)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        layout = paragraph.paragraph_format
        layout.line_spacing, layout.keep_with_next = Pt(TITLE_LINE_PT), True
        if place == len(lines) - 1:
            layout.space_after = Pt(28)


def _add_blocks(docx: Docx, blocks: Sequence[Block]) -> None:
    counts = [0, 0, 0, 0]
    for block in blocks:
        match block:
            case Heading():
                _add_heading(docx, block, counts)
            case Paragraph():
                indent_first_line(docx.add_paragraph(clean(block.text)))
            case ItemList():
                for place, item in enumerate(block.items, start=1):
                    indent_first_line(docx.add_paragraph(clean(f"{place}.{item}" if block.numbered else item)))
            case Table():
                add_table(docx, block)


def _add_heading(docx: Docx, block: Heading, counts: list[int]) -> None:
    counts[block.level - 1] += 1
    counts[block.level :] = [0] * (4 - block.level)
    number = heading_number(block.level, counts[block.level - 1])
    paragraph = docx.add_paragraph(style=None if block.follow_on else docx.styles[f"Heading {block.level}"])
    run = paragraph.add_run(clean(number + block.text))
    set_fonts(run, HEADING_FONTS[block.level])
    if block.follow_on:
        paragraph.add_run(clean(block.follow_on))
    indent_first_line(paragraph)


def _add_enclosures(docx: Docx, attachments: Sequence[Attachment]) -> None:
    for place, attachment in enumerate(attachments, start=1):
        label = "附件：" if place == 1 else "\u3000\u3000\u3000"
        number = f"{place}." if len(attachments) > 1 else ""
        paragraph = docx.add_paragraph(clean(f"{label}{number}{attachment.title}"))
        indent = 5 if number else 4.5
        paragraph.paragraph_format.left_indent = Pt(indent * BODY_PT + BODY_PT)
        paragraph.paragraph_format.first_line_indent = Pt(-(indent - 1) * BODY_PT)
        if place == 1:
            paragraph.paragraph_format.space_before = Pt(28)


def _add_seals(docx: Docx, document: OfficialDocument) -> None:
    """Names in rows of three with room for the seals, the date under the last."""
    rows = seal_rows(document.signatures or document.issuers, line_characters=OFFICIAL_LINE)
    for row in rows:
        shares = max(2, len(row))
        table = docx.add_table(rows=2 if row is rows[-1] else 1, cols=shares)
        lay_out(table, [TYPE_AREA_MM / shares] * shares)
        without_margins(table)
        table.rows[0].height = Mm(SEAL_HEIGHT_MM)
        for lines, cell in zip(row, table.rows[0].cells[-len(row) :], strict=True):
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM
            _write_centred(cell, lines)
        if row is rows[-1]:
            _write_centred(table.rows[1].cells[-1], [_day(document)])
        keep_together(table)
        _thin(docx.add_paragraph())


def _day(document: OfficialDocument) -> str:
    return long_date(document.issued_on) if document.issued_on else "\u3000\u3000\u3000年\u3000月\u3000日"


def _write_centred(cell: _Cell, lines: Sequence[str]) -> None:
    for place, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        paragraph.add_run(clean(line))
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _thin(paragraph: DocxParagraph) -> None:
    """What the format wants between tables and behind the last."""
    paragraph.paragraph_format.line_spacing = Pt(1)


def _add_notes(docx: Docx, document: OfficialDocument) -> None:
    notes = [document.openness] if document.openness else []
    notes += [f"联系人：{one.name}，联系电话：{one.phone}" for one in document.contacts]
    for note in notes:
        indent_first_line(docx.add_paragraph(clean(f"（{note}）")))


def _add_attachment(docx: Docx, attachment: Attachment, number: str) -> None:
    docx.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    label = docx.paragraphs[-1].add_run(f"附件{number}")
    set_fonts(label, HEITI)
    docx.add_paragraph()
    _add_title(docx, attachment.title)
    _add_blocks(docx, attachment.body)


def _add_imprint(docx: Docx, document: OfficialDocument) -> None:
    """版记."""
    if not document.printed_by:
        return
    _thin(docx.add_paragraph())
    table = docx.add_table(rows=2 if document.cc else 1, cols=2)
    lay_out(table, (TYPE_AREA_MM * 0.6, TYPE_AREA_MM * 0.4))
    if document.cc:
        _write_small(table.cell(0, 0).merge(table.cell(0, 1)), f"抄送：{'，'.join(document.cc)}。")
        rule(table.cell(0, 0), top=8, bottom=4)
    last = table.rows[-1].cells
    _write_small(last[0], document.printed_by)
    _write_small(last[1], f"{long_date(document.printed_on)}印发" if document.printed_on else "", right=True)
    for cell in last:
        rule(cell, top=0 if document.cc else 8, bottom=8)
    place_at_bottom(table)
    _thin(docx.add_paragraph())


def _write_small(cell: _Cell, text: str, *, right: bool = False) -> None:
    run = cell.paragraphs[0].add_run(clean(text))
    set_fonts(run, FANGSONG)
    run.font.size = Pt(NUMBER_PT)
    if right:
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
