import pytest
from django.urls import reverse

from accounts import workbench
from accounts.links import links_of
from accounts.models import AuditEvent
from campaigns.models import Campaign, Task
from campaigns.states import TaskState
from tests.factories import institutions
from tests.visits import world
from visits import adopting
from visits.errors import VisitError
from visits.models import Adoption

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def a_pair(**fields: object) -> tuple[Task, Task]:
    """A drawn task, and a concluded one of a special campaign at the same institution."""
    source = world.concluded()
    task = world.task(source.institution, **fields)
    Campaign.objects.filter(pk=source.campaign_id).update(kind="special", title="机动车检验专项检查")
    return task, Task.objects.get(pk=source.pk)


def url(name: str, thing: object) -> str:
    return reverse(f"visits:{name}", args=[thing.pk])


def told(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_result_of_another_campaign_is_asked_for_and_approved_by_another_person(client):
    task, source = a_pair()
    client.force_login(world.officer())
    page = client.get(url("adoption", task))
    assert [(each.task, each.whole.category.value) for each in page.context["sources"]] == [(source, "E")]

    client.post(url("adoption_ask", task), {"source": source.pk, "reason": "事项相同，十日内检查过"})
    adoption = Adoption.objects.get(task=task)
    assert client.post(url("adoption_approve", adoption)).status_code == 403

    client.force_login(world.approver())
    assert [todo.button for todo in workbench.todos_of(world.approver()) if "采纳" in todo.text] == ["去批准"]
    shown = client.post(url("adoption_approve", adoption), follow=True)

    assert Task.objects.get(pk=task.pk).state == TaskState.ADOPTED
    assert [column.result.task_id for column in shown.context["columns"]] == [source.pk, source.pk]
    assert "本任务采纳" in shown.content.decode()
    assert [todo.button for todo in workbench.todos_of(world.approver()) if "采纳" in todo.text] == []


def test_drawn_result_is_adopted_by_a_special_campaign_as_well():
    source = world.concluded()
    task = world.task(source.institution, kind="special")

    adoption = adopting.ask_adoption(task, source, reason="随机抽查已检查", by=world.officer())
    adopting.approve_adoption(adoption, by=world.approver())

    assert Task.objects.get(pk=task.pk).state == TaskState.ADOPTED


@pytest.mark.parametrize("case", ["another institution", "another year", "not concluded", "the same campaign"])
def test_only_a_final_result_of_the_same_institution_and_year_is_offered(case):
    task, source = a_pair()
    if case == "another institution":
        task = world.task(institutions.institution(county="140213"))
    elif case == "another year":
        Campaign.objects.filter(pk=source.campaign_id).update(year=2024)
    elif case == "not concluded":
        Task.objects.filter(pk=source.pk).update(state=TaskState.JOINT)
    else:
        task = source

    assert adopting.adoptable(Task.objects.get(pk=task.pk)) == []


def test_approver_declines_with_words_and_it_may_be_asked_again(client):
    task, source = a_pair()
    adoption = adopting.ask_adoption(task, source, reason="事项相同", by=world.officer())
    client.force_login(world.approver())

    empty = client.post(url("adoption_decline", adoption), {"words": " "})
    assert (empty.status_code, list(empty.context["declining"].errors)) == (200, ["words"])
    page = client.post(url("adoption_decline", adoption), {"words": "检查事项不同"}, follow=True)

    kept = Adoption.objects.get(pk=adoption.pk)
    assert (kept.declined_by, kept.declined_because, kept.is_waiting) == (world.approver(), "检查事项不同", False)
    assert "检查事项不同" in page.content.decode()
    assert [todo.text for todo in workbench.todos_of(world.approver()) if "采纳" in todo.text] == []
    assert Task.objects.get(pk=task.pk).state == TaskState.DISPATCHED
    assert AuditEvent.objects.filter(action="visits.decline_adoption").count() == 1
    with pytest.raises(VisitError, match="已作出不予采纳"):
        adopting.approve_adoption(kept, by=world.approver())

    again = adopting.ask_adoption(task, source, reason="补充说明：事项相同", by=world.officer())
    assert (again.pk, again.is_waiting, again.declined_because) == (kept.pk, True, "")


def test_who_asked_does_not_decline_and_what_was_approved_stays():
    task, source = a_pair()
    adoption = adopting.ask_adoption(task, source, reason="事项相同", by=world.approver())
    with pytest.raises(VisitError, match="不能是提出人"):
        adopting.decline_adoption(adoption, words="不同", by=world.approver())
    adoption = adopting.ask_adoption(task, source, reason="事项相同", by=world.officer())
    adopting.approve_adoption(adoption, by=world.approver())
    with pytest.raises(VisitError, match="已经批准"):
        adopting.decline_adoption(adoption, words="不同", by=world.approver())


def test_what_is_asked_again_before_approval_replaces_the_former_words():
    task, source = a_pair()
    adopting.ask_adoption(task, source, reason="第一次", by=world.officer())

    adopting.ask_adoption(task, source, reason="第二次", by=world.officer())

    assert [adoption.reason for adoption in Adoption.objects.filter(task=task)] == ["第二次"]


def test_without_a_reason_nothing_is_asked(client):
    task, source = a_pair()
    client.force_login(world.officer())

    page = client.post(url("adoption_ask", task), {"source": source.pk, "reason": " "})

    assert "reason" in page.context["form"].errors
    assert not Adoption.objects.filter(task=task).exists()


def test_task_that_was_visited_meanwhile_adopts_nothing(client):
    task, source = a_pair()
    adoption = adopting.ask_adoption(task, source, reason="事项相同", by=world.officer())
    world.started(world.told(world.notified(task)))
    client.force_login(world.approver())

    page = client.post(url("adoption_approve", adoption), follow=True)

    assert told(page) == ["检查任务当前为“检查中”，不能采纳结果。"]
    assert Adoption.objects.get(pk=adoption.pk).approved_at is None


def test_task_page_leads_to_adoption_only_where_there_is_something_to_adopt():
    task, _ = a_pair()
    alone = world.task()

    def labels(of: Task) -> list[str]:
        return [link.label for link in links_of(world.officer(), of) if "采纳" in link.label]

    assert (labels(task), labels(alone)) == (["采纳检查结果"], [])
