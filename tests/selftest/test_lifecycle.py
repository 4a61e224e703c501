import json

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import AuditEvent
from selftest import filling, reviewing, signing, submitting
from selftest.errors import ChangedMeanwhile, Incomplete, Locked, SelfCheckError, WrongState
from selftest.models import ChangeRequest, Problem, SelfCheck, Way
from selftest.states import SelfCheckState
from tests.campaigns import datong
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def test_begin_fills_the_header_from_the_pool_and_chooses_nothing():
    self_check = world.begun(of=world.institution(certificates=2, name="平城机动车检测有限公司"))

    basic, *certificates = self_check.blocks.all()
    assert basic.values["name"] == "平城机动车检测有限公司"
    assert [block.values["number"] for block in certificates] == [
        certificate.number for certificate in self_check.institution.certificates.order_by("number")
    ]
    assert [(answer.item, answer.choice) for answer in self_check.answers.all()] == [(1, ""), (2, ""), (3, "")]


def test_submitted_version_holds_everything_and_its_digest_and_the_answers_can_go_on_after_a_withdrawal():
    submission = world.submitted()
    self_check = submission.self_check

    document = json.loads(submission.text)
    assert [(row["item"], row["choice"]) for row in document["answers"]] == [(1, "yes"), (2, "na"), (3, "no")]
    with pytest.raises(Locked):
        world.answer(self_check, 3, world.YES)
    submitting.withdraw(submission, by=world.clerk(self_check))
    world.answer(self_check, 3, world.YES)

    again = submitting.submit(self_check, by=world.clerk(self_check))
    submission.refresh_from_db()
    assert (again.number, submission.withdrawn_at is not None) == (2, True)
    assert json.loads(submission.text) == document


def test_version_leaves_out_the_words_of_an_earlier_choice():
    self_check = world.filled()
    for item, values in {1: world.NO, 2: world.YES}.items():
        world.answer(self_check, item, values)
    version = submitting.submit(self_check, by=world.clerk(self_check))

    first, second, _ = json.loads(version.text)["answers"]
    left = {"carried_from": "", "cause": "", "description": "", "due_on": "", "measure": "", "reason": ""}
    assert first == {**left, "choice": "no", "item": 1}
    assert second == {**left, **world.YES, "choice": "yes", "due_on": "2025-09-30", "item": 2}


def test_incomplete_self_check_is_not_taken_and_says_what_is_missing():
    self_check = world.begun()
    world.answer(self_check, 1, {"choice": "yes", "description": "地址没有变更"})
    world.answer(self_check, 2, {"choice": "na"})

    with pytest.raises(Incomplete) as refused:
        submitting.submit(self_check, by=world.clerk(self_check))

    assert [str(gap) for gap in refused.value.gaps] == [
        "第 1 项没有写原因分析",
        "第 1 项没有写整改措施",
        "第 1 项没有写整改完成日期",
        "第 2 项没有写不适用的理由",
        "第 3 项没有选择",
    ]


def test_later_save_of_the_same_item_is_told_what_changed_and_a_repeated_one_changes_nothing():
    self_check = world.begun()
    other = world.person(self_check.institution, name="second-clerk")
    first = filling.save_answer(self_check, 1, {"choice": "no"}, base=0, by=world.clerk(self_check))
    again = filling.save_answer(self_check, 1, {"choice": "no"}, base=0, by=world.clerk(self_check))

    with pytest.raises(ChangedMeanwhile) as refused:
        filling.save_answer(self_check, 1, {"choice": "na"}, base=0, by=other)

    assert (first.revision, again.revision, refused.value.current.choice) == (1, 1, "no")
    assert filling.save_answer(self_check, 2, {"choice": "na"}, base=0, by=other).revision == 1


