"""The pool workbook: one row per certificate, in the words of the self-check form's header.

An empty cell says nothing: what the pool holds stays. So the same file can be uploaded twice, and an export of the
pool uploaded again changes nothing.
"""

from collections.abc import Iterable

from accounts.models import Department, Region
from institutions.codes import is_certificate_number, is_organisation_code, is_uscc
from institutions.models import CertificateLevel, CertificateState, CreditClass, Domain, InstitutionState, LegalType
from institutions.queries import region_label
from workbooks.columns import Column, Problem, TableSpec

TITLE = "检查对象名录"
NOTES = (
    "每行写一张资质认定证书。一家机构有几张证书就写几行，各行的机构信息应当一致（只在第一行填写也可以）。",
    "空白的单元格不改动名录库中已有的内容；要清空某项内容，请在系统的机构页面修改。",
    "机构按统一社会信用代码识别；没有统一社会信用代码的机构填写九位组织机构代码。代码的校验码不正确时不能导入。",
    "所在县区写名称或六位代码，如“平城区”或“140213”；辖区内有重名时写代码，或写成“大同市平城区”。",
    "领域可以写名称、常用别名或代码，多项用“、”隔开；授权签字人多名用“、”隔开。",
)

CERTIFICATE_KEYS = (
    "number", "authorised_name", "level", "issuer", "approved_on", "valid_until", "certificate_state", "domains",
    "is_national_centre", "top_manager", "technical_lead", "signatories",
)  # fmt: skip


def uscc_problem(code: str) -> Problem | None:
    if is_uscc(code):
        return None
    if len(code) != 18:
        return Problem("uscc", f"统一社会信用代码应为 18 位，这里有 {len(code)} 位，请核对。")
    return Problem("uscc", f"统一社会信用代码“{code}”的校验码不正确，请对照营业执照或法人证书核对。")


def organisation_code_problem(code: str) -> Problem | None:
    if is_organisation_code(code):
        return None
    return Problem("organisation_code", f"组织机构代码“{code}”应为 9 位且校验码正确（不带短横线），请核对。")


def certificate_number_problem(number: str) -> Problem | None:
    if is_certificate_number(number):
        return None
    return Problem(
        "certificate_number", f"证书编号“{number}”不是 12 位数字，请核对；如确为旧式编号可以导入。", "warning"
    )


def people_problem(names: tuple[str, ...]) -> Problem | None:
    too_long = [name for name in names if len(name) > 30]
    return Problem("too_long", f"“{too_long[0][:10]}…”超过 30 个字，多名授权签字人请用“、”隔开。") if too_long else None


def pool_table(counties: Iterable[Region], *, county_choices: bool = False) -> TableSpec:
    """The table as one person fills it in: counties are those of their region.

    The template offers the counties as a drop-down; the reader takes any text and judges it itself.
    """
    county = Column(
        "county", "所在县区", "choice" if county_choices else "text", required=True, width=18, example="大同市平城区",
        aliases=("所在地", "县区", "行政区划", "所属县区", "所在区县", "县（市、区）"), max_length=None if county_choices else 50,
        choices={region_label(region): region.pk for region in counties} if county_choices else {},
        note="名称或六位代码",
    )  # fmt: skip
    return TableSpec(
        TITLE, (*institution_columns()[:5], county, *institution_columns()[5:], *certificate_columns()), NOTES
    )


