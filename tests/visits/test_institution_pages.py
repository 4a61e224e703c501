"""What an institution meets on its way through a visit: the page of its task, with the notice that it thereby received."""

from datetime import date

import pytest
from django.urls import reverse

from campaigns.states import TaskState
from tests.visits import world
from visits.codes import DeliveryMode
from visits.models import Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
RECEIVED = "打开本页或者下载通知书，即记为电子送达"
TITLE = "检验检测机构监督管理办法"


def page_of(client, task, reader):
    client.force_login(reader)
    return client.get(task.get_absolute_url()).content.decode()


def test_opening_the_task_is_the_receipt_of_its_notice_and_says_so(client):
    task = world.notified()
    head = world.head(task)

    officers, opened = page_of(client, task, world.officer()), []
    assert not Delivery.objects.exists()
    opened = [page_of(client, task, head) for _ in range(2)]
    client.get(reverse("reports:notice", args=[task.pk]))

    assert (RECEIVED in officers, [RECEIVED in page for page in opened]) == (False, [True, True])
    told = Delivery.objects.get()
    assert (told.notice, told.mode, told.received_by) == (task.notice, DeliveryMode.ELECTRONIC, head.name)
    type(task).objects.filter(pk=task.pk).update(state=TaskState.CONCLUDED)
    assert RECEIVED not in page_of(client, task, head)


def test_task_names_the_articles_in_force_when_its_notice_was_issued(client):
    task = world.notified()
    matter = task.line.matters.first()
    old = world.basis(title=TITLE, article="第十七条", valid_from=date(2021, 6, 1), valid_to=date(2025, 3, 17))
    new = [
        world.basis(title=TITLE, article=article, valid_from=date(2025, 3, 18))
        for article in ("第十八条", "第二十一条")
    ]
    matter.legal_bases.set([old, *new])

    page = page_of(client, task, world.head(task))

    assert f"《{TITLE}》第十八条、第二十一条" in page
    assert "第十七条" not in page
