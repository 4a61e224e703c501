"""Initials of Chinese names, so that "dtjc" finds 大同…检测…."""

import unicodedata
from functools import cache

from pypinyin.pinyin_dict import pinyin_dict

COMMON_READINGS = {"长": "c", "重": "z", "乐": "l", "行": "x", "地": "d", "度": "d", "量": "l", "车": "c", "厦": "x"}
"""Characters whose first reading in the dictionary is not the one met in names of places and institutions."""


def initials(name: str) -> str:
    """One lower-case letter per Chinese character, Latin letters and digits as they are, everything else left out."""
    return "".join(char for char in name.translate(_letters()).lower() if char.isascii() and char.isalnum())


@cache
def _letters() -> dict[int, str]:
    letters = {code: _first_letter(readings) for code, readings in pinyin_dict.items()}
    return letters | {ord(char): letter for char, letter in COMMON_READINGS.items()}


def _first_letter(readings: str) -> str:
    return unicodedata.normalize("NFD", readings[:1])[:1].lower()
