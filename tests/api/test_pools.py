"""Both pools: who sees what of them, and that changes go through the services."""

import pytest

from accounts.models import AuditEvent, Role
from inspectors.models import Inspector
from institutions.models import Certificate, Institution, RiskFlag, RiskKind
from tests.factories import accounts, inspectors, institutions

pytestmark = pytest.mark.django_db
COUNTY = {"code": "140213", "name": "平城区"}
NOT_FOUND = (404, {"detail": "没有找到。"})


@pytest.fixture
def firm() -> Institution:
    found = institutions.institution(
        "大同甲检测有限公司", uscc=institutions.uscc(7), address="迎宾街1号", legal_representative="赵一",
        legal_representative_phone="0352-0000001", contact="钱二", contact_phone="0352-0000002",
        credit_class="D", credit_class_as_of="2025-03-01", credit_class_source="省局",
    )  # fmt: skip
    institutions.certificate(found, number="200412345678", top_manager="孙三", signatories=["李四", "周五"])
    RiskFlag.objects.create(
        institution=found, kind=RiskKind.COMPLAINT, evidence="12315转办第9号", noted_on="2025-05-01"
    )
    return found


def row_of(firm: Institution) -> dict[str, object]:
    certificate = firm.certificates.get()
    return {
        "id": firm.pk, "name": "大同甲检测有限公司", "uscc": institutions.uscc(7), "organisation_code": None,
        "legal_type": "enterprise", "owner_department": None, "county": COUNTY, "address": "迎宾街1号",
        "state": "operating", "certificates": [certificate_row(certificate)],
    }  # fmt: skip


def certificate_row(certificate: Certificate) -> dict[str, object]:
    return {
        "id": certificate.pk, "authorised_name": "大同甲检测有限公司", "number": "200412345678", "level": "province",
        "issuer": "", "approved_on": "2023-05-01", "valid_until": "2029-04-30", "state": "valid",
        "is_national_centre": False, "domains": [{"code": "vehicle", "name": "机动车检验"}],
    }  # fmt: skip


RISK = {
    "credit_class": "D",
    "risk_flags": [{"kind": "complaint", "evidence": "12315转办第9号", "noted_on": "2025-05-01", "valid_until": None}],
}


def people(firm: Institution) -> dict[str, object]:
    clerk = accounts.user("clerk", Role.INSTITUTION_CLERK)
    institutions.represents(clerk, firm)
    return {
        "market": accounts.lead_officer(),
        "county": accounts.user("county", Role.COUNTY_OFFICER, at="scjg:140213"),
        "police": accounts.user("police", Role.PARTNER_LIAISON, at="ga:140200"),
        "clerk": clerk,
        "other county": accounts.user("other", Role.COUNTY_OFFICER, at="scjg:140214"),
        "other city": accounts.lead_officer("xinzhou", at="scjg:140900"),
        "auditor": accounts.auditor(),
    }


def test_list_shows_risk_to_market_regulation_alone(firm, program):
    answers = {name: program(user).get("/api/institutions/") for name, user in people(firm).items()}

    empty = {"count": 0, "next": None, "previous": None, "results": []}
    plain = {"count": 1, "next": None, "previous": None, "results": [row_of(firm)]}
    with_risk = plain | {"results": [row_of(firm) | RISK]}
    assert answers.pop("auditor").status_code == 403
    assert {name: answer.json() for name, answer in answers.items()} == {
        "market": with_risk, "county": with_risk, "police": plain, "clerk": plain,
        "other county": empty, "other city": empty,
    }  # fmt: skip


@pytest.mark.parametrize("query", ["credit_class=D", "flag=key", "ordering=credit_class", "ordering=-risk_flags"])
def test_neither_filters_nor_orderings_tell_risk_to_others(firm, program, query):
    users = people(firm)

    assert program(users["police"]).get(f"/api/institutions/?{query}").status_code == 400
    assert program(users["clerk"]).get(f"/api/institutions/?{query}").status_code == 400


def test_market_regulation_filters_by_class(firm, program):
    institutions.institution("乙")

    answer = program(accounts.lead_officer()).get("/api/institutions/?credit_class=D&q=甲&ordering=-name")

    assert [row["id"] for row in answer.json()["results"]] == [firm.pk]


def test_detail_is_whole_for_partners_without_risk(firm, program):
    answer = program(people(firm)["police"]).get(f"/api/institutions/{firm.pk}/")

    detail = answer.json()
    assert detail.pop("created_at")
    assert detail.pop("updated_at")
    certificate = certificate_row(firm.certificates.get()) | {
        "sites": [], "top_manager": "孙三", "top_manager_phone": "", "technical_lead": "", "signatories": ["李四", "周五"],
    }  # fmt: skip
    assert detail == row_of(firm) | {
        "certificates": [certificate], "legal_representative": "赵一", "legal_representative_phone": "0352-0000001",
        "contact": "钱二", "contact_phone": "0352-0000002", "business_regions": [],
    }  # fmt: skip


def test_foreign_institution_answers_like_a_missing_one(firm, program):
    users = people(firm)
    for name in ("other county", "other city"):
        for method, data in (("get", None), ("patch", {"name": "乙"})):
            answer = getattr(program(users[name]), method)(f"/api/institutions/{firm.pk}/", data)
            missing = getattr(program(users[name]), method)("/api/institutions/987654321/", data)
            assert (answer.status_code, answer.json()) == (missing.status_code, missing.json()) == NOT_FOUND


