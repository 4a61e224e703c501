"""The accounts of the demo, listed on its sign-in page and written by the command `seed_demo`. Invented people."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import Role

DEMO_PASSWORD = "LianChou-2025"  # noqa: S105  # of the demo only, which production refuses to run


@dataclass(frozen=True, slots=True)
class DemoAccount:
    username: str
    name: str
    title: str
    roles: tuple[Role, ...]
    bureau: str
    """Code of the bureau; empty for administrators and people of institutions."""
    what_to_try: str


def _county(username: str, name: str, title: str, code: str) -> DemoAccount:
    return DemoAccount(username, name, title, (Role.COUNTY_OFFICER,), f"scjg:{code}", "下载本县区任务清单和检查通知书")


DEMO_ACCOUNTS = (
    DemoAccount(
        "datong-officer", "张启明", "大同市局经办人", (Role.LEAD_OFFICER,), "scjg:140200",
        "从工作台进入大同2025活动：冻结两库、抽取、派发；在工作看板看正在实施的检查",
    ),
    DemoAccount(
        "datong-approver", "李文博", "大同市局负责人", (Role.LEAD_APPROVER,), "scjg:140200", "批准冻结和抽取，主持联合研判"
    ),
    DemoAccount(
        "datong-police", "王建国", "大同市公安联络员", (Role.PARTNER_LIAISON,), "ga:140200",
        "提交抽取的随机数，登记取消检验资格的决定",
    ),
    DemoAccount(
        "datong-ecology", "赵晓岚", "大同市生态环境联络员", (Role.PARTNER_LIAISON,), "sthj:140200",
        "提交抽取的随机数，修改退回的检查结果",
    ),
    _county("pingcheng-county", "刘海燕", "平城区局经办人", "140213"),
    _county("yungang-county", "陈志远", "云冈区局经办人", "140214"),
    DemoAccount(
        "datong-inspector", "孙立军", "大同市局执法人员", (Role.INSPECTOR,), "scjg:140200",
        "用手机打开“现场检查”：一场正在检查，与同事有一处录入不一致",
    ),
    DemoAccount(
        "datong-supervisor", "周正清", "大同市局纪检监督", (Role.SUPERVISOR,), "scjg:140200", "全程查看，复核抽取结果"
    ),
    DemoAccount(
        "shanxi-officer", "马俊峰", "山西省局经办人", (Role.LEAD_OFFICER,), "scjg:140000", "查看全省名录库和各市活动"
    ),
    DemoAccount(
        "institution-clerk", "郭小燕", "检验检测机构经办人", (Role.INSTITUTION_CLERK,), "", "填报本机构自查表（已填一半），报告整改情况"
    ),
    DemoAccount(
        "institution-head", "高振华", "机构法定代表人", (Role.LEGAL_REPRESENTATIVE,), "", "阅读自查表、在线签署诚信守法承诺书"
    ),
    DemoAccount(
        "sysadmin", "韩东", "系统管理员", (Role.SYSTEM_ADMINISTRATOR,), "", "新建用户、设置单位；看不到业务数据"
    ),
    DemoAccount(
        "secadmin", "冯洁", "安全管理员", (Role.SECURITY_ADMINISTRATOR,), "", "授予和收回角色，不能授予自己"
    ),
    DemoAccount("auditor", "杨慎", "审计管理员", (Role.AUDITOR,), "", "查询审计记录，核验记录链是否完整"),
)  # fmt: skip


def demo_accounts() -> list[dict[str, str]]:
    """What the sign-in page lists; nothing outside the demo."""
    if not settings.DEMO:
        return []
    return [
        {
            "role": account.title,
            "name": account.name,
            "username": account.username,
            "password": DEMO_PASSWORD,
            "what_to_try": account.what_to_try,
        }
        for account in DEMO_ACCOUNTS
    ]
