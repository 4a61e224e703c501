"""Files that attack the reader, and files that are not what they say: refused quickly, in plain Chinese."""

import io
import re
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from workbooks.guard import WorkbookRefused, check_workbook
from workbooks.reading import Limits, read_rows

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def cell(reference: str, content: str = "<v>1</v>", attributes: str = "") -> str:
    return (
        f'<row r="{reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{reference}"{attributes}>{content}</c></row>'
    )


def real_workbook() -> bytes:
    book = Workbook()
    book.active.append(["机构名称", "信用代码"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def not_workbooks() -> dict[str, tuple[bytes, str]]:
    real = real_workbook()
    csv = "机构名称,信用代码\n甲,1\n".encode()
    return {
        "empty": (b"", "empty_file"),
        "csv": (csv, "wrong_type"),
        "csv in gb18030": (csv.decode().encode("gb18030"), "wrong_type"),
        "pdf": (b"%PDF-1.7\n%\xe2\xe3", "wrong_type"),
        "png": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "wrong_type"),
        "jpeg": (b"\xff\xd8\xff\xe0" + b"\0" * 50, "wrong_type"),
        "html": ("<html><table><tr><td>机构".encode(), "wrong_type"),
        "xml spreadsheet 2003": (b'<?xml version="1.0"?><Workbook/>', "wrong_type"),
        "rar": (b"Rar!\x1a\x07\x00" + b"\0" * 50, "wrong_type"),
        "7z": (b"7z\xbc\xaf\x27\x1c" + b"\0" * 50, "wrong_type"),
        "gzip": (b"\x1f\x8b\x08" + b"\0" * 50, "wrong_type"),
        "program": (b"MZ\x90\x00" + b"\0" * 50, "wrong_type"),
        "binary": (b"\x00\x01\x02\x03" * 50, "wrong_type"),
        "empty zip": (b"PK\x05\x06" + b"\0" * 18, "wrong_type"),
        "xls": (OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "old_format"),
        "encrypted": (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        "truncated": (real[: len(real) // 2], "broken"),
        "only the zip's beginning": (b"PK\x03\x04", "broken"),
        "directory cut": (real[:-30], "broken"),
        "damaged inside": (damaged(real), "broken"),
        "too large": (b"PK\x03\x04" + b"\0" * (20 * 1024 * 1024 + 1), "too_large"),
    }


def damaged(content: bytes) -> bytes:
    at = content.index(b"xl/worksheets/sheet1.xml") + 60
    return content[:at] + bytes(byte ^ 0x55 for byte in content[at : at + 80]) + content[at + 80 :]


@pytest.mark.parametrize("name", not_workbooks())
def test_file_that_is_no_workbook_is_refused(name, tmp_path):
    content, code = not_workbooks()[name]
    path = tmp_path / "名录.xlsx"
    path.write_bytes(content)

    assert refusal_of(path) == code


def packages(parts, sheet) -> dict[str, tuple[Callable[[], dict], str]]:
    plain = parts()
    types = plain["[Content_Types].xml"]
    row = "<row>" + "<c><v>1</v></c>" * 20 + "</row>"
    return {
        "zip": (lambda: {"a.txt": "x"}, "wrong_type"),
        "zip in zip": (lambda: {"inner.zip": real_workbook()}, "wrong_type"),
        "word": (lambda: {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}, "wrong_type"),
        "slides": (lambda: {"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>"}, "wrong_type"),
        "ods": (lambda: {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}, "wrong_type"),
        "xlsb": (lambda: {"[Content_Types].xml": "<Types/>", "xl/workbook.bin": "x"}, "wrong_type"),
        "no content types": (lambda: {k: v for k, v in plain.items() if k[0] != "["}, "broken"),
        "no workbook part": (lambda: {k: v for k, v in plain.items() if k != "xl/workbook.xml"}, "broken"),
        "no relations": (lambda: {k: v for k, v in plain.items() if not k.endswith(".rels")}, "broken"),
        "no sheet part": (lambda: {k: v for k, v in plain.items() if "sheet1" not in k}, "no_sheet"),
        "macros by name": (lambda: plain | {"xl/vbaProject.bin": b"\0" * 100}, "macros"),
        "macros by type": (lambda: plain | {"[Content_Types].xml": types.replace("sheet.main", "macroEnabled.main")}, "macros"),
        "old macro sheets": (lambda: plain | {"xl/macrosheets/sheet1.xml": "<x/>"}, "macros"),
        "zip bomb": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet(row * 400_000)}, "suspicious"),
        "bomb beside the sheet": (lambda: plain | {"xl/drawings/drawing1.xml": "<a>" + " " * 40_000_000}, "suspicious"),
        "bomb of many parts": (lambda: plain | {f"xl/media/{n}.bin": b"\0" * 40_000_000 for n in range(8)}, "too_large_unzipped"),
        "10,000 parts": (lambda: plain | {f"xl/media/{n}.png": b"" for n in range(10_000)}, "too_many_parts"),
        "path upwards": (lambda: plain | {"../../etc/cron.d/x": "x"}, "suspicious"),
        "absolute path": (lambda: plain | {"/etc/passwd": "x"}, "suspicious"),
        "windows path": (lambda: plain | {"xl\\..\\..\\x": "x"}, "suspicious"),
        "entity bomb": (lambda: plain | {"xl/sharedStrings.xml": entity_bomb()}, "suspicious"),
        "external entity": (lambda: plain | {"xl/workbook.xml": external_entity()}, "suspicious"),
        "utf-16": (lambda: plain | {"xl/workbook.xml": plain["xl/workbook.xml"].encode("utf-16")}, "suspicious"),
        "ebcdic": (lambda: plain | {"xl/workbook.xml": "<?xml version='1.0' encoding='cp037'?><a/>"}, "suspicious"),
        "bad xml": (lambda: plain | {"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row>"}, "broken"),
        "not xml": (lambda: plain | {"xl/workbook.xml": b"\x01\x02\x03\x04"}, "broken"),
        "deep nesting": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet("<a>" * 5_000 + "</a>" * 5_000)}, "broken"),
        "XFD1048576": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet(cell("A1") + cell("XFD1048576"))}, "too_many_rows"),
        "far column": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet(cell("GS1"))}, "too_many_columns"),
        "far column by count": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet("<row>" + "<c><v>1</v></c>" * 201 + "</row>")}, "too_many_columns"),
        "far row in odd spelling": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet("<row  r = '999999'><c><v>1</v></c></row>")}, "too_many_rows"),
        "column beyond all": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet("<row r='1'><c r='ZZZZZZ1'><v>1</v></c></row>")}, "broken"),
        "negative row": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet('<row r="-5"><c><v>1</v></c></row>')}, "too_many_rows"),
        "rows backwards": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet(cell("A9") + cell("A2"))}, "broken"),
        "cells backwards": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>')}, "broken"),
        "string that does not exist": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet(cell("A1", "<v>99999</v>", ' t="s"'))}, "broken"),
        "string index of text": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet(cell("A1", "<v>x</v>", ' t="s"'))}, "broken"),
        "unknown cell type": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet(cell("A1", "<v>1</v>", ' t="zz"'))}, "broken"),
        "number that is none": (lambda: plain | {"xl/worksheets/sheet1.xml": sheet(cell("A1", "<v>abc</v>"))}, "broken"),
    }  # fmt: skip


