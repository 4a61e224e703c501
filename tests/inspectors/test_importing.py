"""Workbooks of people: messages compared whole, refusals change nothing."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile

from accounts.models import AuditEvent
from inspectors.exporting import export_experts, export_inspectors
from inspectors.importing.running import check_import
from inspectors.importing.tables import people_table
from inspectors.models import Expert, Inspector, PeopleImport, Pool
from inspectors.services import confirm_import, edit_inspector, start_import
from institutions.importing.committing import POOL_CHANGED
from jobs.running import run_job
from tests.factories.inspectors import inspector
from tests.factories.institutions import institution
from tests.institutions.workbook_files import workbook
from workbooks.template import write_template

pytestmark = pytest.mark.usefixtures("places", "media_root")

ROW: dict[str, Any] = {
    "姓名": "王清风",
    "人员编号": "P1",
    "所在单位": "scjg:140200",
    "职务": "科长",
    "部门执法证号": "BM1",
    "部门执法证有效期至": "2028-12-31",
    "省政府执法证号": "晋A1",
    "省政府执法证有效期至": "2027-06-30",
    "可检查领域": "食品、机动车检验",
    "可任组长": "是",
    "联系电话": "0352-0000001",
    "状态": "有效",
}
EXPERT = {
    "姓名": "李明月", "专家编号": "E1", "工作单位": "大同某某检测有限公司", "所在地区": "大同市", "擅长领域": "食品",
}  # fmt: skip


def row(**values: Any) -> dict[str, Any]:
    return ROW | values


def checked(*rows: dict[str, Any], by, pool: str = Pool.INSPECTORS) -> PeopleImport:
    return uploaded(workbook(*rows), by=by, pool=pool)


def uploaded(file: ContentFile, *, by, pool: str = Pool.INSPECTORS) -> PeopleImport:
    run = start_import(file, pool=pool, file_name="名录.xlsx", by=by)
    run_job(run.check_job_id)
    run.refresh_from_db()
    return run


def imported(run: PeopleImport, *, by) -> PeopleImport:
    run_job(confirm_import(run, by=by).pk)
    run.refresh_from_db()
    return run


def messages(run: PeopleImport) -> list[tuple[str, str]]:
    return [(fault["place"], fault["message"]) for fault in run.faults]


def test_import_of_a_new_inspector(officer):
    run = checked(row(), by=officer)
    assert (run.state, run.counts, Inspector.objects.count()) == (
        "ready", {"added": 1, "changed": 0, "same": 0, "rows": 1, "errors": 0, "warnings": 0}, 0,
    )  # fmt: skip
    assert imported(run, by=officer).state == "imported"
    new = Inspector.objects.get()
    assert (new.name, new.number, new.bureau_id, new.initials, new.can_lead, new.phone, new.state) == (
        "王清风", "P1", "scjg:140200", "wqf", True, "0352-0000001", "active",
    )  # fmt: skip
    assert (new.department_certificate_until, new.province_certificate_until) == (date(2028, 12, 31), date(2027, 6, 30))
    assert sorted(new.domains.values_list("pk", flat=True)) == ["food", "vehicle"]
    event = AuditEvent.objects.get(action="inspectors.import")
    assert event.facts["counts"] == run.counts
    assert event.changes.get().personal["name"] == [None, "王清风"]


def test_import_changes_what_differs_and_leaves_what_the_row_does_not_say(officer):
    imported(checked(row(), row(人员编号="P2", 姓名="赵高山"), by=officer), by=officer)
    run = checked(
        {"姓名": "王清风", "人员编号": "P1", "所在单位": "ga:140200"}, row(人员编号="P2", 姓名="赵高山"), by=officer
    )
    assert run.differences == [
        {
            "kind": "changed",
            "label": "王清风（P1）",
            "row": 2,
            "fields": [{"label": "所在单位", "before": "大同市市场监督管理局", "after": "大同市公安局"}],
        }
    ]
    imported(run, by=officer)
    changed = Inspector.objects.get(number="P1")
    assert (changed.bureau_id, changed.position, changed.domains.count()) == ("ga:140200", "科长", 2)


def test_faults_are_told_by_sheet_row_and_column_and_nothing_is_imported(officer):
    run = checked(
        row(所在单位="忻州市市场监督管理局", 部门执法证有效期至="2028-13-01"),
        row(人员编号="P2", 可任组长="也许"),
        row(人员编号="P2", 姓名=""),
        by=officer,
    )
    assert run.state == "faulty"
    assert messages(run) == [
        ("“名录”第 2 行 F 列（部门执法证有效期至）", "“2028-13-01”不是真实存在的日期，请核对。"),
        ("“名录”第 2 行 C 列（所在单位）", "没有找到您负责的单位“忻州市市场监督管理局”，请填写单位全称或代码。"),
        ("“名录”第 3 行 J 列（可任组长）", "“也许”看不出是“是”还是“否”，请填“是”或“否”。"),
        ("“名录”第 4 行 A 列（姓名）", "这一格必须填写。"),
        ("“名录”第 4 行 B 列（人员编号）", "编号与第 3 行重复，请删去一行或改正编号。"),
    ]
    with pytest.raises(PermissionDenied):
        confirm_import(run, by=officer)
    assert Inspector.objects.count() == 0


def test_a_number_of_another_bureaus_inspector_is_refused(police):
    inspector("scjg:140200", number="P1")
    run = checked(row(所在单位="ga:140200"), by=police)
    assert messages(run) == [("“名录”第 2 行 B 列（人员编号）", "该编号已属于您不负责的人员，请核对编号。")]


def test_import_stops_when_the_pool_has_moved_since_the_dry_run(officer):
    person = inspector(number="P1", name="旧名")
    run = checked(row(), by=officer)
    edit_inspector(person, {"position": "局长"}, by=officer)
    assert imported(run, by=officer).state == "ready"
    assert (run.commit_job.state, run.commit_job.error) == ("failed", POOL_CHANGED)
    assert Inspector.objects.get().name == "旧名"


def test_confirming_twice_imports_once(officer):
    run = checked(row(), by=officer)
    first, second = confirm_import(run, by=officer), confirm_import(run, by=officer)
    assert first == second
    run_job(first.pk)
    assert (run_job(first.pk), Inspector.objects.count()) == (None, 1)


def test_dry_run_that_ends_after_the_import_does_not_open_it_again(officer):
    run = checked(row(), by=officer)
    late = PeopleImport.objects.get(pk=run.pk)
    imported(run, by=officer)

    assert check_import(late, lambda *told: None).state == "imported"

    assert PeopleImport.objects.get(pk=run.pk).state == "imported"


def test_experts_of_listed_institutions_are_recognised(officer):
    lab = institution("大同某某检测有限公司")
    run = imported(checked(EXPERT, by=officer, pool=Pool.EXPERTS), by=officer)
    new = Expert.objects.get()
    assert (run.state, new.employer_institution, new.region_id, new.initials) == ("imported", lab, "140200", "lmy")
    assert [domain.pk for domain in new.domains.all()] == ["food"]


def test_only_market_regulation_imports_experts(police):
    with pytest.raises(PermissionDenied):
        start_import(workbook(EXPERT), pool=Pool.EXPERTS, file_name="专家.xlsx", by=police)


def test_the_template_itself_holds_nobody(officer):
    for pool in Pool.values:
        file = ContentFile(write_template(people_table(pool, officer).spec))
        run = uploaded(file, by=officer, pool=pool)
        assert (run.state, run.refusal) == (
            "refused", "表头下面没有读到任何人员。请把数据填在表头下面的行里（示例行不会导入）。",
        )  # fmt: skip


def test_an_export_uploaded_again_changes_nothing(officer):
    imported(checked(row(), by=officer), by=officer)
    imported(checked(EXPERT, by=officer, pool=Pool.EXPERTS), by=officer)
    people = ContentFile(export_inspectors(Inspector.objects.all(), officer))
    experts = ContentFile(export_experts(Expert.objects.all(), officer))
    for pool, file in ((Pool.INSPECTORS, people), (Pool.EXPERTS, experts)):
        run = uploaded(file, by=officer, pool=pool)
        assert (run.faults, run.counts["same"], run.counts["changed"]) == ([], 1, 0)
