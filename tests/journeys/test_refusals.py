"""What cannot be imported or frozen is refused on the screen, with the place and the figures, and nothing changes."""

import pytest
from playwright.sync_api import expect

from campaigns.models import Draw
from institutions.models import Institution
from tests.campaigns import datong as campaigns
from tests.journeys import datong, workbooks

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.both_databases]


def test_faulty_workbook_names_sheet_row_and_column_and_imports_nothing(people, enter, tmp_path):
    rows = workbooks.institution_rows()
    rows[2]["统一社会信用代码"] = "91140213MA0000003X"
    rows[4]["所在县区"] = "太平区"
    officer = enter("datong-officer")
    datong.upload(officer, datong.INSTITUTIONS, workbooks.write(tmp_path / "名录.xlsx", rows, title="检查对象名录"))
    officer.sees("有 2 处错误，没有导入任何内容")
    officer.look()
    places = [(sheet, row, column) for row, column, _, _, sheet in officer.table()]
    assert places == [("名录", "第 5 行", "B 统一社会信用代码"), ("名录", "第 7 行", "E 所在县区")]
    officer.sees_no("确认导入")
    assert Institution.objects.count() == 0


def test_plan_of_five_out_of_three_is_not_frozen_and_says_why(people, enter):
    campaigns.officers()
    campaigns.pool(vehicle=3, eco=0, food=0)
    campaign = campaigns.campaign()
    campaigns.line(campaign, "vehicle", 5)
    campaigns.agreed(campaign)
    officer = enter("datong-officer")
    officer.go(campaign.get_absolute_url())
    officer.sees("需抽 5 家，可抽的只有 3 家，缺 2 家")
    expect(officer.page.get_by_role("button", name="提请冻结两库")).to_be_disabled()
    officer.go(f"{campaign.get_absolute_url()}freeze/confirm/")
    officer.sees("需抽 5 家，可抽的只有 3 家，缺 2 家")
    officer.sees_no("确认冻结")
    assert Draw.objects.count() == 0
