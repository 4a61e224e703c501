"""What must hold in a row of the pool workbook beyond its single cells; one function per rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from accounts.models import Region
from institutions.importing.table import CERTIFICATE_KEYS
from institutions.queries import counties_in, region_label
from workbooks.columns import ParsedRow, Problem

Found = Iterator[tuple[str, Problem]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rows are checked against: the importer's region and how its counties may be written."""

    region: Region
    counties: dict[str, tuple[str, ...]]  # name, city and name, or code → codes of the counties meant
    labels: dict[str, str]  # code → city and name
    elsewhere: frozenset[str]  # codes and names of counties outside the region

    @classmethod
    def of(cls, region: Region) -> "Surroundings":
        words: dict[str, tuple[str, ...]] = {}
        own = counties_in(region.scope)
        for county in own:
            for word in {county.pk, county.name, region_label(county)}:
                words[word] = (*words.get(word, ()), county.pk)
        others = Region.objects.filter(level=Region.Level.COUNTY).exclude(pk__in=[county.pk for county in own])
        elsewhere = {word for pair in others.values_list("code", "name") for word in pair} - set(words)
        labels = {county.pk: region_label(county) for county in own}
        return cls(region, words, labels, frozenset(elsewhere))


def has_a_code(row: ParsedRow, around: Surroundings) -> Found:
    if (
        row.values["uscc"] is None
        and row.values["organisation_code"] is None
        and not has_fault(row, "uscc", "organisation_code")
    ):
        yield "uscc", Problem("no_code", "统一社会信用代码和组织机构代码都没有填写，无法识别机构，请至少填写一项。")


def county_is_ours(row: ParsedRow, around: Surroundings) -> Found:
    """Puts the county's code in place of what was written."""
    written = row.values["county"]
    if written is None:
        return
    found = around.counties.get(written) or around.counties.get(written.replace(" ", ""), ())
    row.values["county"] = found[0] if len(found) == 1 else None
    if len(found) > 1:
        codes = "、".join(found)
        yield "county", Problem("ambiguous_county", f"辖区内有 {len(found)} 个“{written}”，请改写六位代码（{codes}）。")
    elif not found:
        yield "county", unknown_county(written, around)


def unknown_county(written: str, around: Surroundings) -> Problem:
    if written in around.elsewhere:
        return Problem("county_out_of_scope", f"“{written}”不在{around.region}辖区内，只能导入本辖区的机构。")
    return Problem("unknown_county", f"没有找到县区“{written}”，请填写{around.region}辖区内县区的名称或六位代码。")


def certificate_has_a_number(row: ParsedRow, around: Surroundings) -> Found:
    certifies = any(row.values[key] is not None for key in CERTIFICATE_KEYS)
    if certifies and row.values["number"] is None and not has_fault(row, "number"):
        yield "number", Problem("no_certificate_number", "填写了证书信息但没有证书编号，请补上证书编号。")


def has_fault(row: ParsedRow, *codes: str) -> bool:
    """One of these cells was already found faulty, so nothing more need be said about it."""
    titles = {TITLES[code] for code in codes}
    return any(fault.title in titles for fault in row.faults)


TITLES = {"uscc": "统一社会信用代码", "organisation_code": "组织机构代码", "number": "证书编号"}
ROW_CHECKS: tuple[Callable[[ParsedRow, Surroundings], Found], ...] = (
    has_a_code,
    county_is_ours,
    certificate_has_a_number,
)


def check_row(row: ParsedRow, around: Surroundings) -> list[tuple[str, Problem]]:
    return [found for check in ROW_CHECKS for found in check(row, around)]


def values_agree(first: list[Any], later: list[Any]) -> list[int]:
    """Indexes where two rows of one institution say different things; what only one says is taken over by both."""
    different = []
    for index, value in enumerate(later):
        if value is None or value == first[index]:
            continue
        if first[index] is None:
            first[index] = value
        else:
            different.append(index)
    return different
