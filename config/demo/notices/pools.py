"""Invented institutions and inspectors of one place, as the rows of the pools' workbooks."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from accounts.models import Bureau, Region
from config.demo.names import credit_code, fancy, landline, person

NATIONAL_ISSUER = "国家认证认可监督管理委员会"


@dataclass(frozen=True, slots=True)
class Kind:
    """So many institutions that cover these domains. `owner`: the name of the department that they belong to;
    `centres`: how many of them are 国家质检中心."""

    domains: tuple[str, ...]
    suffix: str
    number: int
    level: str = "省级"
    owner: str = ""
    centres: int = 0


@dataclass(frozen=True, slots=True)
class Pool:
    """`day`: on which all certificates are valid; `homes`: counties, taken in turn; `issuer`: of provincial
    certificates."""

    kinds: Sequence[Kind]
    homes: Sequence[Region]
    day: date
    issuer: str


def institution_rows(pool: Pool, *, seed: int) -> Iterator[dict[str, str]]:
    """One dict per institution with its certificate, keyed by the column titles of the pool workbook."""
    rng = random.Random(seed)
    names: set[str] = set()
    number = 0
    for kind in pool.kinds:
        for index in range(kind.number):
            home = pool.homes[number % len(pool.homes)]
            number += 1
            name = _name(kind, home, names, rng)
            yield _unit(kind, home, name, rng) | _certificate(kind, index, name, pool, rng)


def _name(kind: Kind, home: Region, names: set[str], rng: random.Random) -> str:
    place = home.parent.name.removesuffix("市") if home.parent else home.name
    head = home.name if kind.owner else place
    while (name := f"{head}{fancy(rng)}{kind.suffix}") in names:
        pass
    names.add(name)
    return name


def _unit(kind: Kind, home: Region, name: str, rng: random.Random) -> dict[str, str]:
    return {
        "法人单位名称": name,
        "统一社会信用代码": credit_code(rng, home.code, public=bool(kind.owner)),
        "组织机构代码": "",
        "法人类型": "事业单位" if kind.owner else "企业",
        "所属部门": kind.owner,
        "所在县区": home.code,
        "单位地址": f"{home.name}{fancy(rng)}路{rng.randrange(1, 300)}号",
        "法定代表人": person(rng),
        "法定代表人联系电话": landline(rng),
        "联系人": person(rng),
        "联系电话": landline(rng),
        "经营状态": "在营",
        "信用风险分类": rng.choice("AAABBBCD"),
    }


def _certificate(kind: Kind, index: int, name: str, pool: Pool, rng: random.Random) -> dict[str, str]:
    approved = pool.day - timedelta(days=rng.randrange(30, 3 * 365))
    is_national = kind.level == "国家级"
    return {
        "证书编号": f"{approved:%y}{'00' if is_national else '04'}{rng.randrange(1, 20):02d}{rng.randrange(10**6):06d}",
        "被授权机构名称": name,
        "资质认定级别": kind.level,
        "发证机关名称": NATIONAL_ISSUER if is_national else pool.issuer,
        "批准日期": approved.isoformat(),
        "有效日期": (approved + timedelta(days=6 * 365)).isoformat(),
        "证书状态": "有效",
        "领域": "、".join(kind.domains),
        "国家质检中心": "是" if index < kind.centres else "否",
        "最高管理者": person(rng),
        "技术负责人": person(rng),
        "授权签字人": "、".join(person(rng) for _ in range(2)),
    }


def inspector_rows(posts: Mapping[Bureau, int], day: date, *, seed: int) -> Iterator[dict[str, str]]:
    """One dict per inspector, keyed by the column titles of the inspectors' workbook; so many of each bureau."""
    rng = random.Random(seed)
    number = 0
    for bureau, count in posts.items():
        for index in range(count):
            number += 1
            yield _inspector(number, bureau, day, rng) | {"可任组长": "是" if index % 2 == 0 else "否"}


def _inspector(number: int, bureau: Bureau, day: date, rng: random.Random) -> dict[str, str]:
    until = day + timedelta(days=rng.randrange(500, 1400))
    return {
        "人员编号": f"P{number:05d}",
        "姓名": person(rng),
        "所在单位": bureau.code,
        "职务": rng.choice(["一级主任科员", "四级主任科员", "科员", "科长", "副科长", "所长"]),
        "联系电话": landline(rng),
        "部门执法证号": f"BM{rng.randrange(10**8):08d}",
        "部门执法证有效期至": until.isoformat(),
        "省政府执法证号": f"晋A{rng.randrange(10**7):07d}",
        "省政府执法证有效期至": (until + timedelta(days=rng.randrange(0, 400))).isoformat(),
        "可检查领域": "",
        "状态": "有效",
    }


def counties_of(scope: str) -> list[Region]:
    """Those of the official list, in order of their codes."""
    found = Region.objects.filter(level=Region.Level.COUNTY, kind=Region.Kind.GB, code__startswith=scope)
    return list(found.select_related("parent").order_by("code"))


def posts_of(
    codes: Mapping[str, int], *, counties: str = "", each: Mapping[str, int] | None = None
) -> dict[Bureau, int]:
    """So many people of each bureau named, and so many of each department in every county below `counties`."""
    bureaus = {bureau.pk: bureau for bureau in Bureau.objects.filter(pk__in=codes)}
    found = {bureaus[code]: count for code, count in codes.items()}
    if counties and each:
        below = Bureau.objects.filter(region__level=Region.Level.COUNTY, region__code__startswith=counties)
        found |= {bureau: each[bureau.department_id] for bureau in below if each.get(bureau.department_id)}
    return found


def named(rows: Iterable[dict[str, str]], name: str) -> Iterator[dict[str, str]]:
    """The first of them with this name."""
    for number, row in enumerate(rows):
        yield row | {"姓名": name} if number == 0 else row


def fewer(kinds: Sequence[Kind], numbers: Sequence[int]) -> list[Kind]:
    """The same kinds with these numbers."""
    return [replace(kind, number=number) for kind, number in zip(kinds, numbers, strict=True)]
