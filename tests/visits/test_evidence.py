"""Photos over a bad line: resumed, refused when broken, never half kept. Reports drawn on site: checkable by both."""

import hashlib
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.selftest import files
from tests.visits import world
from visits import evidence, sampling
from visits.codes import Severity
from visits.errors import VisitError
from visits.models import Evidence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
CONTENT = files.photo(size=(400, 300))


@pytest.fixture
def visit():
    return world.started()


def announced(content: bytes = CONTENT, **fields) -> evidence.Announced:
    values = {"id": uuid4(), "name": "门头.jpg", "size": len(content), "digest": hashlib.sha256(content).hexdigest()}
    return evidence.Announced(**{**values, "taken_at": timezone.now(), **fields})


def test_photo_cut_at_99_percent_goes_on_from_there(visit):
    by = world.team(visit.task)[0]
    told = announced()
    found = evidence.announce(visit, told, by=by)
    cut = len(CONTENT) * 99 // 100

    evidence.receive(found, 0, CONTENT[:cut], by=by)
    evidence.receive(found, 0, CONTENT[:cut], by=by)  # sent again: the answer was lost
    again = evidence.announce(visit, told, by=by)
    so_far = evidence.received(again)
    whole = evidence.receive(again, so_far, CONTENT[so_far:], by=by)

    assert (so_far, again.pk) == (cut, found.pk)
    assert whole.arrived_at is not None
    assert whole.file.read() == CONTENT
    assert evidence.received(whole) == len(CONTENT)


def test_photo_that_arrives_broken_is_refused_whole_and_can_be_sent_anew(visit):
    by = world.team(visit.task)[0]
    found = evidence.announce(visit, announced(), by=by)

    with pytest.raises(VisitError, match="传输中损坏"):
        evidence.receive(found, 0, CONTENT[:-1] + b"x", by=by)

    assert (evidence.received(found), Evidence.objects.whole().count()) == (0, 0)
    assert evidence.receive(found, 0, CONTENT, by=by).arrived_at is not None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"size": 0}, "文件应不超过"),
        ({"size": evidence.MAX_BYTES + 1}, "文件应不超过"),
        ({"digest": "z" * 64}, "十六进制"),
        ({"line": "block:none"}, "没有这一行"),
    ],
)
def test_announcement_that_cannot_be_kept_is_refused(visit, fields, words):
    with pytest.raises(VisitError, match=words):
        evidence.announce(visit, announced(**fields), by=world.team(visit.task)[0])


def test_file_that_is_not_what_its_name_says_is_refused(visit):
    by, content = world.team(visit.task)[0], b"MZ program"
    found = evidence.announce(visit, announced(content), by=by)

    with pytest.raises(VisitError, match="与扩展名"):
        evidence.receive(found, 0, content, by=by)
    assert evidence.received(found) == 0


def test_reports_are_drawn_once_and_anybody_can_draw_them_again(visit):
    by = world.team(visit.task)[0]
    register = [f"R-{number:03d}" for number in range(40)]

    sample = sampling.draw_reports(visit, register, 6, words="中秋快乐", by=by)
    with pytest.raises(VisitError, match="不能重新抽取"):
        sampling.draw_reports(visit, register, 6, words="再来", by=by)

    again = sampling.choose(list(reversed(register)), 6, seed=sample.seed, words="中秋快乐")
    assert (sample.chosen, len(set(sample.chosen))) == (again, 6)


@pytest.mark.parametrize(
    ("register", "count", "words", "why"),
    [
        (["A", "B", "A"], 3, "字", "第 3 行“A”重复"),
        ([], 5, "字", "清单是空的"),
        (["A"], 2, "字", "不少于 1 份、不多于 1 份"),
        ([str(n) for n in range(9)], 4, "字", "不少于 5 份、不多于 9 份"),
        (["A"], 1, " ", "由被检查机构提供"),
    ],
)
def test_register_that_cannot_be_drawn_from_is_refused(visit, register, count, words, why):
    with pytest.raises(VisitError, match=why):
        sampling.draw_reports(visit, register, count, words=words, by=world.team(visit.task)[0])


def test_only_drawn_reports_are_judged(visit):
    by = world.team(visit.task)[0]
    sample = sampling.draw_reports(visit, ["A", "B"], 2, words="字", by=by)

    with pytest.raises(VisitError, match="不在抽中"):
        sampling.judge_report(sample, "C", severity=None, by=by)
    with pytest.raises(VisitError, match="须写明情况"):
        sampling.judge_report(sample, "A", severity=Severity.UNTRUE, by=by)
    sampling.judge_report(sample, "A", severity=Severity.UNTRUE, facts="无原始记录", by=by)
    sampling.judge_report(sample, "B", severity=None, by=by)

    sample.refresh_from_db()
    assert sample.checked == {"A": {"severity": "untrue", "facts": "无原始记录"}, "B": {"severity": "", "facts": ""}}
