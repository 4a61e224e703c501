"""Documents to be printed, as plain values: no database rows, no HTML, no fonts.

Every text is plain text; whatever looks like markup is printed literally.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True)
class Paragraph:
    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading without its number: 一、 （一） 1. (1) are counted when printed.

    follow_on: body text that continues in the heading's own paragraph, as notices do at levels 2 to 4.
    """

    kind: ClassVar[str] = "heading"
    level: Literal[1, 2, 3, 4]
    text: str
    follow_on: str = ""


@dataclass(frozen=True, slots=True)
class ItemList:
    """Short items, each a paragraph of its own; numbered ones start with 1. 2. 3."""

    kind: ClassVar[str] = "list"
    items: tuple[str, ...]
    numbered: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """weight: share of the width that unbroken columns leave; unbroken: codes and phone numbers stay on one line."""

    title: str
    weight: float = 1.0
    align: Literal["left", "center", "right"] = "left"
    unbroken: bool = False


Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells are printed as given, one per column; the header row is repeated on every page."""

    kind: ClassVar[str] = "table"
    columns: tuple[Column, ...]
    rows: Rows
    caption: str = ""


Block = Paragraph | Heading | ItemList | Table


@dataclass(frozen=True, slots=True)
class Attachment:
    """Printed on new pages headed 附件 (附件1, 附件2 when there are several)."""

    title: str
    body: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who made a print, when, and from which state of the data (“抽取记录 2025-09-20 10:03 的数据”)."""

    made_by: str
    made_at: datetime
    data_state: str = ""


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """A 公文 with red head, in the layout of GB/T 9704-2012.

    issuers: in the order of the red head; the first is the lead. More than one makes it a joint document.
    recipients: 主送机关, printed as one line without its colon, e.g. “各县区市场监管局、公安局，各检验检测机构”.
    signatures: as printed above the date; empty means the issuers. suffix: what stands behind the issuers in the head.
    stamp: across every page, e.g. “已撤回”.
    openness: 附注 without brackets, e.g. “此件公开发布”.
    cc: 抄送机关. printed_by, printed_on: 印发机关 and 印发日期; without printed_by no 版记 is printed.
    """

    issuers: tuple[str, ...]
    number: str
    title: str
    recipients: str
    body: tuple[Block, ...]
    issued_on: date | None = None
    attachments: tuple[Attachment, ...] = ()
    signatures: tuple[str, ...] = ()
    openness: str = ""
    cc: tuple[str, ...] = ()
    printed_by: str = ""
    printed_on: date | None = None
    contacts: tuple[Contact, ...] = ()
    suffix: str = "文件"
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class NoticeMatter:
    """One 抽查事项; department: who checks it (市场监管, 公安, 生态环境)."""

    name: str
    department: str = ""
    legal_basis: str = ""


@dataclass(frozen=True, slots=True)
class NoticeMember:
    """One person of the team. role: 组长, 组员, 配合人员, 专家. Experts carry no enforcement certificate."""

    name: str
    bureau: str
    certificate_number: str
    role: str


DUTY_TO_COOPERATE = (
    "你单位应当依法配合检查，如实提供有关情况和材料，不得以任何理由推脱、逃避、阻挠检查，不得隐匿、销毁、篡改有关记录和数据。"
    "检查结果将依法向社会公示；不予配合情节严重的，依法公示并作相应处理。"
)

SHOWING_CERTIFICATES = "检查人员不得少于两人，并应当主动出示执法证件。"
TELLING = "如发现检查人员违反上述规定，你单位可以向发出本通知的部门反映。"
DISCIPLINE = (
    f"{SHOWING_CERTIFICATES}检查人员应当严守公正、客观、严肃的工作纪律，遵守保密要求，"
    "严格执行中央八项规定精神和廉洁自律各项规定，不得由被检查机构承担任何费用，不得收取被检查机构给予的劳务费、礼金或礼品等，"
    f"避免或者尽量减少对机构正常生产经营活动的影响。{TELLING}"
)


@dataclass(frozen=True, slots=True)
class InspectionNotice:
    """The 检查通知书 that goes to one institution, with its tear-off 送达回证.

    bureaus: the departments that inspect together, lead first; they stand in the red head and over the seals.
    period: when, in the words to print, e.g. “2025年10月20日至10月22日”.
    verify_url: what the QR code holds; empty leaves the code out.
    evidence: beside the code, what a reader compares with the public record: (label, text).
    """

    number: str
    bureaus: tuple[str, ...]
    institution_name: str
    institution_code: str
    institution_address: str
    task_number: str
    campaign_title: str
    legal_basis: tuple[str, ...]
    matters: tuple[NoticeMatter, ...]
    period: str
    methods: tuple[str, ...]
    materials: tuple[str, ...]
    team: tuple[NoticeMember, ...]
    contact: Contact
    issued_on: date | None = None
    verify_url: str = ""
    evidence: tuple[tuple[str, str], ...] = ()
    duty_text: str = DUTY_TO_COOPERATE
    discipline_text: str = DISCIPLINE
    made: Provenance | None = None


@dataclass(frozen=True, slots=True)
class TaskListSheet:
    """The 任务清单 of one county (or of the whole campaign): A4 landscape, one row a task.

    facts: label and value pairs under the title, e.g. (“完成时限”, “原则上 2025年11月15日前”).
    columns, rows: as in Table; a column of running numbers is the caller's.
    """

    title: str
    area: str
    columns: tuple[Column, ...]
    rows: Rows
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    made: Provenance | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """words: the reserve with which somebody signed."""

    capacity: str
    name: str
    bureau: str
    signed_at: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class DrawMinutes:
    """The 抽取记录 of one draw, with whoever has signed it.

    body: what is signed; digest: of exactly that. later: remarks made after the draw, which are no part of it.
    record_url: what the QR code holds; empty leaves the code out. stamp: across every page, e.g. “演练”.
    """

    title: str
    number: str
    body: tuple[Block, ...]
    digest: str
    signatures: tuple[Signature, ...]
    later: tuple[str, ...] = ()
    record_url: str = ""
    stamp: str = ""
    made: Provenance | None = None
