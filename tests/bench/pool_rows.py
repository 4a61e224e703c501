"""Invented rows of the pool workbook for measurements: one certificate per institution, valid check digits."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from stdnum.cn import uscc

from institutions.importing.table import pool_table
from workbooks.writing import ExportColumn, ExportSheet, write_table

STREETS = ("迎宾街", "和平路", "文昌街", "建设路", "云中路")
SIGNS = "云恒晋泰瑞中华鼎众金正诚同嘉启汇博远信安天弘祥润精兴科盛永"
DOMAINS = ("机动车安全技术检验、机动车排放检验", "生态环境监测", "食品", "成品油", "其他")
PEOPLE = ("赵清风", "钱明月", "孙高山", "李流水", "周青松", "吴翠竹")


def pool_rows(count: int, counties: Sequence[str]) -> Iterator[dict[str, str]]:
    """Keyed by column title, as one would type them."""
    for number in range(count):
        county = counties[number % len(counties)]
        body = f"91{county}MA{number:07d}"
        sign = SIGNS[number % 29] + SIGNS[number // 29 % 29] + SIGNS[number // 841 % 29]
        name = f"{sign}{number}检测技术服务有限公司"
        yield {
            "法人单位名称": name,
            "统一社会信用代码": body + uscc.calc_check_digit(body),
            "法人类型": "企业",
            "所在县区": county,
            "单位地址": f"大同市平城区{STREETS[number % 5]}{number % 997}号",
            "法定代表人": PEOPLE[number % 6],
            "法定代表人联系电话": f"0352-0{number % 10**6:06d}",
            "联系人": PEOPLE[number % 5],
            "联系电话": f"0352-0{number * 7 % 10**6:06d}",
            "经营状态": "在营",
            "证书编号": f"2404{number:08d}",
            "被授权机构名称": name,
            "资质认定级别": "省级",
            "发证机关名称": "山西省市场监督管理局",
            "批准日期": f"2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
            "有效日期": f"2030-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
            "证书状态": "有效",
            "领域": DOMAINS[number % 5],
            "国家质检中心": "否",
            "最高管理者": PEOPLE[number % 4],
            "技术负责人": PEOPLE[number % 3],
            "授权签字人": f"{PEOPLE[number % 6]}、{PEOPLE[number * 5 % 6]}",
        }


def write_pool(path: Path, count: int, counties: Sequence[str]) -> None:
    columns = [
        ExportColumn(column.title, lambda row, title=column.title: row.get(title)) for column in pool_table([]).columns
    ]
    with path.open("wb") as stream:
        write_table(stream, [ExportSheet("检查对象名录", columns, pool_rows(count, counties))])
