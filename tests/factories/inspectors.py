"""Invented inspectors and experts, certificated until 2030 unless said otherwise."""

from datetime import date
from itertools import count

from inspectors.models import ConflictOfInterest, Expert, Inspector, Leave
from institutions.models import Domain, Institution
from tests.factories.accounts import bureau, region

numbers = count(1)
CERTIFICATED = {
    "department_certificate": "BM001",
    "department_certificate_until": date(2030, 12, 31),
    "province_certificate": "晋A001",
    "province_certificate_until": date(2030, 12, 31),
}


def inspector(at: str = "scjg:140200", *domains: Domain, **fields: object) -> Inspector:
    number = next(numbers)
    values = {"number": f"P{number:05d}", "name": f"检查员{number}", "bureau": bureau(at), **CERTIFICATED, **fields}
    person = Inspector.objects.create(**values)
    person.domains.set(domains)
    return person


def expert(place: str = "140200", *domains: Domain, **fields: object) -> Expert:
    number = next(numbers)
    values = {
        "number": f"E{number:04d}",
        "name": f"专家{number}",
        "employer": "山西某某大学",
        "region": region(place),
        **fields,
    }
    person = Expert.objects.create(**values)
    person.domains.set(domains)
    return person


def conflict(of: Inspector, with_institution: Institution, **fields: object) -> ConflictOfInterest:
    values = {"kind": ConflictOfInterest.Kind.FAMILY, "declared_on": date(2025, 9, 1), **fields}
    return ConflictOfInterest.objects.create(inspector=of, institution=with_institution, **values)


def leave(of: Inspector, first: date = date(2025, 9, 15), last: date = date(2025, 9, 19)) -> Leave:
    return Leave.objects.create(inspector=of, starts_on=first, ends_on=last, reason="年休假")
