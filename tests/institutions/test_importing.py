"""The importer on what people really upload: messages compared whole, refusals change nothing."""

from datetime import date

import pytest

from accounts.models import AuditChange, AuditEvent
from accounts.verification import verify_trail
from institutions.importing import committing
from institutions.importing.checking import check_import
from institutions.importing.committing import POOL_CHANGED
from institutions.models import Certificate, ImportRun, Institution
from institutions.services import confirm_import, edit_institution
from jobs.models import JobState
from jobs.running import run_job
from tests.factories.institutions import certificate, domain, institution
from tests.institutions.workbook_files import checked, faults, row, uscc, workbook

pytestmark = pytest.mark.usefixtures("places", "media_root")


def imported(run: ImportRun, *, by) -> ImportRun:
    run_job(confirm_import(run, by=by).pk)
    run.refresh_from_db()
    return run


def test_import_of_a_new_institution(officer):
    run = checked(workbook(row(法定代表人="赵清风", 授权签字人="钱明月、孙高山", 所属部门="生态环境")), by=officer)
    assert (run.state, run.counts) == ("ready", {
        "institutions_added": 1, "institutions_changed": 0, "institutions_same": 0,
        "certificates_added": 1, "certificates_changed": 0, "certificates_same": 0,
        "rows": 1, "errors": 0, "warnings": 0, "absent": 0,
    })  # fmt: skip
    assert Institution.objects.count() == 0

    assert imported(run, by=officer).state == "imported"
    new = Institution.objects.get()
    assert (new.name, new.county_id, new.owner_department_id, new.state, new.legal_type, new.initials) == (
        "大同市清风检测有限公司", "140213", "sthj", "operating", "enterprise", "dtsqfjcyxgs",
    )  # fmt: skip
    paper = new.certificates.get()
    assert (paper.number, paper.authorised_name, paper.level, paper.approved_on, paper.valid_until, paper.signatories) == (
        "240400000001", "大同市清风检测有限公司", "province", date(2024, 3, 1), date(2030, 2, 28), ["钱明月", "孙高山"],
    )  # fmt: skip
    assert sorted(found.pk for found in paper.domains.all()) == ["vehicle-emission", "vehicle-safety"]


def test_import_is_one_event_with_a_change_per_object(officer):
    run = imported(checked(workbook(row(法定代表人="赵清风")), by=officer), by=officer)
    event = AuditEvent.objects.get(action="institutions.import")
    assert (event.actor, event.subject_id, event.facts["counts"]) == (officer, str(run.pk), run.counts)
    changes = list(AuditChange.objects.filter(event=event).order_by("pk"))
    assert [
        (change.subject_type, change.fields["name" if index == 0 else "number"]) for index, change in enumerate(changes)
    ] == [
        ("institutions.institution", [None, "大同市清风检测有限公司"]),
        ("institutions.certificate", [None, "240400000001"]),
    ]
    assert changes[0].personal == {"legal_representative": [None, "赵清风"]}
    assert verify_trail() == []


def test_upload_with_titles_reordered_columns_and_odd_writing(officer):
    file = workbook(
        {
            "有效期至": date(2030, 2, 28), "领域": "环境监测；食品", "CMA证书编号": "２４０４ ００００ ０００１",
            "机构名称 ": " 大同市清风检测(集团)有限公司", "社会信用代码": f" {uscc(1).lower()} ", "县区": 140213, "发证日期": "2024.3.1",
        },
        before=(("大同市检验检测机构名录",), (), ("填报单位：大同市市场监督管理局",)),
    )  # fmt: skip
    run = imported(checked(file, by=officer), by=officer)
    assert (run.state, faults(run)) == ("imported", [])
    found = Institution.objects.get()
    assert (found.name, found.uscc, found.county_id) == ("大同市清风检测（集团）有限公司", uscc(1), "140213")
    paper = found.certificates.get()
    assert (paper.number, paper.approved_on, paper.valid_until) == ("240400000001", date(2024, 3, 1), date(2030, 2, 28))
    assert sorted(each.pk for each in paper.domains.all()) == ["eco", "food"]


