import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from selftest import submitting, versions
from selftest.models import Attachment, SelfCheck
from tests.campaigns import datong
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def page_of(self_check: SelfCheck, name: str = "self_check") -> str:
    return reverse(f"selftest:{name}", args=[self_check.pk])


@pytest.fixture
def reviewer(client):
    client.force_login(world.county_officer())
    return client


def resubmitted(items: dict[int, str]) -> SelfCheck:
    """Returned for these items; item 2 is answered anew, the version is signed."""
    self_check = world.returned(items)
    world.answer(self_check, 2, {"choice": "no", "reason": ""})
    world.sign(submitting.submit(self_check, by=world.clerk(self_check)))
    return SelfCheck.objects.get(pk=self_check.pk)


def words_of(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_second_version_shows_what_changed_and_what_the_bureau_had_said(reviewer):
    self_check = resubmitted({2: "请说明分场所"})

    page = reviewer.get(page_of(self_check))

    row = page.context["rows"][1].answered
    assert [(each.label, each.before, each.after) for each in row.differences] == [
        ("是否发现问题", "不适用", "否"),
        ("不适用理由", "没有异地分支机构", "—"),
    ]
    assert [(said.version, said.words) for said in row.said] == [(1, "请说明分场所")]
    assert [bool(each.answered.differences) for each in page.context["rows"]] == [False, True, False]
    assert page.context["may_review"]
    assert "已被第 2 版代替" in reviewer.get(page_of(self_check), {"version": 1}).content.decode()
    assert reviewer.get(page_of(self_check), {"version": 3}).status_code == 404


def test_draft_after_a_return_is_not_shown(reviewer):
    self_check = world.returned({2: "请说明分场所"})
    world.answer(self_check, 2, {"choice": "na", "reason": "草稿里的话"})

    page = reviewer.get(page_of(self_check)).content.decode()

    assert "草稿里的话" not in page
    assert "没有异地分支机构" in page


def test_nothing_is_shown_of_what_was_never_signed(reviewer):
    self_check = world.submitted().self_check

    page = reviewer.get(page_of(self_check))

    assert page.context["version"] is None
    assert world.YES["description"] not in page.content.decode()


def test_named_items_are_returned_with_words(reviewer):
    self_check = world.signed()

    answer = reviewer.post(
        page_of(self_check, "return_items"),
        {"version": 1, "return-0": "1", "why-0": "地址请填全", "why-2": "请说明分场所", "words": "其余无误"},
    )

    self_check.refresh_from_db()
    review = self_check.submissions.get().review
    assert answer.url == page_of(self_check)
    assert (self_check.state, self_check.reopened, review.words) == ("returned", [0, 2], "其余无误")
    assert [(item.item, item.words) for item in review.items.all()] == [(0, "地址请填全"), (2, "请说明分场所")]


def test_return_without_words_keeps_what_was_typed(reviewer):
    self_check = world.signed()

    answer = reviewer.post(
        page_of(self_check, "return_items"), {"version": 1, "return-1": "1", "why-2": "请说明", "words": "其余无误"}
    )

    self_check.refresh_from_db()
    assert self_check.state == "submitted"
    assert words_of(answer) == ["第 1 项退回须写明理由。"]
    assert [(row.is_ticked, row.why) for row in answer.context["rows"]] == [(True, ""), (True, "请说明"), (False, "")]
    assert answer.context["given"].words == "其余无误"


def test_accept_is_refused_while_items_are_ticked(reviewer):
    self_check = world.signed()

    answer = reviewer.post(page_of(self_check, "accept"), {"version": 1, "return-1": "1"})

    self_check.refresh_from_db()
    assert (self_check.state, "请先取消勾选" in words_of(answer)[0]) == ("submitted", True)


def test_reviewer_of_a_replaced_version_is_told_and_nothing_is_decided(reviewer):
    self_check = resubmitted({2: "请说明分场所"})

    answer = reviewer.post(page_of(self_check, "accept"), {"version": 1, "words": "可以"})

    self_check.refresh_from_db()
    assert self_check.state == "submitted"
    assert "您审核的是第 1 版，机构已经报送第 2 版" in words_of(answer)[0]
    assert (answer.context["version"].submission.number, answer.context["given"].words) == (2, "可以")


def test_accepting_leads_to_the_next_of_the_filtered_queue(reviewer):
    names = {name: world.institution(name=name) for name in ("甲机构", "乙机构", "丙机构")}
    round = world.opened()
    checks = {}
    for name, institution in names.items():
        check = checks[name] = world.filling.begin(
            round.self_checks.get(institution=institution), by=world.person(institution)
        )
        for item in (1, 2, 3):
            world.answer(check, item, world.NO)
        world.sign(submitting.submit(check, by=world.clerk(check)))
    in_order = sorted(names)

    page = reviewer.get(page_of(checks[in_order[1]]), {"status": "submitted"})
    answer = reviewer.post(page_of(checks[in_order[0]], "accept") + "?status=submitted", {"version": 1, "then": "next"})

    assert (page.context["before"], page.context["after"]) == (checks[in_order[0]], checks[in_order[2]])
    assert answer.url == page_of(checks[in_order[1]]) + "?status=submitted"
    assert reviewer.get(answer.url).context["before"] is None


def test_list_filters_what_the_counters_count(reviewer):
    signed = world.signed(of=world.institution(name="已报机构"))
    for _ in range(2):
        world.institution()
    world.rounds.open_round(signed.round, by=datong.officer())
    url = reverse("selftest:self_checks", args=[signed.round_id])

    page = reviewer.get(url)
    counted = {stat["label"]: stat["value"] for stat in page.context["stats"]}
    listed = {
        stat["label"]: reviewer.get(stat["url"]).context["table"].paginator.count for stat in page.context["stats"]
    }

    assert counted == listed
    assert counted["自查机构"] == 3
    assert reviewer.get(url, {"q": "已报"}).context["table"].paginator.count == 1
    assert reviewer.get(url, {"item": "1"}).context["table"].paginator.count == 1
    assert reviewer.get(url, {"item": "1", "choice": "no"}).context["table"].paginator.count == 0
    assert "<html" not in reviewer.get(url, headers={"HX-Request": "true"}).content.decode()


def test_only_files_that_the_signed_version_names_are_shown():
    self_check = world.filled()
    fields = {
        "self_check": self_check, "item": 1, "point": 0, "media_type": "image/png", "size": 3,
        "uploaded_by": world.clerk(self_check),
    }  # fmt: skip
    named = Attachment.objects.create(name="执照.png", digest="a" * 64, file="x.png", **fields)
    world.sign(submitting.submit(self_check, by=world.clerk(self_check)))
    Attachment.objects.create(name="后加.png", digest="b" * 64, file="y.png", **fields)

    found = versions.signed_versions(SelfCheck.objects.get(pk=self_check.pk))
    rows = versions.answered_items(found[0], found, list(Attachment.objects.all()))

    assert [(each.name, each.point.label, each.file) for each in rows[0].evidence] == [("执照.png", "（1）", named)]


def test_supervisor_reads_and_does_not_decide(client):
    self_check = world.signed()
    client.force_login(datong.supervisor())

    assert client.get(page_of(self_check)).context["may_review"] is False
    assert client.post(page_of(self_check, "accept"), {"version": 1}).status_code == 403


def test_phone_list_names_the_silent_and_its_export_is_recorded(reviewer):
    self_check = world.invited(of=world.institution(name="未报机构", contact="郭静", contact_phone="0352-5550001"))
    url = reverse("selftest:phone_list", args=[self_check.round_id])

    page = reviewer.get(url).content.decode()
    file = reviewer.get(reverse("selftest:phone_export", args=[self_check.round_id]))

    assert "未报机构" in page
    assert 'href="tel:0352-5550001"' in page
    assert file.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert AuditEvent.objects.get(action="selftest.export_phones").facts == {"filter": "", "count": 1}
