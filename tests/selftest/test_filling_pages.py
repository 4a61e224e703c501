"""The institution's portal as a browser without JavaScript meets it, and the answers that the script reads."""

import pytest
from django.test import Client

from accounts import workbench
from accounts.models import Role
from selftest import filling, submitting
from selftest.models import SelfCheck
from selftest.portal import EntryState, overview_of
from selftest.states import SelfCheckState
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def page_of(self_check, path=""):
    return f"/my/selfchecks/{self_check.pk}/{path}"


def texts(response):
    return response.content.decode()


def save(client, self_check, item, user, **values):
    return client.post(page_of(self_check, f"items/{item}/save/"), {"user": user.pk, **values})


def states(self_check):
    return [entry.state for entry in overview_of(self_check).entries]


def test_invited_institution_begins_with_one_button_and_meets_its_header():
    self_check = world.invited()
    client = client_of(world.clerk(self_check))

    assert "开始填报" in texts(client.get("/my/selfchecks/"))
    assert client.get(page_of(self_check, "items/1/")).url == page_of(self_check)
    answer = client.post(page_of(self_check, "begin/"), follow=True)

    assert answer.redirect_chain == [(page_of(self_check, "header/"), 302)]
    assert self_check.institution.name in texts(answer)
    assert SelfCheck.objects.get(pk=self_check.pk).state == SelfCheckState.FILLING


def test_item_is_saved_by_its_buttons_and_leads_to_the_next():
    self_check = world.begun()
    client = client_of(world.clerk(self_check))
    assert "checked" not in texts(client.get(page_of(self_check, "items/1/")))

    answer = client.post(
        page_of(self_check, "items/1/"), {**world.YES, "due_on": "2025-09-30", "base": 0, "go": "next"}
    )

    assert answer.url == page_of(self_check, "items/2/")
    saved = self_check.answers.get(item=1)
    assert {name: getattr(saved, name) for name in world.YES} == world.YES


def test_wrong_date_is_said_at_the_field_and_nothing_typed_is_lost():
    self_check = world.begun()
    client = client_of(world.clerk(self_check))

    answer = client.post(page_of(self_check, "items/1/"), {**world.YES, "due_on": "明天", "base": 0})

    assert answer.status_code == 422
    assert "请填写日期，如 2025-09-15。" in texts(answer)
    assert world.YES["measure"] in texts(answer)
    assert self_check.answers.get(item=1).revision == 0


def test_later_clerk_sees_both_versions_and_decides():
    self_check = world.begun()
    world.answer(self_check, 1, world.YES)
    second = world.person(self_check.institution, name="second-clerk")
    client = client_of(second)
    mine = {"choice": "na", "reason": "没有这种情形", "base": 0}

    refused = client.post(page_of(self_check, "items/1/"), mine)

    assert refused.status_code == 409
    assert [words in texts(refused) for words in (world.YES["description"], "没有这种情形", 'value="1"')] == [True] * 3
    client.post(page_of(self_check, "items/1/"), {**mine, "base": 1})
    assert self_check.answers.get(item=1).reason == "没有这种情形"


def test_script_saves_piece_by_piece_and_hears_where_the_item_stands():
    self_check = world.begun()
    user = world.clerk(self_check)
    client = client_of(user)

    first = save(client, self_check, 1, user, choice="yes", base=0).json()
    again = save(client, self_check, 1, user, choice="yes", base=0).json()
    wrong = save(client, self_check, 1, user, due_on="2025-13-01", base=1)
    full = save(client, self_check, 1, user, base=1, **{**world.YES, "due_on": "2025-09-30"}).json()

    assert (first["revision"], again["revision"], full["revision"]) == (1, 1, 2)
    assert first["missing"] == ["没有写问题描述", "没有写原因分析", "没有写整改措施", "没有写整改完成日期"]
    assert (first["entry"]["state"], full["entry"]["state"]) == ("started", "problem")
    assert (wrong.status_code, wrong.json()) == (422, {"errors": {"due_on": "请填写日期，如 2025-09-15。"}})


