"""The steps of the tour through a Datong campaign, each as a person takes it on the screen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.factories import accounts
from tests.journeys.visitor import Visitor

CITY_NAME, POLICE_NAME, ECOLOGY_NAME = "大同市市场监督管理局", "大同市公安局", "大同市生态环境局"
NUMBER = "140200-2025-92"
TITLE = "2025年度检验检测机构监督抽查"
USUAL_EXCLUSIONS = ("资质认定证书不在有效状态", "机构不在营", "本年度已被检查", "已被上级抽取")
FROM_THE_COUNTY = "机构所在县区的市场监管部门"


@dataclass(frozen=True)
class Slot:
    source: str
    number: int
    role: str = "执法检查人员"


@dataclass(frozen=True)
class Line:
    title: str
    code: str
    count: int
    slots: Sequence[Slot]
    domain: str = ""
    partners: tuple[str, ...] = ()
    excluded_owners: tuple[str, ...] = ()


VEHICLE = Line(
    "机动车检验检测机构", "vehicle", 2,
    (Slot(CITY_NAME, 2), Slot(POLICE_NAME, 1), Slot(ECOLOGY_NAME, 1), Slot(FROM_THE_COUNTY, 1, "配合人员")),
    domain="机动车检验", partners=(POLICE_NAME, ECOLOGY_NAME),
)  # fmt: skip
ECO = Line(
    "生态环境检测机构", "eco", 1,
    (Slot(CITY_NAME, 2), Slot(ECOLOGY_NAME, 1), Slot(FROM_THE_COUNTY, 1, "配合人员")),
    domain="生态环境监测", partners=(ECOLOGY_NAME,), excluded_owners=("生态环境",),
)  # fmt: skip
OTHER = Line(
    "其他类型检验检测机构", "other", 1, (Slot(CITY_NAME, 2), Slot(FROM_THE_COUNTY, 1, "配合人员"))
)  # fmt: skip


INSTITUTIONS, INSPECTORS = "/institutions/import/", "/inspectors/import/inspectors/"


def import_pool(visitor: Visitor, where: str, workbook: Path) -> None:
    """Upload, dry run with its report, and the import."""
    upload(visitor, where, workbook)
    visitor.sees("没有错误", "确认导入")
    visitor.press("确认导入")
    visitor.sees("已导入")
    visitor.look()


def upload(visitor: Visitor, where: str, workbook: Path) -> None:
    visitor.go(where)
    visitor.page.locator("main input[type=file]").set_input_files(workbook)
    visitor.press("上传并试运行")


def create_campaign(visitor: Visitor) -> None:
    visitor.go("/campaigns/")
    visitor.open("新建抽查活动")
    visitor.go("/campaigns/new/blank/")
    visitor.fill("活动编号", NUMBER)
    visitor.fill("名称", TITLE)
    visitor.fill("年度", "2025")
    visitor.fill("发文字号", "同市监认证〔2025〕92号")
    visitor.fill("发文日期", "2025-09-09")
    visitor.fill("每人最多任务数", "4")
    visitor.press("保存")
    visitor.sees("活动已建立")


def say_who_when_and_whence(visitor: Visitor) -> None:
    """Issuers, stages and sources of randomness."""
    fill_rows(visitor, "issuers", [{"发文机关": name} for name in (CITY_NAME, POLICE_NAME, ECOLOGY_NAME)])
    on_site = {"类别": "现场检查", "名称": "现场检查", "开始日期": "2025-09-16", "截止日期": "2025-11-15"}
    fill_rows(visitor, "stages", [on_site])
    bureaus = [{"类别": "参与单位", "单位": name} for name in (CITY_NAME, POLICE_NAME, ECOLOGY_NAME)]
    others = [
        {"类别": "见证人", "单位": CITY_NAME, "名称": "纪检"},
        {"类别": "公开数值", "名称": "双色球2025105期"},
    ]
    fill_rows(visitor, "sources", [*bureaus, *others])


def fill_rows(visitor: Visitor, part: str, rows: Sequence[dict[str, str]]) -> None:
    campaign = visitor.page.url
    visitor.page.locator(f'main a[href$="/edit/{part}/"]').click()
    for number, row in enumerate(rows, start=1):
        legend = visitor.row(str(number))
        for label, value in row.items():
            visitor.fill(label, value, within=legend)
    visitor.press("保存")
    visitor.sees("已保存")
    assert visitor.page.url == campaign


def add_line(visitor: Visitor, line: Line, *, seen: str = "") -> None:
    """Type the rule, read in the preview beside it what it would give, keep it."""
    visitor.open("添加条目")
    fill_line(visitor, line)
    if seen:
        visitor.sees(seen)
        visitor.look()
    visitor.press("保存条目")
    visitor.sees(f"条目“{line.title}”已保存")


def fill_line(visitor: Visitor, line: Line) -> None:
    visitor.fill("名称", line.title)
    visitor.fill("代码", line.code)
    if line.domain:
        visitor.fill("领域", line.domain)
    else:
        visitor.tick("其他各领域")
    visitor.tick(*line.partners, within=visitor.group("配合单位"))
    visitor.fill("数量", str(line.count))
    visitor.tick(*line.excluded_owners, within=visitor.group("排除这些部门所属的机构"))
    visitor.tick(*USUAL_EXCLUSIONS)
    for number, slot in enumerate(line.slots, start=1):
        row = visitor.row(f"席位 {number}")
        visitor.fill("身份", slot.role, within=row)
        visitor.fill("从哪里抽", slot.source, within=row)
        visitor.fill("人数", str(slot.number), within=row)


def receive_allotment(visitor: Visitor, workbook: Path) -> None:
    visitor.open("分配助手")
    visitor.attach("上级下发的名单", workbook)
    visitor.fill("来源", "晋市监发〔2025〕174号")
    visitor.press("上传并核对")
    visitor.sees("已接收")


def propose(visitor: Visitor) -> None:
    visitor.go("/workbench/")
    visitor.open("去提请协商")
    visitor.press("提请协商")
    visitor.sees("已提请各单位协商")


def agree(visitor: Visitor, *, lines: int) -> None:
    """From the workbench to the campaign, and 同意 to every line that waits for this bureau."""
    visitor.go("/workbench/")
    visitor.open("去回复")
    for _ in range(lines):
        visitor.press("同意")
        visitor.sees("已回复条目")


def freeze(officer: Visitor, approver: Visitor) -> None:
    """Two people; ends on the page of the draw. How far the job came is under the approver's 我的文件."""
    officer.go("/workbench/")
    officer.open("去提请冻结")
    officer.press("提请冻结")
    officer.sees("等待本单位另一位负责人审批")
    approve(approver, "冻结两库")
    officer.open(NUMBER)
    officer.open("冻结与抽取")
    officer.sees("承诺摘要")
    officer.look()


