"""Work that tests ask for. Its effect is one bureau department more, so that a second effect would be seen."""

import os
import secrets
import signal
import time

from django.db import transaction

from accounts.models import Department
from jobs.models import Job
from jobs.running import JobRefused, Outcome, Progress, handles


def effect(job: Job) -> None:
    Department.objects.create(code=secrets.token_hex(4), name=f"第 {job.pk} 项", short_name="效果")


def effects(job: Job) -> int:
    return Department.objects.filter(name=f"第 {job.pk} 项").count()


@handles("tests.settle")
def settle(job: Job, progress: Progress) -> Outcome:
    """Its effect and its end in one transaction."""
    progress("进行中", 1, 2)
    with transaction.atomic():
        effect(job)
        return progress.settle(Outcome("好了", {"answer": 42}))


@handles("tests.die_once")
def die_once(job: Job, progress: Progress) -> Outcome:
    """Killed in the middle of its transaction when it runs for the first time."""
    progress("进行中", 1, 2)
    with transaction.atomic():
        effect(job)
        if job.attempts == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return progress.settle(Outcome("好了"))


@handles("tests.file")
def write_file(job: Job, progress: Progress) -> Outcome:
    name = job.parameters.get("name", "大同市任务清单.xlsx")
    return Outcome("生成完毕", file_name=name, content=job.parameters.get("content", "内容").encode())


@handles("tests.refuse")
def refuse(job: Job, progress: Progress) -> Outcome:
    raise JobRefused("第 3 条目人员不足，请先补充执法人员。")


@handles("tests.break")
def break_down(job: Job, progress: Progress) -> Outcome:
    raise ZeroDivisionError


@handles("tests.slow")
def slow(job: Job, progress: Progress) -> Outcome:
    for step in range(20):
        progress(f"第 {step} 步", step, 20)
        time.sleep(0.1)
    return Outcome()


@handles("tests.final", can_be_cancelled=False, can_be_retried=False)
def final(job: Job, progress: Progress) -> Outcome:
    """Neither to be stopped half-way nor to be done again."""
    progress("进行中", 1, 2)
    effect(job)
    return Outcome("好了")


@handles("tests.greedy")
def greedy(job: Job, progress: Progress) -> Outcome:
    """Asks for more than any worker process may have; the kernel refuses before a page of it is used."""
    return Outcome(str(len(bytearray(5 * 1024**3))))


@handles("tests.long", seconds=1)
def take_long(job: Job, progress: Progress) -> Outcome:
    for step in range(600):
        progress(f"第 {step} 步", step, 600)
        time.sleep(0.1)
    return Outcome()
