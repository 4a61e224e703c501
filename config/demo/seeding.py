"""Builds the demo through the services and importers that people use, so that it cannot break a rule."""

import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import transaction
from openpyxl import Workbook

from accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, DemoAccount
from accounts.models import Bureau, Region, Role, User
from accounts.models.users import ADMINISTRATORS
from accounts.services import founding, roles, users
from accounts.services.places import edit_bureau
from config.demo.campaign import plan_datong
from config.demo.institutions import institution_rows
from config.demo.people import expert_rows, inspector_rows
from config.demo.self_checks import open_self_checks
from config.demo.visits.showing import show_inspections
from inspectors.models import Inspector, Pool
from inspectors.services import imports as people_imports
from inspectors.services.conflicts import declare_conflict
from inspectors.services.inspectors import link_account
from institutions.models import Institution, RiskKind
from institutions.services import add_risk_flag, appoint_representative, confirm_import, start_import
from jobs.models import Job, JobState
from jobs.running import run_job

Say = Callable[[str], object]


def seed(say: Say) -> None:
    """Reference data, accounts, both pools, risk flags and conflicts, a campaign in the middle of its inspections, and
    the next one ready to be frozen."""
    say("行政区划、部门、机关单位、领域、抽查事项")
    call_command("load_reference", verbosity=0)
    accounts = open_accounts(DEMO_ACCOUNTS)
    _name_contacts(accounts["sysadmin"])
    province = accounts["shanxi-officer"]
    say("检查对象名录库（约 1,900 家）")
    counties = list(Region.objects.filter(level=Region.Level.COUNTY, code__startswith="14").select_related("parent"))
    rows = institution_rows([each for each in counties if each.kind == Region.Kind.GB])
    import_institutions(rows, "山西省检查对象名录库（演示）.xlsx", by=province)
    say("检查人员名录库（900 名检查人员，60 名专家）")
    _import_people(province)
    _link_people(accounts)
    _flag_some(accounts["datong-officer"])
    say("正在实施的监督抽查：现场检查、结果、整改和线索")
    show_inspections(accounts)
    say("大同市 2025 年度监督抽查：计划与协商")
    partners = {"ga:140200": accounts["datong-police"], "sthj:140200": accounts["datong-ecology"]}
    campaign = plan_datong(accounts["datong-officer"], partners)
    say("机构自查：发起一轮，部分机构已经报送")
    open_self_checks(campaign, accounts["datong-officer"], accounts["institution-clerk"])


def open_accounts(accounts: Iterable[DemoAccount]) -> dict[str, User]:
    """The three administrators first; they open the other accounts and grant their roles."""
    wanted = list(accounts)
    installed = install(wanted)
    found = {user.username: user for user in installed.values()}
    return found | {each.username: open_account(each, installed) for each in wanted if each.username not in found}


def install(accounts: Iterable[DemoAccount]) -> dict[Role, User]:
    founders = {account.roles[0]: account for account in accounts if account.roles[0] in ADMINISTRATORS}
    people = {role: (account.username, account.name) for role, account in founders.items()}
    return founding.install_administrators(people, DEMO_PASSWORD)


def _name_contacts(administrator: User) -> None:
    """Whom to call about Datong's notices: offices as the notice names them, landlines that cannot exist."""
    contacts = {"scjg:140200": "认证科", "ga:140200": "车辆管理科", "sthj:140200": "监测科"}
    for index, (code, office) in enumerate(contacts.items()):
        values = {"contact_office": office, "contact_phone": f"0352-000000{index + 1}"}
        edit_bureau(Bureau.objects.get(pk=code), values, by=administrator)


def open_account(account: DemoAccount, administrators: Mapping[Role, User]) -> User:
    bureau = Bureau.objects.get(pk=account.bureau) if account.bureau else None
    opener = administrators[Role.SYSTEM_ADMINISTRATOR]
    user, _ = users.create_user(account.username, account.name, bureau=bureau, password=DEMO_PASSWORD, by=opener)
    for role in account.roles:
        roles.grant_role(user, role, by=administrators[Role.SECURITY_ADMINISTRATOR])
    return User.objects.get(pk=user.pk)


def import_institutions(rows: Iterable[Mapping[str, str]], file_name: str, *, by: User) -> None:
    with transaction.atomic():
        run = start_import(ContentFile(workbook_of(rows)), file_name=file_name, by=by)
        _run(run.check_job)
    with transaction.atomic():
        _run(confirm_import(run, by=by))


def _import_people(by: User) -> None:
    bureaus = list(Bureau.objects.filter(region__code__startswith="14").select_related("region"))
    cities = list(Region.objects.filter(level=Region.Level.CITY, code__startswith="14"))
    for pool, rows in ((Pool.INSPECTORS, inspector_rows(bureaus)), (Pool.EXPERTS, expert_rows(cities))):
        import_people(rows, pool, f"山西省{Pool(pool).label}（演示）.xlsx", by=by)


def import_people(rows: Iterable[Mapping[str, str]], pool: Pool, file_name: str, *, by: User) -> None:
    with transaction.atomic():
        run = people_imports.start_import(ContentFile(workbook_of(rows)), pool=pool, file_name=file_name, by=by)
        _run(run.check_job)
    with transaction.atomic():
        _run(people_imports.confirm_import(run, by=by))


def _link_people(accounts: Mapping[str, User]) -> None:
    """The demo's inspector gets a place in the pool, its clerk and legal representative an institution."""
    officer = accounts["datong-officer"]
    inspector = Inspector.objects.active().filter(bureau="scjg:140200", user=None).order_by("number")[0]
    link_account(inspector, accounts["datong-inspector"], by=officer)
    asked = Institution.objects.in_scope("140214").filter(state="operating", certificates__state="valid")
    institution = asked.order_by("uscc")[0]
    for name in ("institution-clerk", "institution-head"):
        user = accounts[name]
        appoint_representative(institution, user, next(iter(user.roles)), by=officer)


def _flag_some(by: User) -> None:
    """Risk flags and conflicts of interest in Datong, as a city would have noted them."""
    datong = list(Institution.objects.in_scope("1402").filter(state="operating").order_by("uscc"))
    evidence = ("投诉举报件 2025-07-18 登记", "2025 年能力验证计划未参加且未说明", "2024 年度统计直报逾期")
    kinds = (RiskKind.COMPLAINT, RiskKind.PT_ABSENT, RiskKind.STATISTICS_NOT_REPORTED)
    for index, institution in enumerate(datong[::9]):
        values = {"kind": kinds[index % 3], "evidence": evidence[index % 3], "noted_on": date(2025, 8, 1 + index)}
        add_risk_flag(institution, values, by=by)
    officers = Inspector.objects.active().filter(bureau__region__code__startswith="1402").order_by("number")
    for inspector, institution in zip(officers[::12], datong[::17], strict=False):
        declare_conflict(inspector, kind="former_employment", institution=institution, on=date(2025, 9, 1), by=by)


def _run(job: Job | None) -> None:
    """Do the job in the transaction that asks for it: a worker, for whom it may be another day, never sees it open."""
    done = run_job(job.pk) if job else None
    if done is None or done.state != JobState.DONE:
        raise RuntimeError(f"演示数据导入失败：{done and (done.error or done.message)}")


def workbook_of(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A workbook as a person would fill it in: one header row, text everywhere."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名录")
    for index, row in enumerate(rows):
        if index == 0:
            sheet.append(list(row))
        sheet.append(list(row.values()))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
