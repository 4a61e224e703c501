import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
    '<Override PartName="/xl/styles.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>'
)
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER_ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>机构名称</t></is></c><c r="B1" t="inlineStr"><is><t>信用代码</t></is></c></row>'


def sheet_xml(rows: str, *, after: str = "", before: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def package_parts(rows: str = HEADER_ROW, **extra: str) -> dict[str, str]:
    """The parts of a minimal workbook; `extra` replaces what its names say: sheet, strings, styles, types."""
    relation = f'<Relationship Id="rId1" Type="{OFFICE}/{{}}" Target="{{}}"/>'
    return {
        "[Content_Types].xml": extra.get("types", TYPES),
        "_rels/.rels": RELATIONS.format(relation.format("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="机构" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": RELATIONS.format(relation.format("worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": extra.get("sheet", sheet_xml(rows)),
        "xl/sharedStrings.xml": extra.get("strings", f'<sst xmlns="{MAIN}"/>'),
        "xl/styles.xml": extra.get("styles", f'<styleSheet xmlns="{MAIN}"/>'),
    }


def zipped(parts: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.fixture
def workbook(tmp_path: Path):
    """Save rows as a workbook; `change(sheet)` may merge, format, add sheets."""

    def save(rows, *, change=None, title="机构") -> Path:
        book = Workbook()
        sheet = book.active
        sheet.title = title
        for row in rows:
            sheet.append(row)
        if change is not None:
            change(sheet)
        path = tmp_path / "upload.xlsx"
        book.save(path)
        return path

    return save


@pytest.fixture
def package(tmp_path: Path):
    """Save the parts of a hand-made workbook."""

    def save(rows: str = HEADER_ROW, **extra: str) -> Path:
        path = tmp_path / "made.xlsx"
        path.write_bytes(zipped(package_parts(rows, **extra)))
        return path

    return save


@pytest.fixture
def parts():
    return package_parts


@pytest.fixture
def pack():
    return zipped


@pytest.fixture
def sheet():
    return sheet_xml
