from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selftest.completeness import Gap
    from selftest.models import Answer, HeaderBlock


class SelfCheckError(Exception):
    """A rule of self-checks refuses the act; the text tells the person in Chinese what is wrong and what to do."""


class WrongState(SelfCheckError):
    """The step does not start from the state the self-check is in."""


class Locked(SelfCheckError):
    """This item cannot be changed now: it was handed in, carried over, or not returned."""


class ReadAnother(WrongState):
    """The version that the reviewer read was replaced meanwhile."""

    def __init__(self, read: int, current: int) -> None:
        super().__init__(
            f"您审核的是第 {read} 版，机构已经报送第 {current} 版。请阅读新版本后再审核，本次操作没有生效。"
        )


class Incomplete(SelfCheckError):
    """Not every applicable item is answered in full; `gaps` say what is missing and where."""

    def __init__(self, gaps: list[Gap]) -> None:
        super().__init__(f"还有 {len(gaps)} 处没有填完：" + "；".join(str(gap) for gap in gaps[:5]))
        self.gaps = gaps


class ChangedMeanwhile(SelfCheckError):
    """Somebody else saved the same answer or header block since this person last read it; `current` is what stands."""

    def __init__(self, current: Answer | HeaderBlock) -> None:
        who = current.changed_by.name if current.changed_by else "其他人"
        super().__init__(f"{who}刚才修改了这一项，请核对后再保存。")
        self.current = current
