"""The workbooks of the journey: 20 institutions and 15 inspectors of Datong, as their keepers would type them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook, load_workbook

from tests.factories.institutions import uscc

PINGCHENG, YUNGANG = "140213", "140214"
COUNTY_NAMES = {PINGCHENG: "平城区", YUNGANG: "云冈区"}
VEHICLE = ["安顺", "永泰", "恒通", "晋安", "平达", "众诚", "瑞丰", "宏远"]
ECOLOGY = ["清源", "蓝天", "碧水", "净土"]
OTHER = ["嘉禾", "天平", "精准", "正信", "科衡", "博测", "中衡", "云测"]
OFFICERS = {"scjg:140200": 5, "ga:140200": 3, "sthj:140200": 3, "scjg:140213": 2, "scjg:140214": 2}


def institution_rows() -> list[dict[str, str]]:
    """8 vehicle, 4 ecology (the last owned by the ecology bureau) and 8 food institutions, ecology in Yungang."""
    names = [
        *[(f"大同市{name}机动车检测有限公司", PINGCHENG, "机动车安全技术检验、机动车排放检验") for name in VEHICLE],
        *[(f"大同市{name}环境监测有限公司", YUNGANG, "生态环境监测") for name in ECOLOGY],
        *[(f"大同市{name}食品检测有限公司", PINGCHENG, "食品") for name in OTHER],
    ]
    return [_institution(number, *what) for number, what in enumerate(names, start=1)]


def _institution(number: int, name: str, county: str, domains: str) -> dict[str, str]:
    return {
        "法人单位名称": name,
        "统一社会信用代码": uscc(number, county),
        "法人类型": "企业",
        "所属部门": "生态环境" if name.startswith("大同市净土") else "",
        "所在县区": COUNTY_NAMES[county],
        "单位地址": f"大同市{COUNTY_NAMES[county]}云中路{number}号",
        "联系人": "高远",
        "联系电话": "0352-0100200",
        "经营状态": "在营",
        "证书编号": f"2504120{number:05d}",
        "资质认定级别": "省级",
        "发证机关名称": "山西省市场监督管理局",
        "批准日期": "2025-01-10",
        "有效日期": "2099-01-09",
        "证书状态": "有效",
        "领域": domains,
    }


def inspector_rows() -> list[dict[str, str]]:
    posts = [bureau for bureau, count in OFFICERS.items() for _ in range(count)]
    return [
        {
            "人员编号": f"P{number:05d}",
            "姓名": f"林{'一二三四五六七八九十甲乙丙丁戊'[number - 1]}",
            "所在单位": bureau,
            "部门执法证号": f"BM{number:08d}",
            "部门执法证有效期至": "2099-12-31",
            "省政府执法证号": f"晋A{number:07d}",
            "省政府执法证有效期至": "2099-12-31",
        }
        for number, bureau in enumerate(posts, start=1)
    ]


def received() -> dict[str, str]:
    """Name → code of what the province drew and leaves to the city: three vehicle and two food institutions."""
    rows = institution_rows()
    return {row["法人单位名称"]: row["统一社会信用代码"] for row in (*rows[:3], *rows[12:14])}


def handed_down() -> list[dict[str, str]]:
    """With one more that the province inspects itself."""
    kept = institution_rows()[3]
    given = [(name, code, "按属地分配") for name, code in received().items()]
    listed = [*given, (kept["法人单位名称"], kept["统一社会信用代码"], "上级检查")]
    return [{"统一社会信用代码": code, "机构名称": name, "检查单位": who} for name, code, who in listed]


def write(path: Path, rows: Sequence[Mapping[str, str]], *, title: str) -> Path:
    """With a title above the header, as offices do."""
    book = Workbook()
    sheet = book.active
    sheet.title = "名录"
    for line in ([title], list(rows[0]), *(list(row.values()) for row in rows)):
        sheet.append(line)
    book.save(path)
    return path


def read(path: Path, sheet: str, *, header: str) -> list[dict[str, str]]:
    """The rows below the row that begins with `header`, by its titles, up to the first row without a number."""
    lines = list(load_workbook(path)[sheet].iter_rows(values_only=True))
    start = next(number for number, line in enumerate(lines) if line[0] == header)
    rows = [line for line in lines[start + 1 :] if isinstance(line[0], int)]
    return [dict(zip(lines[start], row, strict=True)) for row in rows]
