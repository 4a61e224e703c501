"""Files that people upload: taken only when the content is what the name says. Nothing here opens or changes them."""

import re
import unicodedata
import zipfile
from io import BytesIO
from pathlib import PurePath

import puremagic

from workbooks.guard import MAX_PARTS, MAX_UNZIPPED_BYTES, UNREADABLE_ZIP, chunks, has_macros

MAX_BYTES = 10 * 1024 * 1024
OFFICE_FOLDERS = {".docx": "word/", ".xlsx": "xl/"}
"""Where the parts of an Office file lie: its first bytes are those of any zip file."""
IMAGES = (".jpg", ".jpeg", ".png")
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TAKES = "PDF、图片（JPG、PNG）或 Office 文件，不超过 10 MB"
LONGEST_NAME = 120
NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff<>:\"|?*]")
"""Control and invisible characters, those that turn the reading order, and what a file system does not take."""


class UploadRefused(Exception):
    """The file is not taken; the text says why and what to do."""


def check_file(name: str, content: bytes) -> str:
    """The ending that name and content agree on, such as “.pdf”. UploadRefused, when they do not or it is no kind
    that we take."""
    if not content:
        raise UploadRefused("文件是空的（0 字节），可能没有上传完整，请重新上传。")
    if len(content) > MAX_BYTES:
        raise UploadRefused(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请压缩或者分成几个文件后再上传。")
    suffix = PurePath(name).suffix.lower()
    if suffix not in MEDIA_TYPES:
        raise UploadRefused(f"不支持这种文件。请上传 {TAKES}。")
    if not _is_a(suffix, content):
        raise UploadRefused(f"文件内容与扩展名 {suffix} 不符，请用原来的软件另存后再上传。")
    return suffix


def clean_name(name: str, suffix: str) -> str:
    """The last part of a name as somebody may read and save it, with this ending."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem = " ".join(NOT_IN_NAMES.sub("", PurePath(last).stem).split()).strip(". ")
    return (stem[: LONGEST_NAME - len(suffix)].rstrip() or "材料") + suffix


def _is_a(suffix: str, content: bytes) -> bool:
    try:
        found = {match.extension for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        return False
    if suffix in OFFICE_FOLDERS:
        return suffix in found and _is_package(content, OFFICE_FOLDERS[suffix])
    return suffix in found


def _is_package(content: bytes, folder: str) -> bool:
    """The zip file has parts in this folder. UploadRefused, when it has macros or unpacks to more than is bearable."""
    if content.count(b"PK\x01\x02") > MAX_PARTS:
        raise UploadRefused("文件内部的部件过多，不像一般的 Office 文件，没有接收。请另存为 PDF 后上传。")
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            names = set(package.namelist())
            if not any(name.startswith(folder) for name in names):
                return False
            _check_unpacked(package)
            types = package.read("[Content_Types].xml").lower() if "[Content_Types].xml" in names else b""
    except UNREADABLE_ZIP:
        return False
    if has_macros(names, types):
        raise UploadRefused("文件带有宏，为安全起见不接收。请另存为不带宏的文件或 PDF 后上传。")
    return True


def _check_unpacked(package: zipfile.ZipFile) -> None:
    """Counted while unpacking: declared sizes lie."""
    total = 0
    for part in package.infolist():
        for chunk in chunks(package, part):
            total += len(chunk)
            if total > MAX_UNZIPPED_BYTES:
                raise UploadRefused("文件展开后过大（疑似“压缩炸弹”），没有接收。请另存为 PDF 后上传。")
