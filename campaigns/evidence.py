"""Files that support a proposal: taken only when the content is what the name says; kept as they came, never opened."""

import zipfile
from io import BytesIO
from pathlib import PurePath

import puremagic

from campaigns.errors import CampaignError

MAX_BYTES = 10 * 1024 * 1024
OFFICE_FOLDERS = {".docx": "word/", ".xlsx": "xl/"}
"""Where the parts of an Office file lie: its first bytes are those of any zip file."""
KINDS = (".pdf", ".jpg", ".jpeg", ".png", ".doc", ".xls", *OFFICE_FOLDERS)
TAKES = "PDF、图片（JPG、PNG）或 Office 文件，不超过 10 MB"


def check_evidence(name: str, content: bytes) -> None:
    """Raises CampaignError unless it is a PDF, a picture or an Office file by its content and by its name."""
    if len(content) > MAX_BYTES:
        raise CampaignError(f"文件有 {len(content) / 1024 / 1024:.1f} MB，请上传{TAKES}。")
    suffix = PurePath(name).suffix.lower()
    if suffix not in KINDS:
        raise CampaignError(f"不支持这种文件，请上传{TAKES}。")
    if not _is_a(suffix, content):
        raise CampaignError(f"文件内容与扩展名 {suffix} 不符，请用原来的软件另存后再上传。")


def _is_a(suffix: str, content: bytes) -> bool:
    try:
        found = {match.extension for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        return False
    return suffix in found and (suffix not in OFFICE_FOLDERS or _holds(content, OFFICE_FOLDERS[suffix]))


def _holds(content: bytes, folder: str) -> bool:
    """The zip file has parts in this folder; only its table of contents is read."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            return any(name.startswith(folder) for name in package.namelist())
    except zipfile.BadZipFile:
        return False
