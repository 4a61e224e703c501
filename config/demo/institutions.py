"""About 1,900 invented institutions over Shanxi's 11 cities and the eleven domains of the national notice."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import Region
from config.demo.names import credit_code, fancy, landline, person

TODAY = date(2025, 9, 9)
"""The demo's calendar day: the date of 同市监认证〔2025〕92号."""

URBAN_WEIGHT = 3
"""How many times more institutions an urban district has than a county."""

DATONG = "1402"
DATONG_SHARES = {"vehicle": 46, "eco": 13, "other": 44}
"""103 institutions, of which three vehicle and eco ones are owned by ecology bureaus: a 4% draw gives 4."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A kind of institution: the domains it covers, how it is called, its share of the pool outside Datong."""

    domains: tuple[str, ...]
    suffixes: tuple[str, ...]
    weight: int


VEHICLE = Trade(("机动车安全技术检验", "机动车排放检验"), ("机动车检测有限公司", "机动车检测服务有限公司"), 38)
EMISSION = Trade(("机动车排放检验",), ("机动车尾气检测有限公司",), 4)
ECO = Trade(("生态环境监测",), ("环境监测有限公司", "环境检测技术有限公司"), 10)
OTHERS = (
    Trade(("食品",), ("食品检测有限公司", "农产品质量检测有限公司"), 10),
    Trade(("水利水质",), ("水质检测有限公司",), 4),
    Trade(("自然资源",), ("地矿检测有限公司", "岩矿测试有限公司"), 4),
    Trade(("成品油",), ("油品检测有限公司",), 3),
    Trade(("进出口商品",), ("进出口商品检验有限公司",), 2),
    Trade(("医疗器械防护用品",), ("医疗器械检测有限公司", "防护用品检测有限公司"), 2),
    Trade(("网络关键设备和网络安全专用产品",), ("信息安全测评有限公司",), 1),
    Trade(("常压液体危险货物罐体",), ("罐体检测有限公司",), 1),
    Trade(("其他",), ("建设工程质量检测有限公司", "工程检测有限公司", "计量检测有限公司", "检验检测有限公司"), 21),
)

PROVINCE_WEIGHTS = {
    "1401": 330, "1403": 110, "1404": 190, "1405": 150, "1406": 110, "1407": 190,
    "1408": 220, "1409": 150, "1410": 220, "1411": 190,
}  # fmt: skip


def institution_rows(counties: Sequence[Region], seed: int = 2025) -> Iterator[dict[str, str]]:
    """One dict per certificate, keyed by the column titles of the pool workbook, values as one would type them."""
    rng = random.Random(seed)
    names: set[str] = set()
    cities = {region.code[:4]: region for region in counties}
    for city in sorted(cities):
        homes = [region for region in counties if region.code[:4] == city]
        weights = [URBAN_WEIGHT if region.name.endswith("区") else 1 for region in homes]
        for trade in _trades(city, rng):
            yield from _institution(trade, rng.choices(homes, weights)[0], names, rng)


def _trades(city: str, rng: random.Random) -> list[Trade]:
    if city == DATONG:
        vehicle = [VEHICLE] * (DATONG_SHARES["vehicle"] - 4) + [EMISSION] * 4
        others = rng.choices(OTHERS, [trade.weight for trade in OTHERS], k=DATONG_SHARES["other"])
        return [*vehicle, *[ECO] * DATONG_SHARES["eco"], *others]
    trades = (VEHICLE, EMISSION, ECO, *OTHERS)
    return rng.choices(trades, [trade.weight for trade in trades], k=PROVINCE_WEIGHTS.get(city, 100))


def _institution(trade: Trade, home: Region, names: set[str], rng: random.Random) -> Iterator[dict[str, str]]:
    is_owned_by_ecology = trade is ECO and rng.random() < 0.2
    name = _name(trade, home, names, rng, public=is_owned_by_ecology)
    approved = TODAY - timedelta(days=rng.randrange(30, 2 * 365) if rng.random() > 0.03 else 6 * 365 + 60)
    row = {
        "法人单位名称": name,
        "统一社会信用代码": credit_code(rng, home.code, public=is_owned_by_ecology),
        "组织机构代码": "",
        "法人类型": "事业单位" if is_owned_by_ecology else "企业",
        "所属部门": "生态环境" if is_owned_by_ecology else "",
        "所在县区": home.code,
        "单位地址": f"{home.name}{fancy(rng)}路{rng.randrange(1, 300)}号",
        "法定代表人": person(rng),
        "法定代表人联系电话": landline(rng),
        "联系人": person(rng),
        "联系电话": landline(rng),
        "经营状态": rng.choices(["在营", "停业", "注销", "迁出"], [965, 20, 10, 5])[0],
        "信用风险分类": rng.choices(["A", "B", "C", "D", ""], [40, 35, 15, 5, 5])[0],
    }
    for index in range(2 if rng.random() < 0.03 else 1):
        yield row | _certificate(trade, name, approved, index, rng)


def _name(trade: Trade, home: Region, names: set[str], rng: random.Random, *, public: bool) -> str:
    place = home.parent.name.removesuffix("市") if home.parent else home.name
    while True:
        if public:
            name = f"{home.name}{fancy(rng)}生态环境监测站"
        else:
            name = f"{place}{fancy(rng)}{rng.choice(trade.suffixes)}"
        if name not in names:
            names.add(name)
            return name


def _certificate(trade: Trade, name: str, approved: date, index: int, rng: random.Random) -> dict[str, str]:
    is_national = rng.random() < 0.02
    number = f"{approved:%y}{'00' if is_national else '04'}{rng.randrange(1, 20):02d}{rng.randrange(10**6):06d}"
    return {
        "证书编号": number,
        "被授权机构名称": name if index == 0 else f"{name}检测中心",
        "资质认定级别": "国家级" if is_national else "省级",
        "发证机关名称": "国家认证认可监督管理委员会" if is_national else "山西省市场监督管理局",
        "批准日期": approved.isoformat(),
        "有效日期": (approved.replace(day=1) + timedelta(days=6 * 365)).isoformat(),
        "证书状态": rng.choices(["有效", "暂停", "注销", "撤销"], [975, 8, 12, 5])[0],
        "领域": "、".join(trade.domains if index == 0 else ("其他",)),
        "国家质检中心": "是" if is_national and rng.random() < 0.5 else "否",
        "最高管理者": person(rng),
        "技术负责人": person(rng),
        "授权签字人": "、".join(person(rng) for _ in range(rng.randrange(1, 4))),
    }
