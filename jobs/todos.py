"""What a person finds on the workbench of the work they have started, and the system administrator of everybody's."""

from collections.abc import Iterator

from django.urls import reverse

from accounts import workbench
from accounts.models import Role, User
from accounts.workbench import Running, ToDo, Urgency
from jobs.models import Job, JobState
from jobs.overview import failed_lately

MOST_SHOWN = 5


def jobs_under_way(user: User) -> Iterator[Running]:
    for job in Job.objects.visible_to(user).open()[:MOST_SHOWN]:
        progress = f"{job.done} / {job.total}" if job.total else ""
        note = " ".join(part for part in (job.message, progress) if part)
        tone = "current" if job.state == JobState.RUNNING else "waiting"
        yield Running(job.title, reverse("jobs:detail", args=[job.pk]), job.get_state_display(), tone, note)


def jobs_needing_attention(user: User) -> Iterator[ToDo]:
    if not user.has_role(Role.SYSTEM_ADMINISTRATOR):
        return
    page = reverse("jobs:overview")
    if count := Job.objects.needing_attention().count():
        text = f"{count} 项后台任务超过 1 分钟无人执行，请检查队列和执行进程"
        yield ToDo(text, f"{page}?needs=attention", "查看", Urgency.TODAY)
    if count := failed_lately().count():
        yield ToDo(f"近一天有 {count} 项后台任务因系统原因没有完成", f"{page}?needs=faults", "查看", Urgency.SOON)


workbench.offer(todos=jobs_needing_attention, running=jobs_under_way)