def test_faults_of_cells_and_rows_are_told_at_their_place(officer):
    wrong = uscc(2)[:-1] + ("0" if uscc(2)[-1] != "0" else "1")
    run = checked(
        workbook(
            row(统一社会信用代码=wrong),
            row(统一社会信用代码=uscc(3), 证书编号="2404-1", 所在县区="忻府区"),
            row(统一社会信用代码=uscc(4), 证书编号="240400000004", 所在县区="天桥区"),
            row(统一社会信用代码=uscc(5), 证书编号="240400000005", 领域=None),
            row(统一社会信用代码=uscc(6), 证书编号="240400000006", 有效日期="2024-02-28"),
            row(统一社会信用代码=uscc(7), 证书编号=None),
            row(统一社会信用代码=None, 证书编号="240400000008"),
            row(统一社会信用代码=uscc(9), 证书编号="240400000009", 领域="机动车排放检测"),
        ),
        by=officer,
    )
    assert (run.state, run.counts["errors"], run.counts["warnings"]) == ("faulty", 8, 1)
    found = faults(run)
    assert found[-1][:3] == (9, "E", "error")
    assert found[-1][3].startswith(
        "“机动车排放检测”不在可选值中。是否应为“机动车排放检验”？可选：机动车检验、机动车安全技术检验、"
    )
    assert found[:-1] == [
        (2, "B", "error", f"统一社会信用代码“{wrong}”的校验码不正确，请对照营业执照或法人证书核对。"),
        (3, "C", "error", "“忻府区”不在大同市辖区内，只能导入本辖区的机构。"),
        (3, "D", "warning", "证书编号“2404-1”不是 12 位数字，请核对；如确为旧式编号可以导入。"),
        (4, "C", "error", "没有找到县区“天桥区”，请填写大同市辖区内县区的名称或六位代码。"),
        (5, "E", "error", "请填写该证书的领域，否则抽查时无法归入任何领域。"),
        (6, "G", "error", "有效日期 2024-02-28 早于批准日期 2024-03-01，请核对。"),
        (7, "D", "error", "填写了证书信息但没有证书编号，请补上证书编号。"),
        (8, "B", "error", "统一社会信用代码和组织机构代码都没有填写，无法识别机构，请至少填写一项。"),
    ]


def test_rows_of_one_institution_must_agree(officer):
    second = row(证书编号="240400000002", 联系人="李流水", 所在县区="云冈区", 领域="食品")
    run = checked(workbook(row(联系人="赵清风"), second), by=officer)
    assert faults(run) == [
        (3, "C", "error", "与第 2 行同一机构的内容不一致（第 2 行为“大同市平城区”），请改为一致。"),
        (3, "H", "error", "与第 2 行同一机构的内容不一致（第 2 行为“赵清风”），请改为一致。"),
    ]


def test_institution_facts_may_stand_in_its_first_row_only(officer):
    second = row(证书编号="240400000002", 领域="食品", 联系人=None)
    run = imported(checked(workbook(row(联系人="赵清风"), second), by=officer), by=officer)
    assert (run.state, run.counts["institutions_added"], run.counts["certificates_added"]) == ("imported", 1, 2)


def test_certificate_twice_in_the_file_is_an_error(officer):
    run = checked(workbook(row(), row(统一社会信用代码=uscc(2))), by=officer)
    assert faults(run) == [(3, "D", "error", "证书编号与第 2 行重复，请删去一行。")]


def test_certificate_of_another_institution_is_an_error(officer):
    certificate(institution(county="140213"), domain(), number="240400000001")
    run = checked(workbook(row()), by=officer)
    assert faults(run) == [(2, "D", "error", "该证书编号在名录库中属于另一家机构，请核对证书编号和统一社会信用代码。")]


def test_institution_registered_elsewhere_is_an_error(officer):
    institution("忻州市机动车检测有限公司", county="140902", uscc=uscc(1))
    run = checked(workbook(row()), by=officer)
    assert faults(run) == [(2, "B", "error", "该机构已在名录库中，登记在其他地区，请与登记地的市场监管部门联系。")]


def test_ambiguous_county_is_an_error(officer):
    from accounts.models import Region

    Region.objects.create(code="140271", name="平城区", level="county", kind="zone", parent_id="140200")
    run = checked(workbook(row()), by=officer)
    assert faults(run) == [(2, "C", "error", "辖区内有 2 个“平城区”，请改写六位代码（140213、140271）。")]


def test_code_that_became_a_number_is_refused_not_rounded(officer):
    run = checked(workbook(row(统一社会信用代码=911402000000000000)), by=officer)
    assert faults(run)[0][:3] == (2, "B", "error")
    assert Institution.objects.count() == 0


def test_file_without_header_is_refused_with_what_is_wanted(officer):
    run = checked(workbook({"甲": "乙"}), by=officer)
    assert (run.state, run.check_job.state) == ("refused", JobState.FAILED)
    assert run.refusal == (
        "在工作表“名录”的前 30 行里没有找到表头。表头应含有：法人单位名称、所在县区。请下载“检查对象名录”模板，按模板的表头填写。"
    )


