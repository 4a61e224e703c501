import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.lists import ListTable
from accounts.templatetags.wording import cn_date, cn_moment, status_tag
from jobs.models import Job, JobState

STATE_TONES = {
    JobState.QUEUED: "waiting",
    JobState.RUNNING: "current",
    JobState.DONE: "done",
    JobState.FAILED: "refused",
    JobState.CANCELLED: "plain",
}


class JobTable(ListTable):
    title = tables.Column("名称", linkify=("jobs:detail", {"pk": tables.A("pk")}))
    state = tables.Column("状态")
    message = tables.Column("进展", empty_values=(), orderable=False)
    created_at = tables.Column("发起时间", attrs={"td": {"class": "nowrap"}})
    file = tables.Column("文件", empty_values=(), orderable=False)
    expires = tables.Column("保留至", empty_values=(), orderable=False, attrs={"td": {"class": "nowrap"}})

    def render_state(self, record: Job) -> SafeString:
        return status_tag(record.get_state_display(), STATE_TONES[JobState(record.state)])

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
