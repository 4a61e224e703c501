"""The check sheet of a visit: the self-check's items, each department's matters, and the five blocks of the check of
an accreditation. It is put together when the visit starts and stays as it is from then on."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from campaigns.models import Task
from selftest.beside import self_check_of
from visits.models import Visit

SAMR = "scjg"
BLOCKS = (
    ("legal", "法律主体", "是否依法成立并能承担法律责任；法人、名称、地址与资质认定证书是否一致。"),
    ("people", "人员", "检验检测人员、授权签字人是否满足要求；是否在两个以上机构从业。"),
    ("equipment", "设备设施", "场所环境、仪器设备是否满足要求并受控；是否按规定检定校准。"),
    ("capability", "能力范围", "是否在资质认定范围内检验检测；抽查不少于五份报告及原始记录。"),
    ("other", "其他", "印章、标志使用，变更手续，报告和记录保存，统计填报等。"),
)
"""资质认定条件 as the accreditation check has them."""

ITEM, MATTER, BLOCK = "item", "matter", "block"


@dataclass(frozen=True, slots=True)
class Line:
    """`key`: item:3, matter:JG-01 or block:people. `department`: the code of the one that answers it."""

    key: str
    department: str
    title: str
    text: str

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]

    @property
    def number(self) -> int:
        """Of an item of the self-check; 0 for other lines."""
        return int(self.key.partition(":")[2]) if self.kind == ITEM else 0


def compose(task: Task) -> list[Line]:
    return [*_items(task), *_matters(task), *_blocks()]


def _items(task: Task) -> Iterator[Line]:
    """Those of the self-check that the institution handed in, if it did."""
    self_check = self_check_of(task)
    if self_check is None:
        return
    for item in self_check.round.form.parsed.items:
        yield Line(f"{ITEM}:{item.number}", SAMR, f"{item.number}. {item.title}", item.method)


def _matters(task: Task) -> Iterator[Line]:
    for matter in task.line.matters.select_related("department").order_by("department__code", "code"):
        yield Line(f"{MATTER}:{matter.code}", matter.department_id, matter.name, matter.content)


def _blocks() -> Iterator[Line]:
    for code, title, text in BLOCKS:
        yield Line(f"{BLOCK}:{code}", SAMR, title, text)


def stored(lines: list[Line]) -> list[dict[str, Any]]:
    return [asdict(line) for line in lines]


def lines_of(visit: Visit) -> list[Line]:
    """As they were fixed when the visit started; before that, as they would be."""
    return [Line(**line) for line in visit.sheet] if visit.sheet else compose(visit.task)
