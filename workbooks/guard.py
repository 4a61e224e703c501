"""Refuses workbooks that are not what they say, or that would cost too much to read.

Nothing here parses XML: the parts are streamed once through byte searches, so that a hostile file
costs no more than its unzipped size, which is counted (declared sizes lie). `examine_workbook` is the
same check and also tells what the reader needs from the stream.
"""

import mmap
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from os import PathLike
from pathlib import Path

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PARTS = 2_000
MAX_UNZIPPED_BYTES = 300 * 1024 * 1024
MAX_RATIO = 100
RATIO_COUNTS_FROM = 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_MERGES = 20_000

CHUNK = 1024 * 1024
OVERLAP = 128

UNREADABLE_ZIP: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    KeyError,
    IndexError,
    OSError,
    OverflowError,
)

SAVE_AS = "请在 Excel 或 WPS 中打开，选择“另存为”，类型选“Excel 工作簿（*.xlsx）”，再上传保存后的文件。"
USE_TEMPLATE = "请下载模板，把数据以“只粘贴值”的方式贴入模板后再上传。"

# Columns after GR (the 200th) and rows after 200,000, as every known program writes them: each pattern begins with
# fixed bytes, which makes the search fast. Other spellings pass here; the reader counts rows and columns itself.
FAR_COLUMN = re.compile(rb"""<c r="(?:[A-Z]{3}|G[S-Z]|[H-Z][A-Z])\d""")
FAR_ROW = re.compile(
    rb"""<row (?:[^>]{0,200}?\s)?r="0*"""
    rb"""(?:20000[1-9]|2000[1-9]\d|200[1-9]\d\d|20[1-9]\d{3}|2[1-9]\d{4}|[3-9]\d{5}|[1-9]\d{6,}|-)"""
)
MERGE = re.compile(rb"""mergeCell ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\"""")
ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
PLAIN_ENCODINGS = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}