def test_keeper_registers_an_institution_with_a_certificate(program):
    accounts.region("140213")
    institutions.domain()
    client = program(accounts.lead_officer())

    made = client.post("/api/institutions/", {"name": "大同乙检测", "uscc": institutions.uscc(8), "county": "140213"})
    address = f"/api/institutions/{made.json()['id']}/"
    certificate = {"number": "200400000001", "authorised_name": "大同乙检测", "domains": ["vehicle"]}
    held = client.post(f"{address}certificates/", certificate)

    assert (made.status_code, held.status_code) == (201, 201)
    assert held.json()["domains"] == [{"code": "vehicle", "name": "机动车检验"}]
    assert client.get(address).json()["certificates"] == [held.json()]
    assert list(AuditEvent.objects.values_list("action", flat=True)) == [
        "institutions.add_certificate",
        "institutions.create",
    ]


def test_keeper_changes_only_what_is_sent(firm, program):
    client = program(accounts.lead_officer())
    certificate = firm.certificates.get()

    answer = client.patch(f"/api/institutions/{firm.pk}/", {"address": "迎宾街2号"})
    changed = client.patch(f"/api/certificates/{certificate.pk}/", {"issuer": "山西省市场监督管理局"})

    assert (answer.status_code, answer.json()["address"], answer.json()["contact"]) == (200, "迎宾街2号", "钱二")
    assert (changed.status_code, changed.json()["issuer"]) == (200, "山西省市场监督管理局")
    assert changed.json()["domains"] == [{"code": "vehicle", "name": "机动车检验"}]


def test_institution_is_registered_in_ones_own_region_only(program):
    accounts.region("140902")
    values = {"name": "忻州甲", "uscc": institutions.uscc(9), "county": "140902"}

    answer = program(accounts.lead_officer()).post("/api/institutions/", values)

    assert (answer.status_code, answer.json()["fields"]) == (400, {"county": ["只能登记本辖区县区的机构。"]})
    assert Institution.objects.count() == 0


def test_people_outside_the_keepers_change_nothing(firm, program):
    users = people(firm)
    for name in ("police", "clerk", "auditor"):
        assert program(users[name]).patch(f"/api/institutions/{firm.pk}/", {"name": "乙"}).status_code == 403
    assert Institution.objects.get().name == "大同甲检测有限公司"


def test_credit_class_cannot_be_written(firm, program):
    program(accounts.lead_officer()).patch(f"/api/institutions/{firm.pk}/", {"credit_class": "A", "initials": "x"})

    assert Institution.objects.get().credit_class == "D"


def test_phone_of_an_inspector_is_told_to_the_person_and_who_keeps_the_entry(program):
    own = accounts.user("own", Role.INSPECTOR, at="scjg:140213")
    person = inspectors.inspector("scjg:140213", phone="0352-0000003", user=own, name="吴六")
    callers = {
        "own": own,
        "lead officer": accounts.lead_officer(),
        "lead approver": accounts.user("approver", Role.LEAD_APPROVER, at="scjg:140200"),
        "supervisor": accounts.user("supervisor", Role.SUPERVISOR, at="scjg:140200"),
        "police": accounts.user("police", Role.PARTNER_LIAISON, at="ga:140200"),
        "other city": accounts.lead_officer("xinzhou", at="scjg:140900"),
    }

    answers = {name: program(user).get(f"/api/inspectors/{person.pk}/") for name, user in callers.items()}

    found = {name: (answer.status_code, answer.json().get("phone")) for name, answer in answers.items()}
    assert found == {
        "own": (200, "0352-0000003"), "lead officer": (200, "0352-0000003"), "lead approver": (200, None),
        "supervisor": (200, None), "police": (404, None), "other city": (404, None),
    }  # fmt: skip


def test_inspector_of_the_list_whole(program):
    person = inspectors.inspector(
        "ga:140200", institutions.domain(), phone="0352-0000003", department_certificate_until="2020-01-01"
    )

    answer = program(accounts.lead_officer()).get("/api/inspectors/?department=ga")

    assert answer.json()["results"] == [{
        "id": person.pk, "number": person.number, "name": person.name, "bureau": {"code": "ga:140200", "name": "大同市公安局"},
        "position": "", "domains": [{"code": "vehicle", "name": "机动车检验"}], "can_lead": False, "state": "active",
        "department_certificate_until": "2020-01-01", "province_certificate_until": "2030-12-31",
        "certificate_gaps": ["部门执法证已过有效期"],
    }]  # fmt: skip
    assert Inspector.objects.count() == 1


def test_reference_lists(program):
    client = program(accounts.auditor())
    accounts.bureau("ga:140200")
    institutions.domain()

    assert client.get("/api/regions/140200/").json() == {
        "code": "140200", "name": "大同市", "level": "city", "kind": "gb", "parent": {"code": "140000", "name": "山西省"},
    }  # fmt: skip
    assert client.get("/api/bureaus/ga:140200/").json() == {
        "code": "ga:140200", "name": "大同市公安局", "short_name": "大同市公安局",
        "department": {"code": "ga", "short_name": "公安"}, "region": {"code": "140200", "name": "大同市"},
    }  # fmt: skip
    assert client.get("/api/domains/").json()["results"] == [
        {"code": "vehicle", "name": "机动车检验", "aliases": [], "parent": None}
    ]
