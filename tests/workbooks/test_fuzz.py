"""Broken in any way, a workbook gives rows or a refusal in words; nothing else comes out of the reader."""

import io
import re
import zipfile
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbooks.guard import UNREADABLE_ZIP, WorkbookRefused, check_workbook
from workbooks.reading import read_rows

ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>信用代码</t></is></c></row>'
    '<row r="2"><c r="A2" s="1"><v>45901</v></c><c r="B2"><f>A1</f></c><c r="C2" t="b"><v>1</v></c></row>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STYLES = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
STRINGS = f'<sst xmlns="{MAIN}"><si><r><t>机构</t></r><r><t>名称</t></r></si></sst>'
TOKENS = st.sampled_from(
    [
        "",
        "-1",
        "0",
        "1e999",
        "nan",
        "99999999999",
        "XFD1",
        "<v/>",
        "</row>",
        "<c>",
        "&#1;",
        "&amp;",
        "中",
        "\x00",
        '"',
        "s",
        "r=",
    ]
)


def mutate(text: str, at: float, length: int, token: str) -> str:
    position = int(at * len(text))
    return text[:position] + token + text[position + length :]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    part=st.sampled_from(
        ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"]
    ),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), TOKENS), min_size=1, max_size=3),
)
def test_changed_xml_gives_rows_or_a_refusal(part, changes, tmp_path, parts, pack):
    content = parts(ROWS, styles=STYLES, strings=STRINGS)
    for at, length, token in changes:
        content[part] = mutate(content[part], at, length, token)

    assert outcome(tmp_path, pack(content)) in ("rows", "refused")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_changed_bytes_of_the_zip_give_nothing_but_a_refusal_from_the_guard(changes, tmp_path, parts, pack):
    content = bytearray(pack(parts(ROWS, styles=STYLES, strings=STRINGS)))
    for at, byte in changes:
        content[int(at * (len(content) - 1))] = byte
    path = tmp_path / "changed.xlsx"
    path.write_bytes(content)

    with suppress(WorkbookRefused):
        check_workbook(path)
        assert zipfile.is_zipfile(io.BytesIO(content))


def outcome(folder, content: bytes) -> str:
    path = folder / "changed.xlsx"
    path.write_bytes(content)
    try:
        rows = list(read_rows(path))
    except WorkbookRefused as refusal:
        return "refused" if re.search(r"[\u4e00-\u9fff]", refusal.message) else refusal.message
    return "rows" if all(row.number > 0 for row in rows) else "odd rows"


def test_every_way_zipfile_fails_is_caught():
    assert issubclass(zipfile.BadZipFile, UNREADABLE_ZIP)
    assert issubclass(UnicodeDecodeError, UNREADABLE_ZIP)
