"""900 invented inspectors of market regulation, public security and ecology, and 60 experts."""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta

from accounts.models import Bureau, Region
from config.demo.institutions import TODAY
from config.demo.names import fancy, landline, person

HEADCOUNT = 900
EXPERTS = 60
OWN_NAME = "孙立军"
"""The first of Datong's, to whom the account datong-inspector belongs."""
WEIGHTS = {
    ("scjg", Region.Level.PROVINCE): 20, ("ga", Region.Level.PROVINCE): 6, ("sthj", Region.Level.PROVINCE): 6,
    ("scjg", Region.Level.CITY): 12, ("ga", Region.Level.CITY): 5, ("sthj", Region.Level.CITY): 5,
    ("scjg", Region.Level.COUNTY): 3, ("ga", Region.Level.COUNTY): 1, ("sthj", Region.Level.COUNTY): 1,
}  # fmt: skip
SPECIALITIES = (
    "食品",
    "生态环境监测",
    "机动车安全技术检验",
    "机动车排放检验",
    "水利水质",
    "自然资源",
    "成品油",
    "其他",
)


def inspector_rows(bureaus: Sequence[Bureau], seed: int = 2026) -> Iterator[dict[str, str]]:
    """One dict per inspector, keyed by the column titles of the inspectors' workbook; HEADCOUNT of them."""
    rng = random.Random(seed)
    posts = [
        bureau
        for bureau in bureaus
        for _ in range(WEIGHTS.get((bureau.department_id, Region.Level(bureau.region.level)), 0))
    ]
    first = [bureau for bureau in posts if bureau.region_id.startswith("1402")]
    rest = [bureau for bureau in posts if not bureau.region_id.startswith("1402")]
    spare = [bureau for bureau in rest if bureau.region.level == Region.Level.COUNTY]
    while len(first) + len(rest) < HEADCOUNT:
        rest.append(rng.choice(spare))
    for number, bureau in enumerate((first + rest)[:HEADCOUNT], start=1):
        row = _inspector(number, bureau, rng)
        yield row | {"姓名": OWN_NAME} if number == 1 else row


def _inspector(number: int, bureau: Bureau, rng: random.Random) -> dict[str, str]:
    expiring = rng.random() < 0.06
    until = TODAY + timedelta(days=rng.randrange(-200, 40) if expiring else rng.randrange(800, 1900))
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
        "可任组长": "是" if rng.random() < 0.3 else "否",
        "状态": "失效" if rng.random() < 0.02 else "有效",
    }


def expert_rows(cities: Sequence[Region], seed: int = 2027) -> Iterator[dict[str, str]]:
    """One dict per expert, keyed by the column titles of the experts' workbook."""
    rng = random.Random(seed)
    for number in range(1, EXPERTS + 1):
        yield {
            "专家编号": f"E{number:04d}",
            "姓名": person(rng),
            "工作单位": f"山西{fancy(rng)}{rng.choice(['大学', '科学研究院', '技术学院', '设计研究院'])}",
            "所在地区": rng.choice(cities).code,
            "职称": rng.choice(["高级工程师", "正高级工程师", "教授", "副教授"]),
            "联系电话": landline(rng),
            "擅长领域": "、".join(sorted(set(rng.choices(SPECIALITIES, k=2)))),
        }
