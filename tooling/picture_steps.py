"""What the people of the demo do between two pictures, run inside Django: `manage.py shell -c "…; step()"`."""

import hashlib
import os
import time
from datetime import date
from itertools import islice
from pathlib import Path

from django.core.files.base import ContentFile

from accounts.models import Region, User
from campaigns import drawing, freezing, transitions
from campaigns.models import Campaign, Contribution, Draw, LineAgreement, Source, Task
from campaigns.notices import issue_notices
from config.demo.institutions import institution_rows
from config.demo.seeding import workbook_of
from institutions.services import start_import
from jobs.models import Job
from reports import datasets, xlsx
from reports.campaign_notice import compose_campaign_notice
from reports.pdf import render_inspection_notices, render_official_document, render_task_list
from reports.printed_lists import task_list_sheet

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
    """Everyone has spoken but the police, so that the page shows both."""
    officer = person("datong-officer")
    transitions.propose(campaign(), by=officer)
    for agreement in LineAgreement.objects.filter(line__campaign=campaign()):
        transitions.answer(agreement, agrees=True, words="", by=person(SPEAKERS[agreement.bureau_id]))
    frozen = freezing.freeze_campaign(campaign(), by=officer)
    for contribution in frozen.contributions.exclude(bureau_id="ga:140200"):
        contribute(contribution)


def contribute(contribution: Contribution) -> None:
    """The same value in every run."""
    is_witness = contribution.kind == Source.Kind.WITNESS
    speaker = "datong-supervisor" if is_witness else SPEAKERS.get(contribution.bureau_id or "", "datong-officer")
    value = hashlib.sha256(contribution.source.encode()).hexdigest()[:12]
    drawing.give_contribution(contribution, value=value, by=person(speaker))


def draw_and_dispatch() -> None:
    officer = person("datong-officer")
    for contribution in Contribution.objects.filter(draw=Draw.objects.get(campaign=campaign()), value=""):
        contribute(contribution)
    drawing.run_draw(campaign(), by=officer)
    transitions.dispatch(campaign(), by=officer)
    issue_notices(Task.objects.filter(campaign=campaign(), bureau=officer.bureau), by=officer)


def print_documents() -> None:
    """The campaign's notice, one institution's notice and a county's task list, into the folder PICTURES."""
    folder, officer = Path(os.environ["PICTURES"]), person("datong-officer")
    (folder / "campaign-notice.pdf").write_bytes(render_official_document(compose_campaign_notice(campaign())))
    tasks = datasets.with_notice(Task.objects.filter(campaign=campaign(), notice__isnull=False)).order_by("number")
    notice = datasets.inspection_notice(tasks[0], site=SITE, made_by=officer)
    (folder / "inspection-notice.pdf").write_bytes(render_inspection_notices([notice]))
    head = datasets.list_head(campaign(), officer)
    rows = datasets.task_rows(officer, campaign())
    (folder / "task-list.pdf").write_bytes(render_task_list(task_list_sheet(head, rows)))
    (folder / "task-list-workbook.xlsx").write_bytes(xlsx.task_list_workbook(head, rows, by_county=True))
