from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import AuditEvent, Region, Role
from accounts.verification import verify_trail
from institutions import services
from institutions.history import HIDDEN_VALUE, history
from institutions.models import Institution, RiskFlag
from tests.factories.accounts import region, user
from tests.factories.institutions import certificate, domain, institution
from tests.institutions.workbook_files import uscc

pytestmark = pytest.mark.usefixtures("places")

VALUES = {"name": "大同市清风检测有限公司", "uscc": uscc(1), "legal_representative": "赵清风", "state": "operating"}


def values(**more):
    return VALUES | {"county": region("140213"), **more}


def told(institution, user):
    return [(entry.who, entry.what, entry.details) for entry in history(institution, user)]


def test_create_institution_writes_initials_and_one_event(officer):
    created = services.create_institution(values(), by=officer)
    assert (created.initials, created.county_id) == ("dtsqfjcyxgs", "140213")
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.subject_id) == ("institutions.create", officer, str(created.pk))
    assert verify_trail() == []


def test_edit_institution_records_before_and_after(officer):
    held = services.create_institution(values(), by=officer)
    services.edit_institution(held, {"name": "大同市明月检测有限公司", "legal_representative": "钱明月"}, by=officer)
    change = AuditEvent.objects.first().changes.get()
    assert (change.fields, change.personal) == (
        {"initials": ["dtsqfjcyxgs", "dtsmyjcyxgs"], "name": ["大同市清风检测有限公司", "大同市明月检测有限公司"]},
        {"legal_representative": ["赵清风", "钱明月"]},
    )


