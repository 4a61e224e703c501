"""The sheets against figures that plain SQL counts, and as other programs read them."""
# ruff: noqa: S608  # the SQL is put together of constants

import io
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from accounts.models import Role
from reports.sheets import SHEETS, make_sheet, sheets_for
from reports.sheets.platform_results import category_codes
from tests.factories import accounts, institutions
from tests.reports.sheets_world import HOSTILE, LINES, TITLE, YUNGANG, World

pytestmark = pytest.mark.django_db

LIVE = "t.campaign_id = %(campaign)s AND t.state NOT IN ('replaced', 'cancelled')"
STANDING = "SELECT 1 FROM visits_finding f JOIN visits_departmentresult r ON r.id = f.result_id WHERE r.task_id = t.id AND r.state = 'final' AND f.state <> 'withdrawn'"
DECIDED = "SELECT 1 FROM visits_measure m WHERE m.task_id = t.id AND m.state IN ('decided', 'done')"
INSPECTED = f"""(t.state = 'adopted' OR EXISTS ({STANDING}) OR EXISTS (
    SELECT 1 FROM visits_visit v WHERE v.task_id = t.id AND v.state = 'ended' AND v.outcome = 'inspected'))"""
ORDERED = f"""(EXISTS (SELECT 1 FROM visits_rectification o WHERE o.task_id = t.id)
    OR EXISTS ({DECIDED} AND m.kind IN ('order', 'self')))"""
IN_DOMAIN = """(l.id = t.line_id OR EXISTS (
    SELECT 1 FROM institutions_certificate c JOIN institutions_certificate_domains d ON d.certificate_id = c.id
    JOIN institutions_domain x ON x.code = d.domain_id
    WHERE c.institution_id = t.institution_id AND (x.code = l.domain_id OR x.parent_id = l.domain_id)))"""
SUMMED = "SELECT {what} FROM visits_measure m JOIN campaigns_task t ON t.id = m.task_id WHERE t.line_id = l.id AND m.state IN ('decided', 'done')"
INSTITUTIONS = (
    INSPECTED,
    f"EXISTS ({STANDING} AND f.severity <> 'general')",
    f"EXISTS ({STANDING} AND f.severity IN ('false', 'untrue'))",
    ORDERED,
    f"EXISTS ({DECIDED} AND m.kind IN ('revocation', 'deregistration'))",
)
MONEY = SUMMED.format(what="COALESCE(SUM(m.amount), 0)") + " AND m.kind IN ('fine', 'confiscation')"
POLICE = SUMMED.format(what="COUNT(*)") + " AND m.kind = 'police'"


@pytest.fixture
def world():
    return World()


def ask(sql, world):
    with connection.cursor() as cursor:
        cursor.execute(sql, {"campaign": world.campaign.pk})
        return cursor.fetchall()


def counted(world, conditions, where):
    """Each line's figures by SQL, then money in 万元 and cases."""
    figures = ", ".join(f"(SELECT COUNT(*) FROM campaigns_task t WHERE {LIVE} AND {where} AND {each})" for each in conditions)  # fmt: skip
    rows = ask(f"SELECT {figures}, ({MONEY}), ({POLICE}) FROM campaigns_planline l WHERE l.campaign_id = %(campaign)s ORDER BY l.position", world)  # fmt: skip
    return [[*row[:-2], float(row[-2]) / 10_000, row[-1]] for row in rows]


def book(key, world, user=None):
    content = make_sheet(key, world.again, user or world.lead)
    return CalamineWorkbook.from_filelike(io.BytesIO(content)), content


def rows_of(found, sheet=0):
    return found.get_sheet_by_index(sheet).to_python()


def sums_of(rows):
    return [pytest.approx(sum(column)) for column in zip(*rows, strict=True)]


