import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import FigureColumn, ListTable
from accounts.templatetags.wording import cn_date, cn_moment, status_tag
from jobs.kinds import kind_of
from jobs.models import Job, JobState

STATE_TONES = {
    JobState.QUEUED: "waiting",
    JobState.RUNNING: "current",
    JobState.DONE: "done",
    JobState.FAILED: "refused",
    JobState.CANCELLED: "plain",
}


def state_tag(job: Job) -> SafeString:
    if job.state == JobState.RUNNING and job.cancel_asked:
        return status_tag("正在取消", "waiting")
    return status_tag(job.get_state_display(), STATE_TONES[JobState(job.state)])


class JobTable(ListTable):
    title = tables.Column("名称", linkify=("jobs:detail", {"pk": tables.A("pk")}))
    state = tables.Column("状态")
    message = tables.Column("进展", empty_values=(), orderable=False)
    created_at = tables.Column("发起时间", attrs={"td": {"class": "nowrap"}})
    file = tables.Column("文件", empty_values=(), orderable=False)
    expires = tables.Column("保留至", empty_values=(), orderable=False, attrs={"td": {"class": "nowrap"}})

    def render_state(self, record: Job) -> SafeString:
        return state_tag(record)

    def render_message(self, record: Job) -> str:
        if record.is_open and record.total:
            return f"{record.message}（{record.done} / {record.total}）"
        return record.error or record.message

    def render_created_at(self, record: Job) -> str:
        return cn_moment(record.created_at)

    def render_file(self, record: Job) -> SafeString | str:
        if record.file:
            return format_html('<a href="{}" download>下载</a>', reverse("jobs:file", args=[record.pk]))
        return "已过保留期" if record.file_name else "—"

    def render_expires(self, record: Job) -> str:
        return cn_date(record.expires_at)

    class Meta(ListTable.Meta):
        model = Job
        fields = ("title", "state", "message", "created_at", "file", "expires")
        attrs = {"class": "table", "id": "jobs"}


class OverviewTable(ListTable):
    """Titles, parameters and reasons tell what the work is about; they are not among the columns."""

    pk = tables.Column("编号", linkify=("jobs:overview_job", {"pk": tables.A("pk")}), attrs={"td": {"class": "code"}})
    kind = tables.Column("类别")
    queue = tables.Column("队列")
    owner = tables.Column("发起人", order_by="owner__username")
    state = tables.Column("状态")
    failure = tables.Column("失败类型", empty_values=("",))
    waiting_since = tables.Column("排队自", attrs={"td": {"class": "nowrap"}})
    lease_until = tables.Column("租期至", attrs={"td": {"class": "nowrap"}})
    attempts = FigureColumn("次数")
    finished_at = tables.Column("结束时间", attrs={"td": {"class": "nowrap"}})

    def render_kind(self, record: Job) -> str:
        return kind_of(record.kind).label

    def render_state(self, record: Job) -> SafeString:
        return state_tag(record)

    def render_waiting_since(self, record: Job) -> str:
        return cn_moment(record.waiting_since)

    def render_lease_until(self, record: Job) -> str:
        return cn_moment(record.lease_until) if record.state == JobState.RUNNING else "—"

    def render_finished_at(self, record: Job) -> str:
        return cn_moment(record.finished_at)

    class Meta(ListTable.Meta):
        model = Job
        fields = (
            "pk", "kind", "queue", "owner", "state", "failure", "waiting_since", "lease_until", "attempts",
            "finished_at",
        )  # fmt: skip
        attrs = {"class": "table", "id": "all-jobs"}
