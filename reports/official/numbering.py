"""发文字号: the next number of a bureau's series, or one that is still free, taken under a lock."""

import re
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import Bureau
from campaigns.blueprints import BLUEPRINTS
from reports.models import Document, DocumentSeries
from reports.official.errors import NumberTaken

NUMBER = re.compile(r"^(?P<word>.+?)〔(?P<year>\d{4})〕(?P<serial>\d+)号$")


@dataclass(frozen=True, slots=True)
class Number:
    """serial: None for the next one of the series."""

    code_word: str
    year: int
    serial: int | None = None


def parsed(number: str) -> Number | None:
    """同市监认证〔2025〕92号 in its parts."""
    found = NUMBER.match(number.strip())
    return Number(found["word"], int(found["year"]), int(found["serial"])) if found else None


def proposed(document: Document, day: date) -> Number:
    """The number under which the campaign was already announced, if its notice has none yet; else the bureau's next."""
    campaign = document.campaign
    known = parsed(campaign.document_number) if campaign and document.kind == "notice" else None
    if known and not _is_taken(document.bureau, known):
        return known
    return Number(_code_word(document), day.year)


def _code_word(document: Document) -> str:
    """The bureau's own; where the campaign follows this place's notice, the word under which that was issued."""
    campaign = document.campaign
    followed = BLUEPRINTS.get(campaign.blueprint) if campaign and document.kind == "notice" else None
    if followed and followed.place == document.bureau.region.name and (model := parsed(followed.document_number)):
        return model.code_word
    return document.bureau.document_prefix or document.bureau.short_name


def _is_taken(bureau: Bureau, number: Number) -> bool:
    used = Document.objects.filter(
        series__bureau=bureau, series__code_word=number.code_word, series__year=number.year, serial=number.serial
    )
    return used.exists()


def next_serial(bureau: Bureau, number: Number) -> int:
    """What the series would give now."""
    series = DocumentSeries.objects.filter(bureau=bureau, code_word=number.code_word, year=number.year).first()
    return series.next_serial if series else 1


def take(bureau: Bureau, number: Number) -> tuple[DocumentSeries, int]:
    """The series, locked until the caller's transaction ends, and the serial that is now used up."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a number is taken in the transaction that uses it")
    DocumentSeries.objects.get_or_create(bureau=bureau, code_word=number.code_word, year=number.year)
    series = DocumentSeries.objects.select_for_update(no_key=True).get(
        bureau=bureau, code_word=number.code_word, year=number.year
    )
    serial = number.serial or series.next_serial
    if series.documents.filter(serial=serial).exists():
        raise NumberTaken(f"{series.number(serial)}已经使用，请改用其他顺序号，或者留空由系统编号。")
    series.next_serial = max(series.next_serial, serial + 1)
    series.save(update_fields=["next_serial"])
    return series, serial