def test_edit_institution_without_a_change_records_nothing(officer):
    held = services.create_institution(values(), by=officer)
    services.edit_institution(held, {"name": held.name}, by=officer)
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"uscc": uscc(1)[:-1] + "A"}, "uscc", "统一社会信用代码应为 18 位且校验码正确，请核对营业执照或法人证书。"),
        ({"organisation_code": "123456789"}, "organisation_code", "组织机构代码应为 9 位且校验码正确（不含短横线）。"),
    ],
)
def test_create_institution_refuses_a_wrong_check_digit(officer, wrong, field, message):
    with pytest.raises(ValidationError) as refused:
        services.create_institution(values(**wrong), by=officer)
    assert refused.value.message_dict == {field: [message]}
    assert (Institution.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_create_institution_in_another_city_is_refused(officer):
    with pytest.raises(ValidationError) as refused:
        services.create_institution(values(county=region("140902")), by=officer)
    assert refused.value.message_dict == {"county": ["只能登记本辖区县区的机构。"]}


def test_create_institution_is_for_keepers_of_market_regulation_only(places):
    for role, bureau in (
        (Role.LEAD_APPROVER, "scjg:140200"),
        (Role.SUPERVISOR, "scjg:140200"),
        (Role.LEAD_OFFICER, "sthj:140200"),
        (Role.PARTNER_LIAISON, "sthj:140200"),
        (Role.INSPECTOR, "scjg:140213"),
    ):
        with pytest.raises(PermissionDenied):
            services.create_institution(values(), by=user(f"{role}-{bureau}", role, at=bureau))
    assert Institution.objects.count() == 0


def test_county_officer_keeps_only_the_own_county(county_officer):
    own, foreign = institution(county="140213"), institution(county="140214")
    services.edit_institution(own, {"contact": "李流水"}, by=county_officer)
    with pytest.raises(PermissionDenied):
        services.edit_institution(foreign, {"contact": "李流水"}, by=county_officer)


def test_certificate_needs_a_domain(officer):
    held = institution()
    with pytest.raises(ValidationError) as refused:
        services.add_certificate(held, {"number": "240400000001", "authorised_name": held.name}, domains=[], by=officer)
    assert refused.value.message_dict == {"domains": ["请至少选择一个领域，否则抽查时无法归入任何领域。"]}


def test_edit_certificate_records_domains_before_and_after(officer):
    paper = certificate(institution(), domain("food", "食品"))
    services.edit_certificate(paper, {"state": "suspended"}, domains=[domain("eco", "生态环境监测")], by=officer)
    assert AuditEvent.objects.get().changes.get().fields == {
        "domains": [["food"], ["eco"]],
        "state": ["valid", "suspended"],
    }


def test_risk_flag_ends_but_stays_on_record(officer):
    held = institution()
    flag = services.add_risk_flag(
        held, {"kind": "complaint", "evidence": "投诉〔2025〕12号", "noted_on": date(2025, 6, 1)}, by=officer
    )
    assert list(RiskFlag.objects.in_force()) == [flag]
    services.end_risk_flag(flag, last_day=date(2025, 7, 1), by=officer)
    assert (list(RiskFlag.objects.in_force()), list(RiskFlag.objects.all())) == ([], [flag])
    with pytest.raises(ValidationError) as refused:
        services.end_risk_flag(flag, last_day=date(2025, 5, 1), by=officer)
    assert refused.value.message_dict == {"valid_until": ["有效期不能早于登记日期。"]}


def test_history_words_every_change(officer):
    held = services.create_institution(values(), by=officer)
    paper = services.add_certificate(
        held, {"number": "240400000001", "authorised_name": held.name}, domains=[domain("food", "食品")], by=officer
    )
    site = services.add_site(paper, {"county": region("140214"), "address": "云冈区二号"}, by=officer)
    services.remove_site(site, by=officer)
    services.set_business_regions(held, [Region.objects.get(pk="140900")], by=officer)
    services.set_credit_class(held, "B", as_of=date(2025, 1, 1), source="信用系统", by=officer)
    who = "用户datong-officer（大同市市场监管局）"
    assert told(held, officer)[:-1] == [
        (who, "登记信用风险分类", ["信用风险分类：B（信用风险一般）", "分类日期：2025-01-01", "分类来源：信用系统"]),
        (who, "修改业务地区", ["业务地区：忻州市"]),
        (who, "删除检验检测场所", ["所在县区：大同市云冈区 → （空）", "地址：云冈区二号 → （空）", "异地分支机构：否 → （空）"]),
        (who, "登记检验检测场所", ["所在县区：大同市云冈区", "地址：云冈区二号", "异地分支机构：否"]),
        (who, "登记资质认定证书", [
            "证书编号：240400000001", "被授权机构名称：大同市清风检测有限公司", "资质认定级别：省级", "证书状态：有效",
            "国家质检中心：否", "领域：食品",
        ]),
    ]  # fmt: skip


def test_history_hides_personal_values_and_risk_from_who_only_reads(officer, ecologist):
    held = services.create_institution(values(), by=officer)
    services.edit_institution(held, {"legal_representative": "钱明月"}, by=officer)
    services.set_credit_class(held, "D", as_of=date(2025, 1, 1), source="信用系统", by=officer)
    services.add_risk_flag(held, {"kind": "complaint", "evidence": "投诉", "noted_on": date(2025, 1, 1)}, by=officer)
    seen = told(held, ecologist)
    assert [what for _, what, _ in seen] == ["修改机构信息", "新增机构"]
    assert seen[0][2] == [f"法定代表人：{HIDDEN_VALUE}"]
    words = str(seen)
    assert ("钱明月" in words, "赵清风" in words, "信用风险" in words) == (False, False, False)


def test_history_of_one_institution_shows_nothing_of_another(officer):
    held = services.create_institution(values(), by=officer)
    other = services.create_institution(values(name="大同市邻家检测有限公司", uscc=uscc(2)), by=officer)
    assert "邻家" not in str(told(held, officer))
    assert len(told(other, officer)) == 1


def test_visible_institutions_by_person(officer, county_officer, ecologist, clerk):
    pingcheng, yungang, _ = (institution(county=code) for code in ("140213", "140214", "140902"))
    from tests.factories.institutions import represents

    represents(clerk, yungang)
    administrator = user("admin", Role.SYSTEM_ADMINISTRATOR)
    assert {
        person.username: sorted(Institution.objects.visible_to(person).values_list("pk", flat=True))
        for person in (officer, county_officer, ecologist, clerk, administrator)
    } == {
        "datong-officer": [pingcheng.pk, yungang.pk],
        "pingcheng-officer": [pingcheng.pk],
        "eco-liaison": [pingcheng.pk, yungang.pk],
        "clerk": [yungang.pk],
        "admin": [],
    }


def test_risk_flags_are_for_market_regulation_only(officer, ecologist, clerk):
    held = institution()
    RiskFlag.objects.create(
        institution=held, kind="complaint", evidence="投诉", noted_on=date.today() - timedelta(days=1)
    )
    counts = [RiskFlag.objects.visible_to(person).count() for person in (officer, ecologist, clerk)]
    assert counts == [1, 0, 0]
