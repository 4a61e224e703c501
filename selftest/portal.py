"""What an institution's people see of their self-check: how far each item is, what to do next, who worked on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db import models
from django.urls import reverse
from django.utils import timezone

from selftest.completeness import Gap, gaps_of, header_gaps
from selftest.content import Choice, FormContent, Item
from selftest.filling import HEADER, is_writable
from selftest.models import Answer, HeaderBlock, Problem, Review, SelfCheck
from selftest.states import RoundState, SelfCheckState

HEADER_TITLE = "基本信息和资质认定情况"


class EntryState(models.TextChoices):
    """How far one item is, in the words and colours of the progress list."""

    TODO = "todo", "未填"
    STARTED = "started", "未填完"
    FILLED = "filled", "已填"
    FINE = "fine", "没有问题"
    PROBLEM = "problem", "发现问题"
    NOT_APPLICABLE = "na", "不适用"
    CARRIED = "carried", "沿用"
    RETURNED = "returned", "待补正"


TONES = {
    EntryState.TODO: "plain",
    EntryState.STARTED: "waiting",
    EntryState.FILLED: "done",
    EntryState.FINE: "done",
    EntryState.PROBLEM: "waiting",
    EntryState.NOT_APPLICABLE: "done",
    EntryState.CARRIED: "current",
    EntryState.RETURNED: "overdue",
}
"""Those of status tags."""

OUTSTANDING = (EntryState.TODO, EntryState.STARTED, EntryState.RETURNED)

OF_CHOICE = {
    Choice.YES: EntryState.PROBLEM,
    Choice.NO: EntryState.FINE,
    Choice.NOT_APPLICABLE: EntryState.NOT_APPLICABLE,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the progress list; number 0 is the header."""

    number: int
    title: str
    state: EntryState
    url: str
    note: str = ""
    """Why the bureau returned it, or which round it was carried over from."""
    is_open: bool = False
    """It can be changed now."""

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def is_outstanding(self) -> bool:
        return self.state in OUTSTANDING


@dataclass(frozen=True, slots=True)
class NextStep:
    """What this self-check waits for, and the one button."""

    words: str
    button: str
    url: str
    is_post: bool = False


@dataclass
class Overview:
    """One self-check as a whole, read once."""

    self_check: SelfCheck
    content: FormContent
    answers: dict[int, Answer]
    blocks: list[HeaderBlock]
    last_return: Review | None

    @cached_property
    def returned(self) -> dict[int, str]:
        """Item → the bureau's words, while a return is being answered."""
        return {row.item: row.words for row in self.last_return.items.all()} if self.last_return else {}

    @cached_property
    def entries(self) -> list[Entry]:
        return [self._header_entry(), *(self._item_entry(item) for item in self.content.items)]

    @cached_property
    def gaps(self) -> list[Gap]:
        return list(self._gaps())

    def _gaps(self) -> Iterator[Gap]:
        yield from header_gaps(self.content, self.blocks)
        for item in self.content.items:
            yield from gaps_of(item, self.answers.get(item.number))

    @property
    def total(self) -> int:
        return len(self.entries)

    @property
    def done(self) -> int:
        return sum(not entry.is_outstanding for entry in self.entries)

    @property
    def next_entry(self) -> Entry | None:
        """The first that still has to be filled or corrected."""
        return next((entry for entry in self.entries if entry.is_outstanding and entry.is_open), None)

    @property
    def unamended(self) -> list[Entry]:
        """Returned, and not touched since."""
        return [entry for entry in self.entries if entry.state == EntryState.RETURNED]

    @property
    def last_change(self) -> Answer | HeaderBlock | None:
        rows: list[Answer | HeaderBlock] = [*self.answers.values(), *self.blocks]
        return max(
            (row for row in rows if row.changed_at), key=lambda row: row.changed_at or timezone.now(), default=None
        )

    def entry(self, number: int) -> Entry:
        return self.entries[number]

    def neighbours(self, number: int) -> tuple[Entry | None, Entry | None]:
        before = self.entries[number - 1] if number > 0 else None
        after = self.entries[number + 1] if number + 1 < len(self.entries) else None
        return before, after

    def is_amended(self, row: Answer | HeaderBlock) -> bool:
        """Changed since the bureau returned it."""
        return bool(self.last_return and row.changed_at and row.changed_at > self.last_return.at)

    def _header_entry(self) -> Entry:
        state = EntryState.TODO
        if self.blocks:
            is_short = any(header_gaps(self.content, self.blocks))
            state = EntryState.STARTED if is_short else EntryState.FILLED
        if HEADER in self.returned and not any(map(self.is_amended, self.blocks)):
            state = EntryState.RETURNED
        url = reverse("selftest:fill_header", args=[self.self_check.pk])
        return Entry(
            HEADER, HEADER_TITLE, state, url, self.returned.get(HEADER, ""), is_writable(self.self_check, HEADER)
        )

    def _item_entry(self, item: Item) -> Entry:
        answer = self.answers.get(item.number)
        carried = answer.carried_from if answer else None
        note = self.returned.get(item.number, "")
        if not note and carried is not None:
            note = f"沿用{carried.self_check.round.title}"
        is_open = is_writable(self.self_check, item.number, carried=carried is not None)
        url = reverse("selftest:fill_item", args=[self.self_check.pk, item.number])
        return Entry(item.number, item.title, self._state(item, answer), url, note, is_open)

    def _state(self, item: Item, answer: Answer | None) -> EntryState:
        if item.number in self.returned and not (answer and self.is_amended(answer)):
            return EntryState.RETURNED
        return state_of(item, answer)


