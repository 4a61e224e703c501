"""The sheet of paper of GB/T 9704-2012 as Word knows it: page, styles, page numbers, rules. Fonts are named as offices
have them; nothing is embedded."""

from typing import Any

import docx as python_docx
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from docx.text.run import Run

FANGSONG, KAITI, HEITI, SONG, TITLE = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋简体"
LATIN = "Times New Roman"
BODY_PT, TITLE_PT, TABLE_PT, NUMBER_PT = 16, 22, 12, 14
LINE_PT = 28
RED = RGBColor(0xE6, 0x00, 0x12)
HEADING_FONTS = {1: HEITI, 2: KAITI, 3: FANGSONG, 4: FANGSONG}
MARGINS = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26, "footer_distance": 23}
"""In mm; the page number stands 7 mm under the type area."""

AFTER_BORDERS = (
    "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct", "w:topLinePunct",
    "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind",
    "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment",
    "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
)  # fmt: skip
"""What a paragraph's properties hold behind its borders, in the order of the format."""


def element_of(part: Any) -> Any:
    """The XML behind a part of python-docx, for what it has no words for."""
    return part._element  # noqa: SLF001  # the library's documented way to its elements


def paper(title: str, author: str) -> Docx:
    docx = python_docx.Document()
    docx.core_properties.title, docx.core_properties.author = title, author
    docx.core_properties.comments = ""
    section = docx.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, size in MARGINS.items():
        setattr(section, name, Mm(size))
    _style_body(docx)
    for level, font in HEADING_FONTS.items():
        _style_heading(docx.styles[f"Heading {level}"], font)
    _number_pages(docx)
    return docx


def _style_body(docx: Docx) -> None:
    body: Any = docx.styles["Normal"]
    set_fonts(body, FANGSONG)
    body.font.size = Pt(BODY_PT)
    layout = body.paragraph_format
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE_PT)
    layout.space_before = layout.space_after = Pt(0)
    layout.widow_control = False
    properties = element_of(body).get_or_add_pPr()
    for name in ("w:autoSpaceDE", "w:autoSpaceDN"):
        tight = OxmlElement(name)
        tight.set(qn("w:val"), "0")
        properties.insert_element_before(tight, *AFTER_BORDERS[AFTER_BORDERS.index("w:autoSpaceDN") + 1 :])


def _style_heading(style: Any, font: str) -> None:
    heading: ParagraphStyle = style
    set_fonts(heading, font)
    heading.font.size, heading.font.bold, heading.font.italic = Pt(BODY_PT), False, False
    heading.font.color.rgb = RGBColor(0, 0, 0)
    layout = heading.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.keep_with_next = True


def set_fonts(holder: Run | Any, font: str) -> None:
    """Of a run or a style: the Chinese font; Latin letters and digits in Times New Roman."""
    holder.font.name = LATIN
    fonts = element_of(holder).get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:hAnsi"), LATIN)


def indent_first_line(paragraph: Paragraph, characters: int = 2) -> None:
    indent = element_of(paragraph).get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(characters * 100))
    indent.set(qn("w:firstLine"), str(characters * BODY_PT * 20))


def _number_pages(docx: Docx) -> None:
    """— 1 — at the outer corner: right on odd pages, left on even ones."""
    docx.settings.odd_and_even_pages_header_footer = True
    section = docx.sections[0]
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = side
        edge = "w:rightChars" if side == WD_ALIGN_PARAGRAPH.RIGHT else "w:leftChars"
        element_of(paragraph).get_or_add_pPr().get_or_add_ind().set(qn(edge), "100")
        for text in ("— ", "", " —"):
            run = paragraph.add_run(text)
            set_fonts(run, SONG)
            run.font.name, run.font.size = SONG, Pt(NUMBER_PT)
            if not text:
                _page_field(run)


def _page_field(run: Run) -> None:
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = words
        element_of(run).append(mark)


def rule_below(paragraph: Paragraph, *, eighths_pt: int, color: str) -> None:
    """A line under the paragraph, as the red rule under the document number."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", str(eighths_pt)), ("space", "8"), ("color", color)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    element_of(paragraph).get_or_add_pPr().insert_element_before(borders, *AFTER_BORDERS)
