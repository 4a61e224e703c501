"""Builds the demo through the services and importers that people use, so that it cannot break a rule."""

import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.core.management import call_command
from openpyxl import Workbook

from accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, DemoAccount
from accounts.models import Bureau, Region, Role, User
from accounts.models.users import ADMINISTRATORS
from accounts.services import founding, roles, users
from config.demo.campaign import plan_datong
from config.demo.institutions import institution_rows
from config.demo.people import expert_rows, inspector_rows
from inspectors.models import Inspector
from institutions.models import Institution, Representative, RiskKind
from institutions.services.imports import confirm_import, start_import
from jobs.models import Job, JobState
from jobs.running import run_job

Say = Callable[[str], object]


def seed(say: Say) -> None:
    """Reference data, accounts, both pools, risk flags and conflicts, and the campaign ready to be frozen."""
    say("行政区划、部门、机关单位、领域、抽查事项")
    call_command("load_reference", verbosity=0)
    accounts = _accounts()
    province = accounts["shanxi-officer"]
    say("检查对象名录库（约 1,900 家）")
    counties = list(Region.objects.filter(level=Region.Level.COUNTY, code__startswith="14").select_related("parent"))
    _import_institutions(institution_rows([each for each in counties if each.kind == Region.Kind.GB]), by=province)
    say("检查人员名录库（900 名检查人员，60 名专家）")
    _import_people(province)
    _link_people(accounts)
    _flag_some(province)
    say("大同市 2025 年度监督抽查：计划与协商")
    partners = {"ga:140200": accounts["datong-police"], "sthj:140200": accounts["datong-ecology"]}
    plan_datong(accounts["datong-officer"], partners)


def _accounts() -> dict[str, User]:
    """The three administrators first; they open the other accounts and grant their roles."""
    founders = {account.roles[0]: account for account in DEMO_ACCOUNTS if account.roles[0] in ADMINISTRATORS}
    people = {role: (account.username, account.name) for role, account in founders.items()}
    installed = founding.install_administrators(people, DEMO_PASSWORD)
    found = {user.username: user for user in installed.values()}
    for account in DEMO_ACCOUNTS:
        if account.username not in found:
            found[account.username] = _open(account, installed)
    return found


def _open(account: DemoAccount, administrators: Mapping[Role, User]) -> User:
    bureau = Bureau.objects.get(pk=account.bureau) if account.bureau else None
    opener = administrators[Role.SYSTEM_ADMINISTRATOR]
    user, _ = users.create_user(account.username, account.name, bureau=bureau, password=DEMO_PASSWORD, by=opener)
    for role in account.roles:
        roles.grant_role(user, role, by=administrators[Role.SECURITY_ADMINISTRATOR])
    return User.objects.get(pk=user.pk)


def _import_institutions(rows: Iterable[Mapping[str, str]], *, by: User) -> None:
    run = start_import(ContentFile(workbook_of(rows)), file_name="山西省检查对象名录库（演示）.xlsx", by=by)
    _run(run.check_job)
    _run(confirm_import(run, by=by))


def _run(job: Job | None) -> None:
    assert job is not None
    done = run_job(job.pk)
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
