"""What the clock does in this room."""

from celery import shared_task

from visits import rectifying, reminding


@shared_task
def escalate_overdue() -> None:
    """Rectifications that are over their day are shown to the lead bureau, each once."""
    rectifying.escalate_overdue()


@shared_task
def remind_of_rectifications() -> None:
    """Three days before and after, each once."""
    reminding.remind()
