"""The accounts of the demo, listed on its sign-in page and written by the command `seed_demo`. Invented people."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import Role, User

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


def _officer(place: str, name: str, title: str, region: str, what_to_try: str) -> DemoAccount:
    return DemoAccount(f"{place}-officer", name, f"{title}经办人", (Role.LEAD_OFFICER,), f"scjg:{region}", what_to_try)


def _approver(place: str, name: str, title: str, region: str) -> DemoAccount:
    what = "批准冻结和抽取，主持联合研判，批准公示"
    return DemoAccount(f"{place}-approver", name, f"{title}负责人", (Role.LEAD_APPROVER,), f"scjg:{region}", what)


def _partner(username: str, name: str, title: str, bureau: str) -> DemoAccount:
    what = "答复计划条目，提交随机数，录入本部门检查结果和处理决定"
    return DemoAccount(username, name, f"{title}联络员", (Role.PARTNER_LIAISON,), bureau, what)


def _watcher(place: str, name: str, title: str, region: str) -> DemoAccount:
    return DemoAccount(
        f"{place}-supervisor", name, f"{title}纪检监督", (Role.SUPERVISOR,), f"scjg:{region}", "全程查看，复核抽取结果"
    )


XINZHOU_ACCOUNTS = (
    _officer("xinzhou", "卫东明", "忻州市局", "140900", "从计划、抽取到公示：两个领域各有发起单位和比例"),
    _approver("xinzhou", "霍志远", "忻州市局", "140900"),
    _partner("xinzhou-police", "郝建军", "忻州市公安", "ga:140900"),
    _partner("xinzhou-ecology", "樊静", "忻州市生态环境", "sthj:140900"),
    _county("xinfu-county", "邢海峰", "忻府区局经办人", "140902"),
    _watcher("xinzhou", "米正", "忻州市局", "140900"),
)
JINCHENG_ACCOUNTS = (
    _officer("jincheng", "段立新", "晋城市局", "140500", "专项整治不抽取：全部列入检查，生成检查信息汇总表"),
    _approver("jincheng", "牛宏伟", "晋城市局", "140500"),
    _county("gaoping-county", "申晓燕", "高平市局经办人", "140581"),
    _county("zezhou-county", "司志强", "泽州县局经办人", "140525"),
)
SHANXI_ACCOUNTS = (
    _officer("shanxi", "马俊峰", "山西省局", "140000", "“回头看”：复核以前认定的问题，转发文件，收各市总结"),
    _approver("shanxi", "武文涛", "山西省局", "140000"),
    _partner("shanxi-police", "雷振国", "山西省公安厅", "ga:140000"),
    _partner("shanxi-ecology", "温雅", "山西省生态环境厅", "sthj:140000"),
    _partner("shanxi-housing", "乔建业", "山西省住建厅", "zj:140000"),
    _partner("shanxi-transport", "路畅", "山西省交通运输厅", "jt:140000"),
    _officer("taiyuan", "白雪梅", "太原市局", "140100", "接收省局移送的线索并反馈，报送总结"),
    _watcher("shanxi", "成廉", "山西省局", "140000"),
)
NATIONAL_ACCOUNTS = (
    _officer("national", "沈国安", "市场监管总局", "000000", "在十一个领域抽取 100 家，至少 20 家国家质检中心"),
    _approver("national", "凌志高", "市场监管总局", "000000"),
    _partner("national-police", "岳峰", "公安部", "ga:000000"),
    _partner("national-natural", "石磊", "自然资源部", "zrzy:000000"),
    _partner("national-ecology", "叶青", "生态环境部", "sthj:000000"),
    _partner("national-transport", "陆通", "交通运输部", "jt:000000"),
    _partner("national-water", "江涛", "水利部", "sl:000000"),
    _partner("national-customs", "关海宁", "海关总署", "hg:000000"),
    _partner("national-drugs", "康宁", "国家药监局", "yj:000000"),
    _officer("hebei", "燕山", "河北省局", "130000", "接收跨省线索，查实后反馈"),
    _watcher("national", "严明", "市场监管总局", "000000"),
)
NOTICE_ACCOUNTS = {
    "xinzhou-2023": XINZHOU_ACCOUNTS,
    "datong-2025": tuple(
        account for account in DEMO_ACCOUNTS if account.bureau.endswith(("140200", "140213", "140214", "140000"))
    ),
    "shanxi-2024": SHANXI_ACCOUNTS,
    "national-2023": NATIONAL_ACCOUNTS,
    "jincheng-2022": JINCHENG_ACCOUNTS,
}
"""Who acts in the demo of a notice, beside the administrators and an institution's clerk and representative."""


def accounts_of(notice: str) -> tuple[DemoAccount, ...]:
    others = tuple(account for account in DEMO_ACCOUNTS if not account.bureau)
    return (*NOTICE_ACCOUNTS[notice], *others)


def demo_accounts() -> list[dict[str, str]]:
    """What the sign-in page lists; nothing outside the demo. Those of the notice that was seeded, else the demo's."""
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
        for account in _known() or DEMO_ACCOUNTS
    ]


def _known() -> list[DemoAccount]:
    names = set(User.objects.filter(is_active=True).values_list("username", flat=True))
    for accounts in (DEMO_ACCOUNTS, *map(accounts_of, NOTICE_ACCOUNTS)):
        if accounts[0].username in names:
            return [account for account in accounts if account.username in names]
    return []
