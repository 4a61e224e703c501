"""What officers find on their workbench: what their bureau has to report, and what was reported to it."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts import workbench
from accounts.models import Role, User
from accounts.models.users import LEADS
from accounts.workbench import ToDo
from campaigns.todos import MOST_SHOWN, urgency_of
from reports.duties.reminding import owed
from reports.duties.rules import SENDERS
from reports.duties.states import SubmissionState
from reports.models import ReportingDuty, Submission


def reports_to_send(user: User) -> Iterator[ToDo]:
    if not user.is_regulator or not user.has_role(*SENDERS):
        return
    returned = Submission.objects.filter(duty=OuterRef("pk"), state=SubmissionState.RETURNED)
    found = (
        owed()
        .filter(sender=user.bureau_id)
        .annotate(is_returned=Exists(returned))
        .select_related("receiver", "campaign")
    )
    for duty in found.order_by("due_on", "pk")[:MOST_SHOWN]:
        words = "补正后重新报送" if duty.is_returned else "报送"
        text = f"向{duty.receiver.short_name}{words}：{duty.title}"
        soft = "原则上" if duty.is_soft else ""
        yield ToDo(
            text, duty.get_absolute_url(), "去报送", urgency_of(duty.due_on), duty.due_on, soft or duty.campaign.title
        )


def reports_to_receive(user: User) -> Iterator[ToDo]:
    if not user.is_regulator or not user.has_role(*LEADS, Role.COUNTY_OFFICER):
        return
    waiting = ReportingDuty.objects.filter(receiver=user.bureau_id, submissions__state=SubmissionState.HANDED_IN)
    if number := waiting.distinct().count():
        url = f"{reverse('reports:duties')}?side=receive&status=handed_in"
        yield ToDo(f"{number} 项报送材料待签收", url, "去签收")


workbench.offer(todos=reports_to_send)
workbench.offer(todos=reports_to_receive)
