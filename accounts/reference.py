"""The bureaus as they follow from regions and departments: names, branches, document prefixes. Shanxi's in full, the
nation's ministries, and of the other provinces, where only institutions under national accreditation lie, market regulation."""

from collections.abc import Iterator

from accounts.models import Bureau, Department, Region

MARKET, POLICE, ECOLOGY, CUSTOMS, DRUGS = "scjg", "ga", "sthj", "hg", "yj"
AT_EVERY_LEVEL = frozenset({MARKET, POLICE, ECOLOGY})
PROVINCE_ONLY = frozenset({DRUGS})
"""Below the province its tasks lie with market regulation."""

HOME = "14"
"""Codes of Shanxi begin with it."""
MINISTRIES = {
    MARKET: ("国家市场监督管理总局", "市场监管总局"),
    POLICE: ("中华人民共和国公安部", "公安部"),
    ECOLOGY: ("中华人民共和国生态环境部", "生态环境部"),
    "zj": ("中华人民共和国住房和城乡建设部", "住房城乡建设部"),
    "jt": ("中华人民共和国交通运输部", "交通运输部"),
    "zrzy": ("中华人民共和国自然资源部", "自然资源部"),
    "sl": ("中华人民共和国水利部", "水利部"),
    CUSTOMS: ("中华人民共和国海关总署", "海关总署"),
    DRUGS: ("国家药品监督管理局", "国家药监局"),
}
CUSTOMS_HOUSES = {"140000": "太原海关", "140200": "大同海关"}
PROVINCE_DEPARTMENTS = frozenset({POLICE, ECOLOGY, "zj", "jt", "zrzy", "sl"})
"""Called 厅 in the province's government, 局 below."""

ABBREVIATIONS = {
    "000000": "国", "140000": "晋", "140100": "并", "140200": "同", "140300": "阳", "140400": "长", "140500": "晋市",
    "140600": "朔", "140700": "晋中", "140800": "运", "140900": "忻", "141000": "临", "141100": "吕",
}  # fmt: skip
PREFIX_WORDS = {MARKET: "市监认证", POLICE: "公", ECOLOGY: "环"}


def missing_bureaus() -> list[Bureau]:
    """Those that do not exist yet, not saved, every bureau before its branches."""
    known = set(Bureau.objects.values_list("pk", flat=True))
    return [bureau for bureau in all_bureaus() if bureau.pk not in known]


def all_bureaus() -> Iterator[Bureau]:
    regions = Region.objects.select_related("parent")
    departments = list(Department.objects.all())
    for level in (Region.Level.NATION, Region.Level.PROVINCE, Region.Level.CITY, Region.Level.COUNTY):
        for region in regions.filter(level=level):
            yield from (_bureau(department, region) for department in departments if _exists(department, region))


def _exists(department: Department, region: Region) -> bool:
    if region.level == Region.Level.NATION:
        return department.pk in MINISTRIES
    if not region.code.startswith(HOME):
        return department.pk == MARKET
    if department.pk == CUSTOMS:
        return region.pk in CUSTOMS_HOUSES
    if region.level == Region.Level.COUNTY:
        return department.pk in AT_EVERY_LEVEL
    return region.level == Region.Level.PROVINCE or department.pk not in PROVINCE_ONLY


def _bureau(department: Department, region: Region) -> Bureau:
    name, short_name = _names(department, region)
    return Bureau(
        code=f"{department.pk}:{region.pk}",
        name=name,
        short_name=short_name,
        department=department,
        region=region,
        branch_of_id=f"{department.pk}:{region.parent_id}" if _is_branch(department, region) else None,
        document_prefix=_document_prefix(department, region),
    )


def _is_branch(department: Department, region: Region) -> bool:
    """County ecology bodies, and the bodies of zones, act for the city's bureau."""
    is_zone = region.kind == Region.Kind.ZONE
    return region.level == Region.Level.COUNTY and (is_zone or department.pk == ECOLOGY)


def _names(department: Department, region: Region) -> tuple[str, str]:
    """Full and short name: 大同市平城区市场监督管理局, 平城区市场监管局."""
    if region.level == Region.Level.NATION:
        return MINISTRIES[department.pk]
    if department.pk == CUSTOMS:
        return CUSTOMS_HOUSES[region.pk], CUSTOMS_HOUSES[region.pk]
    if _is_branch(department, region) and region.parent:
        branch = f"{_stem(region)}分局"
        return (
            f"{region.parent.name}{department.name}局{branch}",
            f"{region.parent.name}{department.short_name}局{branch}",
        )
    body = "厅" if region.level == Region.Level.PROVINCE and department.pk in PROVINCE_DEPARTMENTS else "局"
    city = region.parent.name if region.level == Region.Level.COUNTY and region.parent else ""
    return f"{city}{region.name}{department.name}{body}", f"{region.name}{department.short_name}{body}"


def _stem(region: Region) -> str:
    """平城区 → 平城; a name of two characters stays whole, as 应县 does; zones keep their own short form."""
    for long, short in (("经济技术开发区", "经开区"), ("风景名胜区", "景区")):
        if region.name.endswith(long):
            return region.name.removesuffix(long).removeprefix(region.parent.name[:-1] if region.parent else "") + short
    return region.name[:-1] if len(region.name) > 2 else region.name


def _document_prefix(department: Department, region: Region) -> str:
    word = PREFIX_WORDS.get(department.pk)
    abbreviation = ABBREVIATIONS.get(region.pk)
    return f"{abbreviation}{word}" if word and abbreviation else ""