class WorkbookRefused(Exception):
    """The file as a whole cannot be used. `code` is stable, `message` is for the person who uploaded it."""

    def __init__(self, code: str, message: str, **facts: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = facts


def check_workbook(path: str | PathLike[str]) -> None:
    """Raise WorkbookRefused unless the file is a safe .xlsx of bearable size."""
    examine_workbook(path)


def examine_workbook(path: str | PathLike[str]) -> dict[str, list[str]]:
    """As check_workbook; returns the merged ranges ("A5:A9") of each worksheet by part name."""
    path = Path(path)
    check_size(path)
    check_kind(path)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            check_parts(parts)
            check_package(archive)
            return stream_parts(archive, parts)
    except UNREADABLE_ZIP as error:
        raise broken() from error


def broken() -> WorkbookRefused:
    return WorkbookRefused(
        "broken", f"文件已损坏或不完整，无法打开。{SAVE_AS}如果 Excel 也打不开，请重新下载或重新导出。"
    )


def check_size(path: Path) -> None:
    size = path.stat().st_size
    if size == 0:
        raise WorkbookRefused("empty_file", "文件是空的（0 字节），可能没有上传完整，请重新上传。")
    if size > MAX_FILE_BYTES:
        limit, actual = MAX_FILE_BYTES // 1024 // 1024, size / 1024 / 1024
        raise WorkbookRefused(
            "too_large",
            f"文件有 {actual:.1f} MB，超过 {limit} MB 的上限。请删去图片和无关的工作表，或分成几个文件上传。",
            size=size,
        )


def check_kind(path: Path) -> None:
    """Tell by the first bytes, never by the name, what was uploaded."""
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith(b"PK\x03\x04"):
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return check_count_of_parts(content)
        if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
            raise ole_refusal(head + file.read(1024 * 1024))
    raise WorkbookRefused("wrong_type", f"{what_it_is(head)}{SAVE_AS}")


def check_count_of_parts(content: mmap.mmap) -> None:
    """Count directory entries before zipfile builds an object for each of them."""
    position, found = content.find(b"PK\x01\x02"), 0
    while position != -1:
        found += 1
        if found > MAX_PARTS:
            raise WorkbookRefused(
                "too_many_parts", f"文件内部的部件超过 {MAX_PARTS} 个，不像一般的工作簿，未打开。{USE_TEMPLATE}"
            )
        position = content.find(b"PK\x01\x02", position + 4)


def ole_refusal(head: bytes) -> WorkbookRefused:
    if "EncryptedPackage".encode("utf-16-le") in head or "EncryptionInfo".encode("utf-16-le") in head:
        return WorkbookRefused(
            "encrypted",
            "文件设有打开密码或已加密，系统无法读取。请在 Excel 或 WPS 中取消密码（或解除加密）、保存后再上传。",
        )
    return WorkbookRefused("old_format", f"这是旧版 Excel 97-2003 格式（.xls）或其他旧式文档，不是 .xlsx。{SAVE_AS}")


def what_it_is(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, name in (
        (b"%pdf", "这是 PDF 文件，不是 Excel 工作簿。"),
        (b"\x89png", "这是 PNG 图片，不是 Excel 工作簿。"),
        (b"\xff\xd8\xff", "这是 JPEG 图片，不是 Excel 工作簿。"),
        (b"gif8", "这是 GIF 图片，不是 Excel 工作簿。"),
        (b"rar!", "这是 RAR 压缩包，请先解压。"),
        (b"7z\xbc\xaf", "这是 7z 压缩包，请先解压。"),
        (b"\x1f\x8b", "这是 gzip 压缩包，请先解压。"),
        (b"pk\x05\x06", "这是空的压缩包，不是 Excel 工作簿。"),
        (b"{\\rtf", "这是 RTF 文档，不是 Excel 工作簿。"),
        (b"mz", "这是程序文件，不是 Excel 工作簿。"),
        (b"\x7felf", "这是程序文件，不是 Excel 工作簿。"),
    ):
        if head[:16].lower().startswith(magic):
            return name
    if text.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<head")):
        return "这是网页或 XML 文件，只是扩展名改成了 Excel（有些平台导出的“xls”就是这样）。"
    if b"\x00" not in head:
        return "这是文本文件（例如 CSV），不是 .xlsx 工作簿。"
    return "这不是 .xlsx 工作簿。"


def check_parts(parts: list[zipfile.ZipInfo]) -> None:
    if len({part.filename for part in parts}) < len(parts):
        raise WorkbookRefused("suspicious", f"文件内部有重名的部件，不像 Excel 生成的文件，未打开。{SAVE_AS}")
    for part in parts:
        if part.flag_bits & 0x1:
            raise WorkbookRefused("encrypted", "文件是加密的压缩包，系统无法读取。请取消密码、保存后再上传。")
        if part.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", part.filename):
            raise WorkbookRefused("suspicious", f"文件内部有越界的路径，不像 Excel 生成的文件，未打开。{SAVE_AS}")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise WorkbookRefused("suspicious", f"文件使用了少见的压缩方式，无法打开。{SAVE_AS}")
    if sum(part.file_size for part in parts) > MAX_UNZIPPED_BYTES:
        raise too_big_unzipped()


def too_big_unzipped() -> WorkbookRefused:
    limit = MAX_UNZIPPED_BYTES // 1024 // 1024
    return WorkbookRefused(
        "too_large_unzipped",
        f"文件展开后超过 {limit} MB，未打开。请把数据分成几个文件，或删去多余的空行和格式后再上传。",
    )


def check_package(archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    if "[Content_Types].xml" not in names:
        raise not_a_workbook(names)
    types = read_limited(archive, "[Content_Types].xml", 1024 * 1024).lower()
    if has_macros(names, types):
        raise WorkbookRefused(
            "macros", f"文件带有宏（VBA），为安全起见不接收。{SAVE_AS}保存时如提示“无法保存 VB 项目”，请选“是”继续。"
        )
    if b"spreadsheetml.sheet.main+xml" not in types and b"spreadsheetml.template.main+xml" not in types:
        raise not_a_workbook(names)


def read_limited(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    with archive.open(name) as source:
        content = source.read(limit + 1)
    if len(content) > limit:
        raise WorkbookRefused("suspicious", f"文件内部的目录过大，不像 Excel 生成的文件，未打开。{SAVE_AS}")
    return content


def has_macros(names: set[str], types: bytes) -> bool:
    if b"macroenabled" in types or b"vbaproject" in types or b"macrosheet" in types:
        return True
    return any("vbaproject" in name.lower() or "macrosheets/" in name.lower() for name in names)


def not_a_workbook(names: set[str]) -> WorkbookRefused:
    folders = {name.split("/")[0] for name in names}
    if "xl/workbook.bin" in names:
        return WorkbookRefused("wrong_type", f"这是 .xlsb 二进制工作簿，不是 .xlsx。{SAVE_AS}")
    if "word" in folders:
        return WorkbookRefused("wrong_type", "这是 Word 文档，不是 Excel 工作簿。请下载模板，填写后上传。")
    if "ppt" in folders:
        return WorkbookRefused("wrong_type", "这是演示文稿，不是 Excel 工作簿。请下载模板，填写后上传。")
    if "mimetype" in names:
        return WorkbookRefused("wrong_type", f"这是 OpenDocument 文档（如 .ods），不是 .xlsx。{SAVE_AS}")
    if "xl" in folders:
        return broken()
    return WorkbookRefused("wrong_type", "这是压缩包，不是 Excel 工作簿。请先解压，再上传其中的 .xlsx 文件。")


def stream_parts(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> dict[str, list[str]]:
    total = 0
    merges: dict[str, list[str]] = {}
    for part in parts:
        is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
        scan = PartScan(part)
        for chunk in chunks(archive, part):
            total += len(chunk)
            if total > MAX_UNZIPPED_BYTES:
                raise too_big_unzipped()
            if is_xml:
                scan.feed(chunk)
        if scan.merges:
            merges[part.filename] = scan.merges
    return merges


def chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as source:
        while chunk := source.read(CHUNK):
            yield chunk


class PartScan:
    """Looks at one XML part as its bytes go by."""

    def __init__(self, part: zipfile.ZipInfo) -> None:
        self.part = part
        self.size = 0
        self.rows = 0
        self.tail = b""
        self.is_sheet = False
        self.merges: list[str] = []

    def feed(self, chunk: bytes) -> None:
        if not self.size:
            self.check_start(chunk[:4096])
        self.size += len(chunk)
        self.check_ratio()
        window = self.tail + chunk
        if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
            raise WorkbookRefused("suspicious", f"文件内部含有文档类型声明，不是 Excel 生成的内容，未打开。{SAVE_AS}")
        if self.is_sheet:
            self.check_sheet(window, chunk)
        self.tail = window[-OVERLAP:]

    def check_start(self, start: bytes) -> None:
        declared = ENCODING.match(start.removeprefix(b"\xef\xbb\xbf"))
        if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in start[:4]:
            raise WorkbookRefused("suspicious", f"文件内部使用了少见的编码，无法打开。{SAVE_AS}")
        if declared and declared[1].lower() not in PLAIN_ENCODINGS:
            raise WorkbookRefused("suspicious", f"文件内部使用了少见的编码，无法打开。{SAVE_AS}")
        self.is_sheet = b"<worksheet" in start or b":worksheet" in start

    def check_ratio(self) -> None:
        packed = max(self.part.compress_size, 1)
        if self.size > RATIO_COUNTS_FROM and self.size / packed > MAX_RATIO:
            raise WorkbookRefused(
                "suspicious", f"文件压缩得异常紧（疑似“压缩炸弹”，或有大量空白的带格式单元格），未打开。{USE_TEMPLATE}"
            )

    def check_sheet(self, window: bytes, chunk: bytes) -> None:
        self.rows += chunk.count(b"<row")
        if self.rows > MAX_ROWS or FAR_ROW.search(window):
            raise too_many_rows()
        if FAR_COLUMN.search(window):
            raise too_many_columns()
        found = MERGE.findall(window)
        if found and len(self.merges) < MAX_MERGES:
            self.merges += [ref.decode() for ref in found]


def too_many_rows() -> WorkbookRefused:
    return WorkbookRefused(
        "too_many_rows",
        f"有工作表用到了第 {MAX_ROWS:,} 行以后的单元格。如果数据并没有这么多，请选中数据下方的所有空行，"
        "整行删除并保存后再上传；如果确有这么多，请分成几个文件。",
    )


def too_many_columns() -> WorkbookRefused:
    return WorkbookRefused(
        "too_many_columns",
        f"有工作表用到了第 {MAX_COLUMNS} 列（GR 列）以后的单元格。请选中数据右侧的所有空列，整列删除并保存后再上传。",
    )