def institution_columns() -> list[Column]:
    departments = list(Department.objects.all())
    return [
        Column("name", "法人单位名称", "name", required=True, width=34, max_length=120, example="大同市某某检测有限公司",
               aliases=("单位名称", "机构名称", "法人名称", "企业名称"), note="与营业执照或法人证书一致"),
        Column("uscc", "统一社会信用代码", "code", width=24, max_length=30, lengths=(18,), check=uscc_problem,
               example="91140200MA0EXAMPLE", aliases=("社会信用代码", "信用代码", "组织机构代码/社会信用代码")),
        Column("organisation_code", "组织机构代码", "code", width=16, max_length=20, lengths=(9,),
               check=organisation_code_problem, note="没有统一社会信用代码时填写"),
        Column("legal_type", "法人类型", "choice", width=12, choices={kind.label: kind.value for kind in LegalType},
               synonyms={"事业": "事业单位", "企业法人": "企业", "事业单位法人": "事业单位", "其他": "其他组织"}, example="企业"),
        Column("owner_department", "所属部门", "choice", width=14, aliases=("举办部门", "主管部门"),
               choices={department.short_name: department.pk for department in departments},
               synonyms={department.name: department.short_name for department in departments},
               note="由行政部门举办的机构填写，如生态环境部门所属监测机构"),
        Column("address", "单位地址", "text", width=34, max_length=200, aliases=("地址", "住所", "注册地址"),
               example="大同市平城区某某街1号"),
        Column("legal_representative", "法定代表人", "text", width=12, max_length=30, example="张三"),
        Column("legal_representative_phone", "法定代表人联系电话", "phone", width=18, max_length=30,
               aliases=("法定代表人电话", "法人电话"), example="0352-0000000"),
        Column("contact", "联系人", "text", width=12, max_length=30, example="李四"),
        Column("contact_phone", "联系电话", "phone", width=18, max_length=30, aliases=("联系人电话", "电话"),
               example="0352-0000000"),
        Column("state", "经营状态", "choice", width=10, choices={state.label: state.value for state in InstitutionState},
               synonyms={"正常": "在营", "存续": "在营", "营业": "在营", "歇业": "停业"}, aliases=("状态",), example="在营"),
        Column("credit_class", "信用风险分类", "choice", width=12, choices={kind.value: kind.value for kind in CreditClass},
               synonyms={f"{kind}类": kind.value for kind in CreditClass} | {kind.label: kind.value for kind in CreditClass},
               note="内部使用，不对外公开"),
    ]  # fmt: skip


def certificate_columns() -> list[Column]:
    domains = list(Domain.objects.all())
    return [
        Column("number", "证书编号", "code", width=18, max_length=30, check=certificate_number_problem,
               aliases=("资质认定证书编号", "CMA证书编号", "证书号"), example="250412000001"),
        Column("authorised_name", "被授权机构名称", "name", width=34, max_length=120, note="空白时与法人单位名称相同"),
        Column("level", "资质认定级别", "choice", width=12, aliases=("级别", "发证级别"),
               choices={level.label: level.value for level in CertificateLevel},
               synonyms={"国家": "国家级", "省": "省级", "国家局": "国家级", "省局": "省级"}, example="省级"),
        Column("issuer", "发证机关名称", "text", width=24, max_length=60, aliases=("发证机关",), example="山西省市场监督管理局"),
        Column("approved_on", "批准日期", "date", width=12, aliases=("发证日期", "有效期起"), example="2025-01-10"),
        Column("valid_until", "有效日期", "date", width=12, aliases=("有效期至", "有效期止", "证书有效期"), example="2031-01-09"),
        Column("certificate_state", "证书状态", "choice", width=10, example="有效",
               choices={state.label: state.value for state in CertificateState}, synonyms={"正常": "有效"}),
        Column("domains", "领域", "list", width=30, aliases=("检验检测领域", "检测领域"), choices=domain_choices(domains),
               synonyms=domain_synonyms(domains), example="机动车安全技术检验、机动车排放检验"),
        Column("is_national_centre", "国家质检中心", "boolean", width=12, note="是 或 否"),
        Column("top_manager", "最高管理者", "text", width=12, max_length=30, example="王五"),
        Column("technical_lead", "技术负责人", "text", width=12, max_length=30, example="赵六"),
        Column("signatories", "授权签字人", "list", width=24, check=people_problem, example="钱七、孙八"),
    ]  # fmt: skip


def domain_choices(domains: Iterable[Domain]) -> dict[str, str]:
    return {domain.name: domain.pk for domain in domains}


def domain_synonyms(domains: Iterable[Domain]) -> dict[str, str]:
    """Aliases and codes → name."""
    return {word: domain.name for domain in domains for word in (*domain.aliases, domain.pk)}