def state_of(item: Item, answer: Answer | None) -> EntryState:
    """How far one answer is, whatever the bureau said of it."""
    if answer is None or not answer.choice:
        return EntryState.TODO
    if answer.carried_from_id is not None and not answer.revision:
        return EntryState.CARRIED
    if any(gaps_of(item, answer)):
        return EntryState.STARTED
    return OF_CHOICE[Choice(answer.choice)]


def overview_of(self_check: SelfCheck) -> Overview:
    answers = self_check.answers.select_related("changed_by", "carried_from__self_check__round")
    blocks = self_check.blocks.select_related("certificate", "changed_by")
    return Overview(
        self_check,
        self_check.round.form.parsed,
        {answer.item: answer for answer in answers},
        list(blocks),
        _last_return(self_check),
    )


def _last_return(self_check: SelfCheck) -> Review | None:
    """The return that is being answered now."""
    if self_check.reopened is None:
        return None
    returns = Review.objects.filter(submission__self_check=self_check, outcome=Review.Outcome.RETURNED)
    return returns.select_related("by").prefetch_related("items").order_by("-at").first()


def next_step(overview: Overview) -> NextStep:
    self_check = overview.self_check
    page = reverse("selftest:fill", args=[self_check.pk])
    if self_check.round.state == RoundState.CLOSED and self_check.state not in _WITH_THE_BUREAU:
        return NextStep("本轮自查已经结束，不能再报送。如有疑问，请联系所在县区市场监管部门。", "", page)
    match self_check.state:
        case SelfCheckState.INVITED:
            return NextStep(
                "先核对基本信息，再逐项自查、作出选择。填写的内容随时自动保存，可以分几天、换一台设备接着填。",
                "开始填报", reverse("selftest:begin", args=[self_check.pk]), is_post=True,
            )  # fmt: skip
        case SelfCheckState.FILLING | SelfCheckState.RETURNED:
            return _go_on(overview)
        case SelfCheckState.SIGNING:
            return NextStep(
                "内容已经封存，等待法定代表人（或受委托人）阅读并签署。签署之前可以撤回修改。",
                "去签署", reverse("selftest:signing", args=[self_check.pk]),
            )  # fmt: skip
        case SelfCheckState.SUBMITTED:
            return NextStep("已经签署报送，等待监管部门审核。审核期间不能修改。", "", page)
    return _after_acceptance(self_check)


_WITH_THE_BUREAU = (SelfCheckState.SUBMITTED, SelfCheckState.ACCEPTED)


def _after_acceptance(self_check: SelfCheck) -> NextStep:
    page = reverse("selftest:fill", args=[self_check.pk])
    count = self_check.problems.filter(state=Problem.State.OPEN).count()
    if not count:
        return NextStep("监管部门已经审核通过。", "", page)
    words = f"监管部门已经审核通过。还有 {count} 个自查发现的问题在整改，完成后请报告。"
    return NextStep(words, "报告整改", reverse("selftest:own_problems"))


def _go_on(overview: Overview) -> NextStep:
    entry = overview.next_entry
    if entry is None:
        url = reverse("selftest:check_gaps", args=[overview.self_check.pk])
        return NextStep("各项都已填完。请检查一遍，然后提交给法定代表人签署。", "检查并提交", url)
    name = f"第 {entry.number} 项" if entry.number else "基本信息"
    if entry.state == EntryState.RETURNED:
        count = len(overview.returned)
        return NextStep(
            f"监管部门退回 {count} 处。请按意见修改后重新提交、签署。其他内容保持不变。", f"修改{name}", entry.url
        )
    left = sum(each.is_outstanding for each in overview.entries)
    return NextStep(f"还有 {left} 项没有填完。", f"继续填写{name}", entry.url)