def approve(approver: Visitor, act: str, *, password: str = accounts.PASSWORD) -> None:
    """From the workbench to the proposal, and yes with the password."""
    approver.go("/workbench/")
    approver.open("去审批")
    approver.fill("您的登录密码", password)
    approver.press(f"同意{act}")
    expect(approver.page).to_have_url(re.compile("/campaigns/"))


def commit(visitor: Visitor, value: str = "") -> None:
    """Seal a value, by default one that the browser makes, and publish its digest."""
    visitor.go("/workbench/")
    visitor.open("去承诺")
    if value:
        visitor.fill("定一个数", value)
    else:
        visitor.press("让浏览器产生")
    visitor.sees("封条（承诺摘要）")
    visitor.tick("承诺单已打印或抄好")
    visitor.press("公布承诺")
    visitor.sees("承诺已公布")
    visitor.look()


def enter_public_value(visitor: Visitor, value: str) -> None:
    visitor.go("/workbench/")
    visitor.open("去录入")
    visitor.fill("公开数值", value)
    visitor.fill("出处", "中国福利彩票网站开奖公告")
    visitor.fill("产生时间", f"{timezone.localtime():%Y-%m-%dT%H:%M}")
    visitor.press("录入公开数值")
    visitor.sees("公开数值已录入，不能再更改")


def reveal(visitor: Visitor) -> None:
    """The value is still in the browser that sealed it."""
    visitor.go("/workbench/")
    visitor.open("去揭示")
    visitor.sees("与公布的封条一致")
    visitor.look()
    visitor.press("揭示")
    visitor.sees("已揭示，与承诺摘要一致")


def draw(officer: Visitor, approver: Visitor) -> dict[str, list[str]]:
    """Two people; the names that were drawn, by line."""
    officer.go("/workbench/")
    officer.open("去提请抽取")
    officer.press("提请抽取")
    approve(approver, "抽取")
    officer.open("冻结与抽取")
    officer.sees("结果摘要")
    officer.look()
    result = officer.card("抽取结果")
    titles = [title.split("，")[0] for title in result.get_by_role("heading", level=3).all_inner_texts()]
    tables = result.locator("tbody").all()
    return {
        title: table.locator("td[data-label=机构]").all_inner_texts()
        for title, table in zip(titles, tables, strict=True)
    }


def disclose(approver: Visitor) -> None:
    approver.go("/campaigns/")
    approver.open(TITLE)
    approver.open("冻结与抽取")
    approver.page.locator("summary", has_text="公开全文").click()
    approver.look()
    approver.press("确认公开")
    approver.sees("抽取全文已公开")


def dispatch(visitor: Visitor) -> None:
    visitor.go("/workbench/")
    visitor.open("去派发")
    visitor.press("派发任务")
    visitor.sees("任务已派发")


def issue_notices(visitor: Visitor, *, tasks: int) -> None:
    """For the tasks that this bureau organises itself, which are the drawn ones, once the teams have declared."""
    visitor.go("/workbench/")
    visitor.open("去签发")
    visitor.press("检查组全体成员已书面声明无利害关系")
    visitor.sees_no("没有作回避声明")
    visitor.fill("方式", "随机抽取", within=visitor.page.get_by_role("search"))
    expect(visitor.page.locator("main tbody tr")).to_have_count(tasks)
    visitor.tick("全选本页")
    visitor.press("为选中的任务签发检查通知书")
    visitor.sees(f"已签发 {tasks} 份检查通知书")


def open_documents(visitor: Visitor) -> None:
    visitor.go("/campaigns/")
    visitor.open(TITLE)
    visitor.open("文书与名单")


def download_made(visitor: Visitor, into: Path) -> Path:
    """What a worker makes once it was asked for; waits on the page of the job."""
    with visitor.downloads(into):
        visitor.page.locator("main").get_by_role("link", name="下载").click()
    return into


def text_of(pdf: Path) -> str:
    """Without any white space, for lines break anywhere."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(pdf).pages)