def entity_bomb() -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE sst [<!ENTITY l0 "ha">{levels}]><sst xmlns="{MAIN}"><si><t>&l9;</t></si></sst>'


def external_entity() -> str:
    return f'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><workbook xmlns="{MAIN}">&x;</workbook>'


NAMES = sorted(packages(lambda: {"[Content_Types].xml": "", "xl/workbook.xml": ""}, lambda rows: ""))


@pytest.mark.parametrize("name", NAMES)
def test_package_that_attacks_or_lies_is_refused(name, tmp_path, parts, sheet, pack):
    content, code = packages(parts, sheet)[name]
    path = tmp_path / "名录.xlsx"
    path.write_bytes(pack(content()))

    assert refusal_of(path) == code


def check_and_read(path: Path) -> None:
    check_workbook(path)  # most are refused here, without a child; the others only by the child
    list(read_rows(path))


def refusal_of(path: Path) -> str:
    """The code of the refusal; its words are for people, and it comes quickly."""
    started = time.monotonic()
    with pytest.raises(WorkbookRefused) as caught:
        check_and_read(path)
    assert time.monotonic() - started < 20  # alone on the machine under 2 s
    assert re.search(r"[\u4e00-\u9fff]{2,}。", caught.value.message)
    assert not re.search(r"Traceback|Error|Exception|None|/tmp", caught.value.message)
    return caught.value.code


