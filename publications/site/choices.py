"""What the search fields of the public site offer, as <option> elements: written here, since a page has a hundred."""

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from accounts.models import Region
from institutions.models import Domain
from publications.site import public
from publications.site.keeping import kept
from publications.site.searching import Asked

CITY, COUNTY = Region.Level.CITY, Region.Level.COUNTY


def options(choices: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """Value and label of each."""
    written = (
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'
        for value, label in choices
    )
    return mark_safe("".join(written))  # noqa: S308 - every part of it is escaped above


def domains(asked: Asked) -> SafeString:
    """In the order of the tree, lower ones set in."""
    tree = Domain.objects.order_by("position", "code").values_list("code", "name", "parent")
    rows = kept("domains", lambda: list(tree))
    tops = [code for code, _, parent in rows if parent is None]
    ordered = [row for top in tops for row in rows if row[0] == top or row[2] == top]
    return options(((code, f"　{name}" if parent else name) for code, name, parent in ordered), asked.domain)


def regions(asked: Asked) -> SafeString:
    """All cities, and the counties of the one that was chosen."""
    below = Region.objects.filter(level__in=[CITY, COUNTY]).order_by("code").values_list("code", "name", "level")
    rows = kept("regions", lambda: list(below))
    shown = ((code, name, level) for code, name, level in rows if level == CITY or code[:4] == asked.region[:4])
    return options(((code, name if level == CITY else f"　{name}") for code, name, level in shown), asked.region)


def years(asked: Asked) -> SafeString:
    shown = public.versions().order_by("-publication__year").values_list("publication__year", flat=True).distinct()
    found = kept("years", lambda: list(shown))
    return options(((str(year), f"{year} 年") for year in found), asked.year)
