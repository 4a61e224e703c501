"""README's tour, walked by a browser: from two empty pools to the lists of the counties and the notices."""

import subprocess
import sys

import pytest

from accounts.models import Role
from institutions.models import Institution
from tests.factories import accounts, institutions
from tests.journeys import datong, workbooks

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.long]


def test_datong_from_two_workbooks_to_lists_and_notices(people, enter, tmp_path):
    officer = enter("datong-officer")
    fill_both_pools(officer, tmp_path)
    plan(officer, tmp_path)
    approver, police, ecology, witness = map(enter, ("datong-approver", "police", "ecology", "witness"))
    datong.agree(police, lines=1)
    datong.agree(ecology, lines=2)
    datong.freeze(officer, approver)
    contribute(officer, police, ecology, witness)
    drawn = drawn_as_planned(datong.draw(officer, approver))
    datong.dispatch(officer)

    county_takes_its_list(enter("pingcheng"), drawn, tmp_path)
    datong.issue_notices(officer, tasks=4)
    county_prints_its_notices(officer, drawn, tmp_path)
    campaign_notice_is_drafted(officer, tmp_path)
    institution_reads_its_notice(enter, drawn["eco"][0], tmp_path)
    anyone_verifies(approver, tmp_path)
    approver.go("/files/")
    assert all("已完成" in row for row in approver.table())
    approver.sees("冻结两库：", "抽取：")
    for page in ("/institutions/", "/inspectors/", "/matters/", "/reports/", "/campaigns/"):
        officer.go(page)


def fill_both_pools(officer, folder):
    pool = workbooks.write(folder / "名录.xlsx", workbooks.institution_rows(), title="大同市检查对象名录")
    datong.import_pool(officer, datong.INSTITUTIONS, pool)
    people = workbooks.write(folder / "人员.xlsx", workbooks.inspector_rows(), title="大同市检查人员名录")
    datong.import_pool(officer, datong.INSPECTORS, people)


def plan(officer, folder):
    datong.create_campaign(officer)
    datong.say_who_when_and_whence(officer)
    datong.add_line(officer, datong.VEHICLE, seen="机动车检验检测机构 8 家，按固定数量抽 2 家")
    datong.add_line(officer, datong.ECO, seen="生态环境检测机构 4 家，排除 1 家")
    datong.add_line(officer, datong.OTHER, seen="其他类型检验检测机构 8 家，按固定数量抽 1 家")
    handed_down = workbooks.write(folder / "下发.xlsx", workbooks.handed_down(), title="省局下发名单")
    datong.receive_allotment(officer, handed_down)
    assert [row[1:] for row in officer.rows("各领域")] == [
        ["3 家", "2 家", "2 家", "0 家", "1 家"],
        ["0 家", "1 家", "0 家", "1 家", "0 家"],
        ["2 家", "1 家", "1 家", "0 家", "1 家"],
    ]
    datong.propose(officer)


def contribute(officer, police, ecology, witness):
    """Everybody seals, the lottery is drawn, everybody opens."""
    datong.commit(officer, "大同 3 5 1 六六大顺 20250909")
    for other in (police, ecology, witness):
        datong.commit(other)
    datong.enter_public_value(officer, "03 08 15 16 24 30 + 07")
    for person in (officer, police, ecology, witness):
        datong.reveal(person)


def drawn_as_planned(result):
    """Two, one and one; inside what the province handed down where it handed down anything."""
    drawn = {line.code: result[line.title] for line in (datong.VEHICLE, datong.ECO, datong.OTHER)}
    assert {code: len(names) for code, names in drawn.items()} == {"vehicle": 2, "eco": 1, "other": 1}
    assert {*drawn["vehicle"], *drawn["other"]} < set(workbooks.received())
    assert set(drawn["eco"]) < {f"大同市{name}环境监测有限公司" for name in workbooks.ECOLOGY[:3]}
    return drawn


def anyone_verifies(approver, folder):
    """Once the on-site phase is over and the approver has disclosed the draw."""
    datong.disclose(approver)
    transcript = folder / "transcript.json"
    with approver.downloads(transcript):
        approver.page.get_by_role("link", name="下载抽取全文").click()
    verified = subprocess.run([sys.executable, "-m", "campaigns.draw", "verify", transcript], check=False)
    assert verified.returncode == 0


def county_takes_its_list(county, drawn, folder):
    """At once after signing in: what, until when, and one button. In Pingcheng lies all that was handed down."""
    county.sees("派发到本地区 5 项检查任务", "11月15日")
    with county.downloads(folder / "任务清单.xlsx"):
        county.page.get_by_role("link", name="下载任务清单").click()
    rows = workbooks.read(folder / "任务清单.xlsx", "任务清单", header="序号")
    details = workbooks.read(folder / "任务清单.xlsx", "明细", header="序号")
    own = drawn["vehicle"] + drawn["other"]
    expected = {code: (name, "随机抽取" if name in own else "上级分配") for name, code in workbooks.received().items()}
    assert {row["统一社会信用代码"]: (row["机构名称"], row["方式"]) for row in details} == expected
    teams = {row["机构名称"]: len(row["检查组"].split("\n")) for row in rows}
    assert teams == {name: 5 if name in drawn["vehicle"] else 3 if name in own else 1 for name in workbooks.received()}
    county.open("检查任务")
    assert county.page.locator("main tbody tr").count() == 5


def county_prints_its_notices(officer, drawn, folder):
    datong.open_documents(officer)
    officer.press("合并 PDF", within=officer.page.get_by_role("row", name="平城区"))
    text = datong.text_of(datong.download_made(officer, folder / "检查通知书.pdf"))
    assert [name for name in workbooks.received() if name in text] == [
        name for name in workbooks.received() if name in drawn["vehicle"] + drawn["other"]
    ]
    assert drawn["eco"][0] not in text


def campaign_notice_is_drafted(officer, folder):
    datong.open_documents(officer)
    officer.press("生成抽查通知 PDF")
    text = datong.text_of(datong.download_made(officer, folder / "通知.pdf"))
    assert "同市监认证〔2025〕92号" in text
    assert all(name in text for name in (datong.CITY_NAME, datong.POLICE_NAME, datong.ECOLOGY_NAME))


def institution_reads_its_notice(enter, name, folder):
    clerk = accounts.user("clerk", Role.INSTITUTION_CLERK, name="郭小燕", password=accounts.PASSWORD)
    institutions.represents(clerk, Institution.objects.get(name=name))
    visitor = enter("clerk")
    visitor.sees(f"{name}收到{datong.CITY_NAME}的检查通知书")
    visitor.open("查看通知")
    with visitor.downloads(folder / "notice.pdf"):
        visitor.page.get_by_role("link", name="下载检查通知书").click()
    assert name in datong.text_of(folder / "notice.pdf")