def test_script_is_told_of_a_conflict_of_a_lock_and_of_another_account():
    self_check = world.begun()
    user, second = world.clerk(self_check), world.person(self_check.institution, name="second-clerk")
    world.answer(self_check, 1, world.NO)
    client = client_of(second)

    changed = save(client, self_check, 1, second, choice="na", base=0)
    stranger = save(client, self_check, 1, user, choice="na", base=1)
    world.answer(self_check, 2, world.NO)
    SelfCheck.objects.filter(pk=self_check.pk).update(state=SelfCheckState.SIGNING)
    locked = save(client, self_check, 1, second, choice="na", base=1)

    assert (changed.status_code, stranger.status_code, locked.status_code) == (409, 401, 423)
    assert (changed.json()["revision"], changed.json()["values"]["choice"]) == (1, "no")
    assert user.name in changed.json()["panel"]
    assert self_check.answers.get(item=1).choice == "no"


def test_header_keeps_names_one_a_line_and_shows_what_differs_from_the_pool():
    self_check = world.begun()
    client = client_of(world.clerk(self_check))
    basic, certificate = self_check.blocks.all()
    sent = {
        f"block{basic.pk}-address": "平城区新街2号", f"block{basic.pk}-base": 0,
        f"block{certificate.pk}-signatories": "赵敏\r\n孙立、周正", f"block{certificate.pk}-base": 0,
    }  # fmt: skip

    client.post(page_of(self_check, "header/"), sent)

    assert self_check.blocks.get(pk=basic.pk).values["address"] == "平城区新街2号"
    assert self_check.blocks.get(pk=certificate.pk).values["signatories"] == ["赵敏", "孙立", "周正"]
    shown = texts(client.get(page_of(self_check, "header/")))
    assert "名录库：平城区永泰街1号" in shown


def test_header_of_two_clerks_shows_both_versions():
    self_check = world.begun()
    basic = self_check.blocks.get(kind="basic")
    filling.save_header(basic, {"address": "甲路1号"}, base=0, by=world.clerk(self_check))
    second = world.person(self_check.institution, name="second-clerk")
    client = client_of(second)
    name = f"block{basic.pk}-address"

    by_hand = client.post(page_of(self_check, "header/"), {name: "乙路2号", f"block{basic.pk}-base": 0})
    by_script = client.post(
        page_of(self_check, f"header/{basic.pk}/save/"), {name: "乙路2号", "base": 0, "user": second.pk}
    )

    assert (by_hand.status_code, by_script.status_code) == (409, 409)
    assert [words in texts(by_hand) for words in ("甲路1号", "乙路2号")] == [True, True]
    assert by_script.json()["values"]["address"] == "甲路1号"


def test_certificate_is_added_filled_and_removed_but_not_one_of_the_pool():
    self_check = world.begun()
    user = world.clerk(self_check)
    client = client_of(user)
    of_pool = self_check.blocks.get(kind="certificate")

    client.post(page_of(self_check, "header/certificates/"))
    added = self_check.blocks.get(kind="certificate", certificate=None)
    saved = client.post(
        page_of(self_check, f"header/{added.pk}/save/"),
        {f"block{added.pk}-number": "24001", "base": 0, "user": user.pk},
    )
    assert (saved.json()["revision"], saved.json()["missing"]) == (1, ["authorised_name"])
    client.post(page_of(self_check, f"header/{added.pk}/remove/"))
    refused = client.post(page_of(self_check, f"header/{of_pool.pk}/remove/"), follow=True)

    assert [block.pk for block in self_check.blocks.filter(kind="certificate")] == [of_pool.pk]
    assert "名录库中的证书不能删除" in texts(refused)


def test_gaps_lead_to_their_places_and_a_complete_form_goes_to_be_signed():
    self_check = world.begun()
    client = client_of(world.clerk(self_check))
    gaps = texts(client.get(page_of(self_check, "check/")))
    assert [page_of(self_check, f"items/{item}/") in gaps for item in (1, 2, 3)] == [True] * 3
    assert client.post(page_of(self_check, "submit/")).url == page_of(self_check, "check/")

    for item in (1, 2, 3):
        world.answer(self_check, item, world.NO)
    answer = client.post(page_of(self_check, "submit/"))

    assert answer.url == page_of(self_check, "signing/")
    assert SelfCheck.objects.get(pk=self_check.pk).state == SelfCheckState.SIGNING