def test_inspection_summary_is_the_annex_of_jincheng_counted_as_sql_counts(world):
    found, content = book("inspection-summary", world)
    rows = rows_of(found)
    expected = counted(world, INSTITUTIONS, IN_DOMAIN)

    assert rows[0][0] == "附件："
    assert rows[1][0] == f"{TITLE}检查信息汇总表"
    assert [[text.replace("\n", "") for text in row] for row in rows[3:6]] == [
        ["领域", "部门联合情况(部门名称)", "专项整治行动检查情况", *[""] * 6],
        ["", "", "检查机构数(家)", "违法违规行为", "", "处理/处罚情况", "", "", ""],
        ["", "", "", "存在违法违规行为的机构(家)", "其中：出具不实、虚假报告(家)", "责令改正/整改(家)", "撤销/注销(家)",
         "罚没款(万元)", "移送公安司法机关(起)"],
    ]  # fmt: skip
    assert [row[:2] for row in rows[6:9]] == [[title, "公安"] for _, title in LINES]
    assert [row[2:] for row in rows[6:9]] == [pytest.approx(row) for row in expected]
    assert [row[2:] for row in rows[6:9]] == [
        [4, 2, 1, 1, 1, pytest.approx(1.484717), 1], [3, 2, 1, 2, 0, 0, 0], [0] * 7,
    ]  # fmt: skip
    assert rows[9] == ["总数", "", *sums_of(expected)]
    assert openpyxl.load_workbook(io.BytesIO(content)).active["C10"].value == "=SUM(C7:C9)"
    notes = "\n".join(str(row[0]) for row in rows[10:])
    assert SHEETS["inspection-summary"].rule in notes
    assert "检查机构 6 家，存在违法违规行为的机构 3 家" in notes  # 双领域检测有限公司 stands in two rows
    assert "另有 1 家机构到场后" in notes
    assert f"由 {world.lead.bureau.name} {world.lead.name} 于" in notes
    assert "可以查看的任务 7 项，其中已认定结果 6 项" in notes


def test_statistics_table_counts_each_institution_in_one_line(world):
    rows = rows_of(book("national-statistics", world)[0])
    found = {column: f"EXISTS ({STANDING} AND f.severity = '{column}')" for column in ("beyond", "untrue", "false")}
    penalties = f"EXISTS ({DECIDED} AND m.kind IN ('fine', 'confiscation', 'disqualification', 'licence_revocation', 'revocation'))"
    conditions = ("t.mode IN ('drawn', 'allotted')", "t.mode NOT IN ('drawn', 'allotted')", INSPECTED, f"EXISTS ({STANDING})", *found.values(), ORDERED, penalties)  # fmt: skip
    expected = counted(world, conditions, "t.line_id = l.id")

    assert [row[:2] for row in rows[4:7]] == [[title, "市场监督管理"] for _, title in LINES]
    assert [row[2:13] for row in rows[4:7]] == [pytest.approx(row) for row in expected]
    assert [row[13:] for row in rows[4:7]] == [[2, 1], [0, 0], [0, 0]]  # to the police, and to another province
    assert rows[7] == ["合计", "", *sums_of(expected), 2, 1]
    assert rows[7][2] == ask(f"SELECT COUNT(DISTINCT t.institution_id) FROM campaigns_task t WHERE {LIVE}", world)[0][0]


def test_ledgers_list_what_stands_and_sum_to_their_rows(world):
    problems = book("problem-ledger", world)[0]
    listed = ask(f"SELECT t.number FROM campaigns_task t JOIN visits_departmentresult r ON r.task_id = t.id AND r.state = 'final' JOIN visits_finding f ON f.result_id = r.id AND f.state <> 'withdrawn' WHERE {LIVE} ORDER BY t.number, f.id", world)  # fmt: skip
    ledger = [row for row in rows_of(problems)[3:] if isinstance(row[0], float)]
    assert sorted(row[1] for row in ledger) == [number for (number,) in listed]
    assert [row[9] for row in ledger] == ["=原始记录缺少复核签字"] * len(listed)
    by_line = rows_of(problems, 1)
    assert [row[0] for row in by_line[3:7]] == ["食品", "建筑材料", "碳排放核查", "合计"]
    assert by_line[5][1:] == [0] * 6
    assert by_line[6][-1] == len(listed) == 5

    measures = book("measure-ledger", world)[0]
    states = dict(ask(f"SELECT m.state, COUNT(*) FROM visits_measure m JOIN campaigns_task t ON t.id = m.task_id WHERE {LIVE} GROUP BY m.state", world))  # fmt: skip
    kinds = rows_of(measures, 1)
    assert len(kinds) == 2 + 13 + 1 + 2  # every kind of measure, those with nothing as well
    assert kinds[15][1:4] == [states["planned"], states["decided"], states["done"]]
    assert [kinds[15][6], rows_of(measures)[3 + int(sum(kinds[15][1:4]))][15]] == [14847.17, 14847.17]
    assert [row[8] for row in rows_of(measures)[3:] if row[7] == "罚款"] == ["机构", "高某"]


def test_platform_results_speak_the_codes_of_the_platform(world):
    found = book("platform-results", world)[0]
    header, *rows = rows_of(found)

    assert found.sheet_names == ["市场监督管理", "填表说明"]
    assert header[:4] == ["任务编号", "统一社会信用代码", "企业名称", "检查机关"]
    assert len(rows) == ask(f"SELECT COUNT(*) FROM visits_departmentresult r JOIN campaigns_task t ON t.id = r.task_id WHERE r.state = 'final' AND {LIVE}", world)[0][0]  # fmt: skip
    first = dict(zip(header, rows[0], strict=True))
    assert (first["企业名称"], first["检查结果"], first["核查方式"]) == (HOSTILE, "A,2,B", "1,2")
    assert first["后续处置措施"] == "发现案件线索，初步固定相关证据后移送办案机构依法依规处理"
    assert first["检查人员"] == "、".join(officer.name for officer in world.officers)
    assert [category_codes(*each) for each in (("1", ""), ("A", "4"), ("A", "6"))] == ["1", "A,4", "A,2,6"]


