"""Texts as people type them on any device, made such that both sides can compose the same record of them."""

import unicodedata

from campaigns.draw.canonical import check_text
from campaigns.draw.errors import Refused
from visits.errors import VisitError


def clean(text: str) -> str:
    """In Unicode's normal form C, lines ending in one way. VisitError for what is no text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        text = unicodedata.normalize("NFC", text)
        check_text(text, (), refusal=Refused)
    except (Refused, UnicodeEncodeError):
        raise VisitError("文字中有无法识别的字符，请删除后重新填写。") from None
    if "\x00" in text:
        raise VisitError("文字中有无法识别的字符，请删除后重新填写。")
    return text
