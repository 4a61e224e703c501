"""The two workbooks, and what their words mean for the person who uploads."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import Region, User
from inspectors.models import Expert, Inspector, PersonState, Pool
from inspectors.queries import matters
from inspectors.rules import kept_bureaus
from institutions.importing.table import domain_choices, domain_synonyms
from institutions.models import Domain
from institutions.queries import region_label
from workbooks.columns import Column, Problem, TableSpec

NOTES = (
    "每行写一人，人员按编号识别：编号已在名录库中的按本行修改，不在的新增。",
    "空白的单元格不改动名录库中已有的内容；要清空某项内容，请在系统的人员页面修改。",
)
INSPECTOR_NOTES = (
    *NOTES,
    "所在单位写全称、简称或代码（如 scjg:140200），只能导入您负责的单位。",
    "部门执法证和省政府执法证都在有效期内，才能参加抽取；有效期以检查当日为准。",
    "可检查领域、执法事项空白表示不限；多项用“、”隔开，执法事项写编码。",
)
EXPERT_NOTES = (
    *NOTES,
    "工作单位与检查对象名录库中的机构同名时，系统自动认定为该机构人员，检查该机构及抽取时予以回避。",
    "所在地区写名称或六位代码，只能导入本辖区的专家。",
)

Meaning = tuple[Any, Problem | None]
"""What a written word stands for, or what is wrong with it."""

STATES = {state.label: state.value for state in PersonState}
STATE_WORDS = {"在岗": "有效", "正常": "有效", "停用": "失效", "离岗": "失效", "退休": "失效"}


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """A workbook: `fields` are the columns that are the model's own, `relations` those that link many."""

    model: type[Inspector] | type[Expert]
    spec: TableSpec
    fields: tuple[str, ...]
    relations: tuple[str, ...]
    meanings: Mapping[str, Callable[[str], Meaning]]


def people_table(pool: str, user: User) -> PeopleTable:
    return inspector_table(user) if pool == Pool.INSPECTORS else expert_table(user)


def inspector_table(user: User) -> PeopleTable:
    columns = inspector_columns()
    own = {"domains", "matters"}
    return PeopleTable(
        Inspector,
        TableSpec("检查人员名录", columns, INSPECTOR_NOTES),
        tuple(column.key for column in columns if column.key not in own),
        ("domains", "matters"),
        {"bureau": bureau_reader(user)},
    )


def expert_table(user: User) -> PeopleTable:
    columns = expert_columns()
    return PeopleTable(
        Expert,
        TableSpec("专家名录", columns, EXPERT_NOTES),
        tuple(column.key for column in columns if column.key != "domains"),
        ("domains",),
        {"region": region_reader(user)},
    )


def inspector_columns() -> tuple[Column, ...]:
    return (
        Column("name", "姓名", required=True, max_length=30, width=12, example="张三"),
        Column("number", "人员编号", "code", required=True, max_length=20, aliases=("编号", "内部编号", "工号"), example="P00001"),
        Column("bureau", "所在单位", required=True, width=28, max_length=60, aliases=("单位", "工作单位"),
               example="大同市市场监督管理局", note="全称、简称或代码"),
        Column("position", "职务", max_length=40, aliases=("担任职务",), example="一级主任科员"),
        Column("department_certificate", "部门执法证号", "code", width=20, max_length=40, aliases=("部门执法证编号", "执法证号")),
        Column("department_certificate_until", "部门执法证有效期至", "date", width=20, aliases=("部门执法证有效期",),
               example="2028-12-31"),
        Column("province_certificate", "省政府执法证号", "code", width=20, max_length=40,
               aliases=("省政府执法证编号", "行政执法证号")),
        Column("province_certificate_until", "省政府执法证有效期至", "date", width=20, aliases=("省政府执法证有效期",),
               example="2028-12-31"),
        Column("domains", "可检查领域", "list", width=30, aliases=("领域", "检查领域"), note="空白表示不限", **_domain_words()),
        Column("matters", "执法事项", "list", width=24, aliases=("执法事项清单范围", "执法事项编码"), note="编码，空白表示不限",
               **_matter_words()),
        Column("can_lead", "可任组长", "boolean", width=10, note="是 或 否", example="否"),
        Column("phone", "联系电话", "phone", max_length=30, aliases=("手机号", "电话"), example="0352-0000000"),
        Column("state", "状态", "choice", width=10, choices=STATES, synonyms=STATE_WORDS, aliases=("人员状态",), example="有效"),
    )  # fmt: skip


def expert_columns() -> tuple[Column, ...]:
    return (
        Column("name", "姓名", required=True, max_length=30, width=12, example="李四"),
        Column("number", "专家编号", "code", required=True, max_length=20, aliases=("编号", "人员编号"), example="E0001"),
        Column("employer", "工作单位", "name", required=True, width=30, max_length=120, aliases=("所在单位", "单位"),
               example="山西某某大学"),
        Column("region", "所在地区", required=True, max_length=50, aliases=("地区", "行政区划"), example="大同市"),
        Column("title", "职称", max_length=40, example="高级工程师"),
        Column("domains", "擅长领域", "list", required=True, width=30, aliases=("领域", "专业领域"), example="生态环境监测",
               **_domain_words()),
        Column("phone", "联系电话", "phone", max_length=30, aliases=("手机号", "电话"), example="0352-0000000"),
        Column("state", "状态", "choice", width=10, choices=STATES, synonyms=STATE_WORDS, example="有效"),
    )  # fmt: skip


def _domain_words() -> dict[str, Any]:
    domains = list(Domain.objects.all())
    return {"choices": domain_choices(domains), "synonyms": domain_synonyms(domains)}


def _matter_words() -> dict[str, Any]:
    known = dict(matters().values_list("pk", "name"))
    return {"choices": {code: code for code in known}, "synonyms": {name: code for code, name in known.items()}}


def bureau_reader(user: User) -> Callable[[str], Meaning]:
    words: dict[str, set[str]] = {}
    for bureau in kept_bureaus(user):
        for word in (bureau.code, bureau.name, bureau.short_name):
            words.setdefault(word.lower(), set()).add(bureau.pk)

    def read(written: str) -> Meaning:
        found = words.get(written.replace(" ", "").lower(), set())
        if len(found) == 1:
            return next(iter(found)), None
        if found:
            return None, Problem(
                "ambiguous_bureau", f"“{written}”可指 {len(found)} 个单位，请改写代码（{'、'.join(sorted(found))}）。"
            )
        return None, Problem("unknown_bureau", f"没有找到您负责的单位“{written}”，请填写单位全称或代码。")

    return read


def region_reader(user: User) -> Callable[[str], Meaning]:
    words: dict[str, set[str]] = {}
    for region in _regions(user):
        for word in (region.pk, region.name, region_label(region)):
            words.setdefault(word, set()).add(region.pk)

    def read(written: str) -> Meaning:
        found = words.get(written.replace(" ", ""), set())
        if len(found) == 1:
            return next(iter(found)), None
        if found:
            return None, Problem(
                "ambiguous_region",
                f"辖区内有 {len(found)} 个“{written}”，请改写六位代码（{'、'.join(sorted(found))}）。",
            )
        return None, Problem("unknown_region", f"没有找到本辖区的地区“{written}”，请填写名称或六位代码。")

    return read


def _regions(user: User) -> Iterable[Region]:
    return Region.objects.filter(code__startswith=user.scope or "").select_related("parent")