def test_changes_are_shown_before_and_after_and_empty_cells_keep_what_is_there(officer):
    held = institution("大同市旧名检测有限公司", county="140214", uscc=uscc(1), contact="周青松", address="云冈区一号")
    certificate(
        held, domain("food", "食品"), number="240400000001", approved_on=date(2024, 3, 1), valid_until=date(2030, 2, 28)
    )
    run = checked(workbook(row(联系人=None, 单位地址=None)), by=officer)
    shown = run.differences.order_by("pk").values_list("kind", "thing", "label", "row", "fields")
    assert list(shown) == [
        ("changed", "机构", "大同市清风检测有限公司", 2, [
            {"label": "单位名称", "before": "大同市旧名检测有限公司", "after": "大同市清风检测有限公司"},
            {"label": "所在县区", "before": "大同市云冈区", "after": "大同市平城区"},
        ]),
        ("changed", "证书", "240400000001", 2, [
            {"label": "领域", "before": "食品", "after": "机动车排放检验、机动车安全技术检验"},
        ]),
    ]  # fmt: skip
    imported(run, by=officer)
    held.refresh_from_db()
    assert (held.name, held.county_id, held.contact, held.address) == (
        "大同市清风检测有限公司",
        "140213",
        "周青松",
        "云冈区一号",
    )
    assert sorted(found.pk for found in held.certificates.get().domains.all()) == ["vehicle-emission", "vehicle-safety"]


def test_same_file_again_changes_nothing(officer):
    imported(checked(workbook(row(联系人="周青松", 信用风险分类="B")), by=officer), by=officer)
    before = list(Institution.objects.values()), list(Certificate.objects.values())
    run = checked(workbook(row(联系人="周青松", 信用风险分类="B")), by=officer)
    assert (run.counts["institutions_same"], run.counts["certificates_same"]) == (1, 1)
    imported(run, by=officer)
    assert (list(Institution.objects.values()), list(Certificate.objects.values())) == before


def test_credit_class_brings_its_date_and_source(officer):
    imported(checked(workbook(row(信用风险分类="C")), by=officer), by=officer)
    held = Institution.objects.get()
    assert (held.credit_class, held.credit_class_source) == ("C", "名录库导入")
    assert held.credit_class_as_of is not None


def test_pressing_twice_imports_once(officer):
    run = checked(workbook(row()), by=officer)
    first, second = confirm_import(run, by=officer), confirm_import(run, by=officer)
    assert first == second
    run_job(first.pk)
    assert run_job(first.pk) is None
    assert (Institution.objects.count(), AuditEvent.objects.filter(action="institutions.import").count()) == (1, 1)


def test_dry_run_that_ends_after_the_import_does_not_open_it_again(officer):
    """A worker held up for minutes, whose job another one has done meanwhile."""
    run = checked(workbook(row()), by=officer)
    late = ImportRun.objects.get(pk=run.pk)
    imported(run, by=officer)

    assert check_import(late, lambda message, done, total: None).state == "imported"

    run.refresh_from_db()
    assert (run.state, Institution.objects.count()) == ("imported", 1)


def test_pool_changed_since_the_dry_run_is_refused(officer):
    held = institution("大同市旧名检测有限公司", county="140213", uscc=uscc(1))
    run = checked(workbook(row()), by=officer)
    edit_institution(held, {"name": "大同市新名检测有限公司"}, by=officer)
    job = confirm_import(run, by=officer)
    run_job(job.pk)
    job.refresh_from_db()
    run.refresh_from_db()
    assert (job.state, job.error, run.state) == (JobState.FAILED, POOL_CHANGED, "ready")
    assert list(Institution.objects.values_list("name", flat=True)) == ["大同市新名检测有限公司"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("messages_wait")
def test_import_broken_at_its_last_statement_leaves_nothing_behind(officer, monkeypatch):
    run = checked(workbook(row(), row(统一社会信用代码=uscc(2), 证书编号="240400000002")), by=officer)
    events = AuditEvent.objects.count()
    job = confirm_import(run, by=officer)

    def broken(run):
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(committing, "_outcome", broken)
        run_job(job.pk)
    run.refresh_from_db()
    job.refresh_from_db()
    assert (run.state, job.state, Institution.objects.count(), Certificate.objects.count()) == ("ready", "failed", 0, 0)
    assert (AuditEvent.objects.count(), AuditChange.objects.filter(event__action="institutions.import").count()) == (
        events,
        0,
    )

    imported(run, by=officer)
    assert (Institution.objects.count(), verify_trail()) == (2, [])


def test_faulty_file_cannot_be_imported(officer):
    from django.core.exceptions import PermissionDenied

    run = checked(workbook(row(所在县区="天桥区")), by=officer)
    with pytest.raises(PermissionDenied):
        confirm_import(run, by=officer)
    assert (Institution.objects.count(), run.staged) == (0, "")


def test_import_after_the_right_was_withdrawn_is_refused(officer):
    run = checked(workbook(row()), by=officer)
    job = confirm_import(run, by=officer)
    officer.role_assignments.all().delete()
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, Institution.objects.count()) == ("failed", "您现在没有导入名录库的权限。", 0)