def test_guard_alone_refuses_the_five_kilobyte_giant_at_once(package, sheet):
    path = package(cell("A1") + cell("XFD1048576"))
    assert path.stat().st_size < 5_000
    started = time.monotonic()

    with pytest.raises(WorkbookRefused) as caught:
        check_workbook(path)

    assert caught.value.code == "too_many_rows"
    assert time.monotonic() - started < 0.5


def test_guard_counts_what_it_unzips_when_declared_sizes_lie(tmp_path, parts, pack):
    content = bytearray(pack(parts() | {"xl/media/big.bin": bytes(30_000_000)}))
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/media/big.bin"))
    struct.pack_into("<L", content, at + 24, 10)
    path = tmp_path / "lies.xlsx"
    path.write_bytes(content)

    assert refusal_of(path) == "broken"


def test_encrypted_zip_entry_is_refused(tmp_path, parts, pack):
    content = bytearray(pack(parts()))
    for at in (content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8):
        content[at] |= 1
    path = tmp_path / "locked.xlsx"
    path.write_bytes(content)

    assert refusal_of(path) == "encrypted"


def test_repeated_part_is_refused(tmp_path, parts):
    path = tmp_path / "twice.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts().items():
            archive.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("xl/workbook.xml", "<other/>")

    assert refusal_of(path) == "suspicious"


def test_rare_compression_is_refused(tmp_path, parts):
    path = tmp_path / "lzma.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in parts().items():
            archive.writestr(name, content)

    assert refusal_of(path) == "suspicious"


def test_lying_dimension_tag_is_ignored(package, sheet):
    path = package(sheet=sheet(cell("A1"), before='<dimension ref="A1:XFD1048576"/>'))

    assert [row.cells for row in read_rows(path)] == [[1]]


def test_string_repeated_without_end_stops_the_output(tmp_path, parts, sheet, pack):
    """One long string used by many cells grows to gigabytes; it is cut and the output limited."""
    rows = "".join("<row>" + '<c t="s"><v>0</v></c>' * 100 + f"</row><!--{n * 7919}-->" for n in range(300))
    strings = f'<sst xmlns="{MAIN}"><si><t>{"".join(chr(97 + n * n % 23) for n in range(100_000))}</t></si></sst>'
    path = tmp_path / "loud.xlsx"
    path.write_bytes(pack(parts(sheet=sheet(rows), strings=strings)))

    assert refusal_of(path) == "too_large_unzipped"


def test_memory_limit_ends_the_child_not_the_parent(tmp_path, parts, pack):
    texts = "".join(f"<si><t>{number * 7919 % 1_000_003}机构名称</t></si>" for number in range(400_000))
    path = tmp_path / "heavy.xlsx"
    path.write_bytes(pack(parts(strings=f'<sst xmlns="{MAIN}">{texts}</sst>')))

    with pytest.raises(WorkbookRefused) as caught:
        list(read_rows(path, limits=Limits(memory_bytes=80 * 1024 * 1024)))

    assert caught.value.code in ("too_complex", "broken")


def test_waiting_limit_ends_the_child(workbook):
    path = workbook([["机构名称"]])

    with pytest.raises(WorkbookRefused) as caught:
        list(read_rows(path, limits=Limits(waiting_seconds=0.01)))

    assert caught.value.code == "too_slow"


def test_processor_limit_ends_the_child(tmp_path, parts, sheet, pack):
    rows = "".join(f"<row><c><v>{number * 7919 % 1_000_003}</v></c></row>" for number in range(190_000))
    path = tmp_path / "long.xlsx"
    path.write_bytes(pack(parts(sheet=sheet(rows * 1, after="<x>" + rows + "</x>"))))

    with pytest.raises(WorkbookRefused) as caught:
        list(read_rows(path, limits=Limits(cpu_seconds=0)))

    assert caught.value.code == "too_slow"


def test_child_is_gone_when_the_caller_stops_early(workbook):
    from workbooks.reading import open_workbook

    with open_workbook(workbook([["机构名称"], *[[f"甲{n}"] for n in range(5_000)]])) as opened:
        assert next(opened.rows(0)).cells == ["机构名称"]

    assert opened.process.poll() is not None
