"""What the people of the demo do between two pictures, run inside Django: `manage.py shell -c "…; step()"`."""

import hashlib
import os
import time
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Region, User
from campaigns import approvals, contributing, drawing, freezing, transitions
from campaigns.declaring import declare_team
from campaigns.draw import contribution_commitment
from campaigns.models import Act, Approval, Campaign, Contribution, Draw, LineAgreement, Source, Task
from campaigns.notices import issue_notices
from config.demo.institutions import institution_rows
from config.demo.seeding import workbook_of
from institutions.services import start_import
from jobs.models import Job
from reports import datasets, xlsx
from reports.campaign_notice import compose_campaign_notice
from reports.official.composing import compose
from reports.pdf import render_inspection_notices, render_official_document, render_task_list
from reports.printed_lists import task_list_sheet
from reports.self_check_form import version_sheet
from reports.self_check_pdf import render_self_check
from reports.visit_documents import rectification_order
from reports.visit_documents_pdf import render_rectification_order
from selftest.models import Signature
from visits.models import Rectification

DAY = date(2025, 9, 9)
COUNTY = "140213"
SPEAKERS = {"scjg:140200": "datong-officer", "ga:140200": "datong-police", "sthj:140200": "datong-ecology"}
SITE = "https://lianchou.example"


def person(username: str) -> User:
    return User.objects.get(username=username)


def campaign() -> Campaign:
    return Campaign.objects.get(number="140200-2025-92")


def upload_a_faulty_workbook() -> None:
    """Sixty rows of the demo with three faults, and the report that the worker makes of them."""
    counties = list(Region.objects.filter(code__startswith="1402", level=Region.Level.COUNTY).select_related("parent"))
    rows = list(islice(institution_rows([each for each in counties if each.kind == Region.Kind.GB], seed=92), 60))
    rows[7]["统一社会信用代码"] = rows[7]["统一社会信用代码"][:-1] + "?"
    rows[20]["有效日期"] = "2031年13月"
    rows[33]["所在县区"] = "太平区"
    file = ContentFile(workbook_of(rows))
    run = start_import(file, file_name="大同市2025年检查对象名录（更新）.xlsx", by=person("datong-officer"))
    while run.check_job and Job.objects.open().filter(pk=run.check_job.pk).exists():
        time.sleep(0.2)


def take_the_plan_back() -> None:
    transitions.withdraw(campaign(), by=person("datong-officer"))


def agree_and_freeze() -> None:
    """Everyone has revealed but the police, so that the page shows both."""
    transitions.propose(campaign(), by=person("datong-officer"))
    for agreement in LineAgreement.objects.filter(line__campaign=campaign()):
        transitions.answer(agreement, agrees=True, words="", by=person(SPEAKERS[agreement.bureau_id]))
    frozen = freezing.freeze_campaign(approved(Act.FREEZE))
    for each in frozen.contributions.exclude(kind=Source.Kind.PUBLIC):
        digest = contribution_commitment(each.source, value_of(each))
        contributing.commit_value(each, commitment=digest, by=speaker(each))
    for each in frozen.contributions.filter(kind=Source.Kind.PUBLIC):
        contributing.enter_public_value(
            each,
            value="03 08 15 16 24 30 + 07",
            origin="中国福利彩票网站开奖公告",
            occurred_at=timezone.now(),
            by=speaker(each),
        )
    for each in frozen.contributions.filter(value="").exclude(bureau_id="ga:140200"):
        contributing.reveal_value(each, value=value_of(each), by=speaker(each))


def approved(act: Act, draw: Draw | None = None) -> Approval:
    proposed = approvals.propose_act(campaign(), act, draw=draw, by=person("datong-officer"))
    return approvals.mark_confirmed(proposed, by=person("datong-approver"))


def speaker(contribution: Contribution) -> User:
    is_witness = contribution.kind == Source.Kind.WITNESS
    return person("datong-supervisor" if is_witness else SPEAKERS.get(contribution.bureau_id or "", "datong-officer"))


def value_of(contribution: Contribution) -> str:
    """The same in every run."""
    return hashlib.sha256(contribution.source.encode()).hexdigest()[:12]


def draw_and_dispatch() -> None:
    officer = person("datong-officer")
    draw = Draw.objects.get(campaign=campaign())
    for each in draw.contributions.filter(value=""):
        contributing.reveal_value(each, value=value_of(each), by=speaker(each))
    drawing.run_draw(approved(Act.DRAW, draw))
    transitions.dispatch(campaign(), by=officer)
    tasks = Task.objects.filter(campaign=campaign(), bureau=officer.bureau)
    declare_team(tasks, by=officer)
    issue_notices(tasks, by=officer)


def print_documents() -> None:
    """The campaign's notice, one institution's notice and a county's task list, into the folder PICTURES; and the
    self-check of an institution that found a problem."""
    folder, officer = Path(os.environ["PICTURES"]), person("datong-officer")
    (folder / "campaign-notice.pdf").write_bytes(render_official_document(compose_campaign_notice(campaign())))
    tasks = datasets.with_notice(Task.objects.filter(campaign=campaign(), notice__isnull=False)).order_by("number")
    notice = datasets.inspection_notice(tasks[0], site=SITE, made_by=officer)
    (folder / "inspection-notice.pdf").write_bytes(render_inspection_notices([notice]))
    head = datasets.list_head(campaign(), officer)
    rows = datasets.task_rows(officer, campaign())
    (folder / "task-list.pdf").write_bytes(render_task_list(task_list_sheet(head, rows)))
    (folder / "task-list-workbook.xlsx").write_bytes(xlsx.task_list_workbook(head, rows, by_county=True))
    signature = Signature.objects.filter(submission__self_check__problems__isnull=False).earliest("signed_at")
    sheet = version_sheet(signature.submission, made_by=officer)
    (folder / "self-check-form.pdf").write_bytes(render_self_check(sheet))


def print_official_documents() -> None:
    """Three documents of the campaign that is being inspected, into the folder PICTURES: its notice by three issuers, an
    order of rectification, the work summary."""
    folder, officer = Path(os.environ["PICTURES"]), person("datong-officer")
    order = Rectification.objects.filter(task__campaign__lead_bureau="scjg:140200").latest("pk")
    found = order.task.campaign
    for kind, name in (("notice", "campaign-notice"), ("summary", "work-summary")):
        day = timezone.localdate()
        paper = replace(
            compose(kind, found, found.lead_bureau), number=found.document_number, issued_on=day, printed_on=day
        )
        (folder / f"official-{name}.pdf").write_bytes(render_official_document(paper))
    content = render_rectification_order(rectification_order(order, made_by=officer))
    (folder / "official-order-of-rectification.pdf").write_bytes(content)
