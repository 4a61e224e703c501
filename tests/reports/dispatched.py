"""A campaign of Datong whose tasks are handed out: three lines, two counties, one institution received from above."""

from datetime import date

from accounts.models import Role, User
from campaigns import allotment, notices, services, transitions
from campaigns.models import BasisDocument, Campaign, InspectionMatter, LegalBasis, Stage, Task
from institutions.models import RiskFlag, RiskKind
from tests.campaigns import datong
from tests.factories import accounts

DOCUMENT = {"document_number": "同市监认证〔2025〕92号", "issued_on": date(2025, 9, 9)}
FIELDS = {
    "address": "迎宾街1号",
    "legal_representative": "高法人",
    "contact": "史联系",
    "contact_phone": "0352-5550001",
}
PINGCHENG, YUNGANG = datong.COUNTIES


def campaign(*, vehicle: int = 3, eco: int = 2, food: int = 3, size: int = 2) -> Campaign:
    """`size` vehicle bodies and one of each other line are drawn; two food laboratories come from the province, of
    which one is drawn and the other is its county's."""
    pool = datong.pool(vehicle=vehicle, eco=eco, food=food, **FIELDS)
    datong.officers(city=4, police=2, ecology=2, county=2)
    found = datong.campaign(**DOCUMENT)
    for code, count in (("vehicle", size), ("eco", 1), ("other", 1)):
        datong.line(found, code, count).matters.set([matter()])
    basis = BasisDocument(title="山西省通知", number="晋市监发〔2025〕174号")
    services.replace_basis_documents(found, [basis], by=datong.officer())
    allotment.receive(found, {each.pk: True for each in pool["food"][:2]}, origin="省局下发名单", by=datong.officer())
    flag(pool["vehicle"][0])
    datong.drawn(found)
    return transitions.dispatch(found, by=datong.officer())


def flag(institution) -> None:
    RiskFlag.objects.create(
        institution=institution,
        kind=RiskKind.COMPLAINT,
        evidence="12315 投诉 张某 0352-0000009",
        noted_on=date(2025, 1, 1),
    )


def matter() -> InspectionMatter:
    values = {"name": "资质认定监督检查", "department": accounts.department(), "methods": ["1", "2"]}
    found, is_new = InspectionMatter.objects.get_or_create(code="C06", defaults=values)
    if is_new:
        old = {"title": "旧办法", "article": "第一条", "valid_from": date(2000, 1, 1), "valid_to": date(2010, 1, 1)}
        new = {"title": "检验检测机构监督管理办法", "valid_from": date(2021, 6, 1)}
        rows = [old, {**new, "article": "第十三条"}, {**new, "article": "第十四条"}]
        found.legal_bases.set([LegalBasis.objects.create(**row) for row in rows])
    return found


def notified(of: Campaign) -> list[Task]:
    """The city's own tasks, their notices issued."""
    datong.declared(of)
    tasks = list(Task.objects.filter(campaign=of, bureau=datong.CITY))
    notices.issue_notices(tasks, by=datong.officer())
    return tasks


def county_officer(code: str) -> User:
    username = f"county-{code}"
    return User.objects.filter(username=username).first() or accounts.user(
        username, Role.COUNTY_OFFICER, at=f"scjg:{code}", name="县局某"
    )


def stages(of: Campaign, *rows: Stage) -> None:
    of.stages.all().delete()
    Stage.objects.bulk_create(
        Stage(
            campaign=of, kind=row.kind, name=row.name, starts_on=row.starts_on, ends_on=row.ends_on, is_soft=row.is_soft
        )
        for row in rows
    )
