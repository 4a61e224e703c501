"""What the search fields of the public site offer."""

from dataclasses import dataclass

from accounts.models import Region
from institutions.models import Domain
from publications.site import public
from publications.site.searching import Asked


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


def domains(asked: Asked) -> list[Choice]:
    """In the order of the tree, lower ones set in."""
    rows = list(Domain.objects.order_by("position", "code").values_list("code", "name", "parent"))
    tops = [code for code, _, parent in rows if parent is None]
    ordered = [row for top in tops for row in rows if row[0] == top or row[2] == top]
    return [Choice(code, f"　{name}" if parent else name, code == asked.domain) for code, name, parent in ordered]


def regions(asked: Asked) -> list[Choice]:
    """All cities, and the counties of the one that was chosen."""
    cities = list(Region.objects.filter(level=Region.Level.CITY).order_by("code").values_list("code", "name"))
    counties = _counties(asked.region[:4]) if len(asked.region) == 6 and not asked.region.endswith("0000") else []
    found = []
    for code, name in cities:
        found.append(Choice(code, name, code == asked.region))
        found += [Choice(at, f"　{label}", at == asked.region) for at, label in counties if at[:4] == code[:4]]
    return found


def _counties(scope: str) -> list[tuple[str, str]]:
    rows = Region.objects.filter(level=Region.Level.COUNTY, code__startswith=scope)
    return list(rows.order_by("code").values_list("code", "name"))


def years(asked: Asked) -> list[Choice]:
    found = sorted(set(public.versions().order_by().values_list("publication__year", flat=True)), reverse=True)
    return [Choice(str(year), f"{year} 年", str(year) == asked.year) for year in found]
