"""Searches of the public site. Fast with 20,000 institutions and 500,000 rows on PostgreSQL: names are looked for among
the institutions, rows are read along an index from where the last page ended, and nobody counts further than a page
says."""

import re
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.models import Region
from institutions.models import Certificate, Domain, Institution
from publications.models import PublishedPenalty, PublishedResult
from publications.site import public

Row = TypeVar("Row", PublishedResult, PublishedPenalty)
FEW = 200
"""Institutions whose rows are looked up one by one."""
LATIN = re.compile(r"[A-Za-z0-9]+")
WORDS, LONGEST = 5, 60


def words_in(query: QueryDict) -> list[str]:
    return query.get("q", "").replace("\x00", "")[:LONGEST].split()[:WORDS]


def matching(words: list[str]) -> Q:
    """Names anywhere; of Latin letters also initials anywhere, codes and certificate numbers from their beginning."""
    found = Q()
    for word in words:
        found &= _matching(word)
    return found


def _matching(word: str) -> Q:
    found = Q(name__contains=word)
    if not LATIN.fullmatch(word):
        return found
    code = word.upper()
    found |= Q(initials__contains=word.lower()) | Q(uscc__startswith=code) | Q(organisation_code__startswith=code)
    if sum(letter.isdigit() for letter in word) < 4:
        return found
    return found | Q(pk__in=Certificate.objects.filter(number__startswith=code).values("institution"))


def institutions(words: list[str]) -> QuerySet[Institution]:
    return public.institutions().filter(matching(words)).order_by("name", "pk")


@dataclass(frozen=True)
class Asked:
    """What a visitor looks for among results or penalties, as their address says it."""

    words: list[str] = field(default_factory=list)
    domain: str = ""
    region: str = ""
    year: str = ""
    after: str = ""
    before: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        plain = {name: query.get(name, "")[:LONGEST] for name in ("domain", "region", "year", "after", "before")}
        return cls(words=words_in(query), **plain)

    @property
    def address(self) -> str:
        """The query without the place in the list."""
        given = {"q": " ".join(self.words), "domain": self.domain, "region": self.region, "year": self.year}
        return urlencode({name: value for name, value in given.items() if value})


def of_institutions(rows: QuerySet[Row], words: list[str]) -> QuerySet[Row]:
    if not words:
        return rows
    found = Institution.objects.filter(matching(words))
    few = list(found.order_by().values_list("pk", flat=True)[: FEW + 1])
    if len(few) <= FEW:
        return rows.filter(institution__in=few)
    return rows.filter(institution__in=found.order_by().values("pk"))


def in_region(rows: QuerySet[Row], code: str) -> QuerySet[Row]:
    if not re.fullmatch(r"\d{6}", code):
        return rows.none() if code else rows
    if not code.endswith("00"):
        return rows.filter(county=code)
    scope = code[:2] if code.endswith("0000") else code[:4]
    counties = Region.objects.filter(code__startswith=scope).values_list("code", flat=True)
    return rows.filter(county__in=list(counties)) if code != "000000" else rows


def results(asked: Asked) -> QuerySet[PublishedResult]:
    rows = in_region(of_institutions(public.results(), asked.words), asked.region)
    if asked.year:
        rows = rows.filter(year=int(asked.year)) if asked.year.isdecimal() and len(asked.year) == 4 else rows.none()
    if asked.domain:
        below = Domain.objects.filter(Q(pk=asked.domain) | Q(parent=asked.domain) | Q(parent__parent=asked.domain))
        links = PublishedResult.domains.through.objects.filter(domain__in=list(below.values_list("pk", flat=True)))
        rows = rows.filter(pk__in=links.values("publishedresult"))
    return rows


def penalties(asked: Asked) -> QuerySet[PublishedPenalty]:
    rows = in_region(of_institutions(public.penalties(), asked.words), asked.region)
    if asked.year:
        rows = rows.filter(year=int(asked.year)) if asked.year.isdecimal() and len(asked.year) == 4 else rows.none()
    return rows
