"""Invented institutions with valid codes."""

from datetime import date
from itertools import count

from stdnum.cn import uscc as stdnum_uscc

from accounts.models import Role, User
from institutions.models import Certificate, Domain, Institution, Representative
from tests.factories.accounts import region

numbers = count(1)


def uscc(number: int, county: str = "140213") -> str:
    """The `number`-th invented code of that county, with its check digit."""
    body = f"91{county}MA{number:07d}"
    return body + stdnum_uscc.calc_check_digit(body)


def domain(code: str = "vehicle", name: str = "机动车检验") -> Domain:
    return Domain.objects.get_or_create(code=code, defaults={"name": name})[0]


def institution(name: str = "", county: str = "140213", **fields: object) -> Institution:
    number = next(numbers)
    values = {
        "name": name or f"第{number}检测有限公司",
        "uscc": uscc(number, county),
        "county": region(county),
        **fields,
    }
    return Institution.objects.create(**values)


def certificate(of: Institution, *domains: Domain, **fields: object) -> Certificate:
    number = f"{next(numbers):012d}"
    values = {
        "number": number,
        "authorised_name": of.name,
        "approved_on": date(2023, 5, 1),
        "valid_until": date(2029, 4, 30),
    }
    found = Certificate.objects.create(institution=of, **{**values, **fields})
    found.domains.set(domains or [domain()])
    return found


def represents(user: User, institution: Institution, role: Role = Role.INSTITUTION_CLERK) -> Representative:
    return Representative.objects.create(user=user, institution=institution, role=role)