def test_plan_and_workload_list_those_with_nothing(world):
    plan = rows_of(book("annual-plan", world)[0])
    assert plan[1] == [
        "序号", "抽查任务名称", "抽查事项", "对象范围", "比例及频次", "智慧监管（信用风险）要求", "起止时间", "发起部门", "配合部门", "模式",
    ]  # fmt: skip
    assert plan[2] == [
        1, TITLE, "检验检测机构资质认定监督检查", "全市食品检验检测机构", "全部检查，1 次", "不作区别", "2022年4月30日至2022年7月25日",
        "大同市市场监督管理局", "大同市公安局", "市定市查",
    ]  # fmt: skip

    load = rows_of(book("officer-workload", world)[0])
    first, second = world.officers
    assert load[3:6] == [
        [1, first.name, first.number, first.bureau.name, 7, 6, 0, 6],
        [2, second.name, second.number, second.bureau.name, 7, 6, 0, 0],
        [3, "史无事", world.idle.number, world.idle.bureau.name, 0, 0, 0, 0],
    ]
    assert load[6] == ["合计", "", "", "", 14, 12, 0, 6]


def test_sheet_holds_what_its_reader_may_see(world):
    county = world.reader(Role.COUNTY_OFFICER, f"scjg:{YUNGANG}")
    rows = rows_of(book("inspection-summary", world, county)[0])
    assert [row[2:] for row in rows[6:9]] == [[1, 1, 0, 1, 0, 0.25005, 0], [1, 1, 0, 1, 0, 0, 0], [0] * 7]
    assert [row[2] for row in rows_of(book("problem-ledger", world, county)[0])[3:4]] == ["双领域检测有限公司"]

    stranger = accounts.user("clerk", Role.INSTITUTION_CLERK)
    assert sheets_for(stranger, world.campaign) == []
    with pytest.raises(PermissionError):
        make_sheet("inspection-summary", world.campaign, stranger)
    police = world.reader(Role.PARTNER_LIAISON, "ga:140200")
    assert "task-list" not in {kind.key for kind in sheets_for(police, world.campaign)}


def test_queries_do_not_grow_with_the_tasks(world):
    def queries(key):
        with CaptureQueriesContext(connection) as found:
            make_sheet(key, world.again, world.lead)
        return len(found)

    keys = ("inspection-summary", "national-statistics", "problem-ledger", "measure-ledger", "platform-results", "officer-workload")  # fmt: skip
    queries(keys[0])  # the roles of the reader are kept
    before = [queries(key) for key in keys]
    for number in range(3):
        task = world._task("food", f"再来{number}检测有限公司", "food", "building")
        world.tasks[f"more{number}"] = task
        world.visit(f"more{number}")
        world.finding(f"more{number}", "violation")

    assert [queries(key) for key in keys] == before


def test_other_programs_open_every_sheet(world, tmp_path):
    institutions.institution("没有任务的机构")
    for key in [kind.key for kind in sheets_for(world.lead, world.campaign)]:
        found, content = book(key, world)
        (tmp_path / f"{key}.xlsx").write_bytes(content)
        assert all(rows_of(found, place) for place in range(len(found.sheet_names)))
        for sheet in openpyxl.load_workbook(io.BytesIO(content)):
            cells = [cell for row in sheet.iter_rows() for cell in row]
            assert all(str(cell.value).startswith("=SUM(") for cell in cells if cell.data_type == "f")

    made = sorted(path.stem for path in tmp_path.glob("*.xlsx"))
    assert made == sorted({*SHEETS} - {"self-check-summary"})
    printed = libreoffice(tmp_path)
    assert sorted(path.stem for path in tmp_path.glob("*.pdf")) == made
    assert "error" not in printed.lower()


def libreoffice(folder: Path) -> str:
    """Every workbook of the folder as PDF, in one start; gives what it said."""
    program = shutil.which("soffice") or "soffice"
    command = [program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf", "--outdir", str(folder)]  # fmt: skip
    run = subprocess.run([*command, *map(str, sorted(folder.glob("*.xlsx")))], check=True, capture_output=True, text=True, timeout=300)  # fmt: skip
    return run.stdout + run.stderr