def test_returned_item_shows_the_words_and_only_it_can_be_changed():
    self_check = world.returned({2: "请说明分场所"})
    client = client_of(world.clerk(self_check))
    assert states(self_check)[2] == EntryState.RETURNED
    assert "请说明分场所" in texts(client.get(page_of(self_check)))
    assert ["data-unit" in texts(client.get(page_of(self_check, f"items/{item}/"))) for item in (1, 2)] == [False, True]

    client.post(page_of(self_check, "items/1/"), {"choice": "no", "base": 1})
    client.post(page_of(self_check, "items/2/"), {"choice": "no", "base": 1})

    assert [answer.choice for answer in self_check.answers.all()] == ["yes", "no", "no"]
    assert states(self_check)[2] == EntryState.FINE
    assert overview_of(self_check).unamended == []


def test_carried_item_is_shown_with_its_answer_and_not_asked():
    earlier = world.accepted()
    later = world.begun(
        of=earlier.institution, form=earlier.round.form, campaign=earlier.round.campaign, title="第二轮",
        carries_from=earlier.round, carried_items=[1],
    )  # fmt: skip
    shown = texts(client_of(world.clerk(later)).get(page_of(later, "items/1/")))

    assert states(later)[1] == EntryState.CARRIED
    assert "沿用2025年度机构自查" in shown
    assert world.YES["measure"] in shown
    assert "data-unit" not in shown


def test_comment_stays_with_the_item_and_leads_back_there():
    self_check = world.begun()
    client = client_of(world.clerk(self_check))
    place = page_of(self_check, "items/2/")

    answer = client.post(page_of(self_check, "comments/"), {"item": 2, "text": "分场所怎么填？", "back": place})
    away = client.post(page_of(self_check, "comments/"), {"text": "好", "back": "//elsewhere.example/"})

    assert (answer.url, away.url) == (f"{place}#comments", f"{page_of(self_check)}#comments")
    assert "分场所怎么填？" in texts(client.get(place))
    assert "分场所怎么填？" not in texts(client.get(page_of(self_check, "items/3/")))


def test_printed_draft_holds_every_answer():
    self_check = world.filled()
    shown = texts(client_of(world.clerk(self_check)).get(page_of(self_check, "print/")))

    wanted = ["草稿", world.CONTENT["title"], world.YES["description"], "2025-09-30", world.NOT_APPLICABLE["reason"]]
    assert [words for words in wanted if words not in shown] == []


def test_foreign_self_check_and_unknown_item_are_missing():
    self_check = world.begun()
    stranger = client_of(world.person(world.institution()))
    paths = ["", "header/", "items/1/", "check/", "print/"]

    assert [stranger.get(page_of(self_check, path)).status_code for path in paths] == [404] * 5
    assert client_of(world.clerk(self_check)).get(page_of(self_check, "items/99/")).status_code == 404


def test_workbench_says_what_to_do_next():
    self_check = world.begun()
    clerk, head = world.clerk(self_check), world.head(self_check)
    name = f"{self_check.institution.name}：2025年度机构自查"
    assert [todo.text for todo in workbench.todos_of(clerk)] == [f"{name}已填 1 项，共 4 项"]

    for item in (1, 2, 3):
        world.answer(self_check, item, world.NO)
    assert [todo.button for todo in workbench.todos_of(clerk)] == ["去提交"]
    submitting.submit(self_check, by=clerk)

    assert [todo.text for todo in workbench.todos_of(head)] == [f"{name}已填完，等待您签署"]
    assert [todo.text for todo in workbench.todos_of(clerk)] == [f"{name}等待法定代表人签署"]
    assert workbench.todos_of(world.person(world.institution(), Role.LEGAL_REPRESENTATIVE)) == []
