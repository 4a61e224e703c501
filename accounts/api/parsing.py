"""JSON as callers send it: small, flat, each key once. What is wrong is said in Chinese with status 400."""

import codecs
import json
import re
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MOST_BYTES = 1024 * 1024
DEEPEST = 20
_strings_and_brackets = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_escaped_nul = re.compile(r"(?<!\\)(?:\\\\)*\\u0000").search


class StrictJSONParser(JSONParser):
    """Refuses what json.loads would crash on (nesting), guess at (a key given twice) or let through (NaN)."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise ParseError("提交的内容超过 1 MB。")
        try:
            text = codecs.decode(body, "utf-8")
            check_depth(text)
            found = json.loads(text, object_pairs_hook=_without_twins, parse_constant=_no_constant)
            return _storable(found, text)
        except UnicodeError as error:
            raise ParseError("提交的内容不是 UTF-8 编码。") from error
        except ValueError as error:
            raise ParseError("提交的内容不是有效的 JSON。") from error


def check_depth(text: str) -> None:
    depth = 0
    for match in _strings_and_brackets.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match.group(), 0)
        if depth > DEEPEST:
            raise ParseError(f"提交的 JSON 嵌套超过 {DEEPEST} 层。")


def _storable(found: Any, text: str) -> Any:
    """UnicodeError, if it holds half of a surrogate pair: that cannot be said in an answer. PostgreSQL takes no NUL.
    Both come only as escapes of `text`."""
    if "\\u" in text:
        json.dumps(found, ensure_ascii=False).encode()
        if _escaped_nul(text):
            raise ParseError("提交的内容含有不能保存的字符（NUL）。")
    return found


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ParseError(f"提交的 JSON 中“{key[:40]}”出现了两次。")
        found[key] = value
    return found


def _no_constant(name: str) -> Any:
    raise ParseError(f"提交的 JSON 中不能有 {name}。")