def test_signature_is_bound_to_what_was_read_and_only_the_head_signs_on_screen():
    submission = world.submitted()
    paper = signing.Paper("signature.png", world.PNG)
    sign = {"signer_name": "高振华", "way": Way.ON_SCREEN, "image": paper}

    with pytest.raises(SelfCheckError, match="不是当前版本"):
        signing.sign(submission, digest="0" * 64, by=world.head(submission.self_check), **sign)
    with pytest.raises(PermissionDenied):
        signing.sign(submission, digest=submission.digest, by=world.clerk(submission.self_check), **sign)
    signature = world.sign(submission)
    with pytest.raises(WrongState):
        world.sign(submission)

    assert (signature.digest, signature.letter) == (submission.digest, world.CONTENT["letter"])
    assert SelfCheck.objects.get(pk=submission.self_check_id).state == SelfCheckState.SUBMITTED


def test_returned_items_alone_can_be_changed_and_go_into_a_new_version():
    self_check = world.returned({2: "请说明分场所"})

    with pytest.raises(Locked):
        world.answer(self_check, 1, world.NO)
    world.answer(self_check, 2, world.NO)
    second = submitting.submit(self_check, by=world.clerk(self_check))
    submitting.withdraw(second, by=world.clerk(self_check))
    assert SelfCheck.objects.get(pk=self_check.pk).state == SelfCheckState.RETURNED
    world.sign(submitting.submit(self_check, by=world.clerk(self_check)))
    reviewing.accept(self_check, by=world.county_officer())

    self_check.refresh_from_db()
    assert (self_check.state, self_check.reopened, self_check.submissions.count()) == ("accepted", None, 3)
    assert AuditEvent.objects.filter(action="selftest.return").get().facts["items"] == [2]


def test_problem_is_followed_from_the_signature_until_the_bureau_agrees_that_it_is_mended():
    self_check = world.accepted()
    problem = self_check.problems.get()
    assert (problem.item, problem.state, problem.description) == (1, "open", world.YES["description"])

    reviewing.report_mended(
        problem, mended_on=self_check.accepted_at.date(), result="已变更", by=world.clerk(self_check)
    )
    reviewing.reject_mended(problem, words="请附新执照", by=world.county_officer())
    reviewing.report_mended(
        problem, mended_on=self_check.accepted_at.date(), result="见附件", by=world.clerk(self_check)
    )
    reviewing.confirm_mended(problem, by=world.county_officer())

    problem.refresh_from_db()
    assert (problem.state, problem.result, problem.decided_by) == ("confirmed", "见附件", world.county_officer())


def test_problem_that_a_new_version_no_longer_tells_of_is_withdrawn():
    self_check = world.returned({1: "请核对"})
    world.answer(self_check, 1, world.NO)
    world.sign(submitting.submit(self_check, by=world.clerk(self_check)))

    assert Problem.objects.get().state == Problem.State.WITHDRAWN


def test_difference_from_the_pool_is_put_before_the_bureau():
    self_check = world.filled()
    block = self_check.blocks.first()
    filling.save_header(block, {"address": "平城区新街2号"}, base=block.revision, by=world.clerk(self_check))
    world.sign(submitting.submit(self_check, by=world.clerk(self_check)))

    asked = ChangeRequest.objects.get()
    assert (asked.field, asked.old, asked.new, asked.state) == ("address", "平城区永泰街1号", "平城区新街2号", "open")


def test_strangers_neither_fill_nor_review():
    self_check = world.signed()
    stranger = world.person(world.institution())
    with pytest.raises(PermissionDenied):
        filling.save_answer(self_check, 1, world.NO, base=1, by=stranger)
    with pytest.raises(PermissionDenied):
        reviewing.accept(self_check, by=world.county_officer("140214"))
    assert SelfCheck.objects.visible_to(world.county_officer("140214")).count() == 0
    assert SelfCheck.objects.visible_to(world.county_officer("140213")).count() == 1
    assert SelfCheck.objects.visible_to(datong.officer()).count() == 1
    assert SelfCheck.objects.visible_to(stranger).count() == 0
