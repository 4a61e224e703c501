"""A document as the flat list of pieces that a person edits: headings, paragraphs, lists, tables, and the beginnings of
attachments. Every piece is a few lines of text, so that a page without JavaScript can hold them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reports.documents import Attachment, Block, Column, Heading, ItemList, OfficialDocument, Paragraph, Table

KINDS = {
    "heading": "标题", "paragraph": "正文", "list": "列举", "table": "表格", "attachment": "附件",
}  # fmt: skip
MOST_PIECES = 300
LINE_BREAK = "↵"
BAR = "｜"
ALIGNS: dict[str, Literal["left", "center", "right"]] = {"l": "left", "c": "center", "r": "right"}


@dataclass(frozen=True, slots=True)
class Piece:
    """text: the words, of a list one item a line, of a table one row a line with ｜ between the cells, the first row
    its head. more: what follows a heading in its paragraph, the caption of a table. layout: of a table's columns."""

    kind: str
    text: str
    more: str = ""
    level: int = 1
    numbered: bool = True
    layout: str = ""

    @property
    def label(self) -> str:
        return f"{self.level} 级{KINDS[self.kind]}" if self.kind == "heading" else KINDS[self.kind]


def pieces_of(document: OfficialDocument) -> list[Piece]:
    pieces = [_piece(block) for block in document.body]
    for attachment in document.attachments:
        pieces.append(Piece("attachment", attachment.title))
        pieces += [_piece(block) for block in attachment.body]
    return pieces


def _piece(block: Block) -> Piece:
    match block:
        case Heading():
            return Piece("heading", block.text, block.follow_on, block.level)
        case ItemList():
            return Piece("list", "\n".join(block.items), numbered=block.numbered)
        case Table():
            rows = ([column.title for column in block.columns], *block.rows)
            text = "\n".join(BAR.join(_cell_text(cell) for cell in row) for row in rows)
            return Piece("table", text, block.caption, layout=_layout(block.columns))
    return Piece("paragraph", block.text)


def _cell_text(cell: str) -> str:
    return cell.replace(BAR, "|").replace("\n", LINE_BREAK)


def _layout(columns: Iterable[Column]) -> str:
    """0.5cu,2l: weight, alignment, whether it is unbroken."""
    return ",".join(f"{one.weight:g}{one.align[0]}{'u' if one.unbroken else ''}" for one in columns)


def body_of(pieces: Sequence[Piece]) -> tuple[tuple[Block, ...], tuple[Attachment, ...]]:
    """Body and attachments; pieces without any text are left out."""
    body: list[Block] = []
    attachments: list[tuple[str, list[Block]]] = []
    for piece in pieces:
        if piece.kind == "attachment":
            attachments.append((_one_line(piece.text) or "（附件标题）", []))
        elif block := _block(piece):
            (attachments[-1][1] if attachments else body).append(block)
    return tuple(body), tuple(Attachment(title, tuple(blocks)) for title, blocks in attachments)


def _block(piece: Piece) -> Block | None:
    text = piece.text.strip()
    if not text and not piece.more.strip():
        return None
    match piece.kind:
        case "heading":
            level = piece.level if piece.level in (1, 2, 3, 4) else 1
            return Heading(level, _one_line(text), _one_line(piece.more))  # type: ignore[arg-type]  # checked above
        case "list":
            return ItemList(tuple(_lines(text)), numbered=piece.numbered)
        case "table":
            return _table(piece)
    return Paragraph(_one_line(text))


def _one_line(text: str) -> str:
    return "".join(_lines(text))


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())


def _table(piece: Piece) -> Table:
    """Cells are parted by ｜, | or the tab of a copied spreadsheet; short rows are filled, long ones widen the table."""
    rows = [_cells(line) for line in piece.text.splitlines() if line.strip()]
    width = max(len(row) for row in rows) if rows else 1
    full = [(*row, *[""] * (width - len(row))) for row in rows] or [("",)]
    return Table(_columns(full[0], piece.layout), tuple(full[1:]), _one_line(piece.more))


def _cells(line: str) -> tuple[str, ...]:
    split = line.replace("\t", BAR) if "\t" in line else line
    if BAR not in split:
        split = split.replace("|", BAR)
    return tuple(cell.strip().replace(LINE_BREAK, "\n") for cell in split.split(BAR))


def _columns(titles: Sequence[str], layout: str) -> tuple[Column, ...]:
    """The former layout where the number of columns is still the same."""
    parts = layout.split(",")
    if len(parts) != len(titles):
        return tuple(Column(title) for title in titles)
    return tuple(_column(title, part) for title, part in zip(titles, parts, strict=True))


def _column(title: str, part: str) -> Column:
    unbroken, rest = part.endswith("u"), part.removesuffix("u")
    try:
        weight = min(20.0, max(0.1, float(rest[:-1])))
    except ValueError:
        return Column(title)
    return Column(title, weight, ALIGNS.get(rest[-1], "left"), unbroken=unbroken)


def pieces_from(posted: Mapping[str, str]) -> list[Piece]:
    """From the fields of the page: kind-0, text-0, more-0, level-0, numbered-0, layout-0 and so on."""
    pieces = []
    for place in range(MOST_PIECES):
        kind = posted.get(f"kind-{place}", "")
        if kind not in KINDS:
            break
        level = posted.get(f"level-{place}", "1")
        pieces.append(
            Piece(
                kind,
                posted.get(f"text-{place}", ""),
                posted.get(f"more-{place}", ""),
                int(level) if level in {"1", "2", "3", "4"} else 1,
                numbered=posted.get(f"numbered-{place}", "") == "on",
                layout=posted.get(f"layout-{place}", "")[:200],
            )
        )
    return pieces


def rearranged(pieces: Sequence[Piece], act: str) -> list[Piece]:
    """act: up:3, down:3, remove:3, or add-paragraph:3 for a new piece behind the third (add-…:-1: before all)."""
    what, _, where = act.partition(":")
    moved = list(pieces)
    try:
        place = int(where)
    except ValueError:
        return moved
    if what.removeprefix("add-") in KINDS and -1 <= place < len(moved) < MOST_PIECES:
        moved.insert(place + 1, Piece(what.removeprefix("add-"), ""))
    elif what in {"up", "down"}:
        other = place - 1 if what == "up" else place + 1
        if 0 <= place < len(moved) and 0 <= other < len(moved):
            moved[place], moved[other] = moved[other], moved[place]
    elif what == "remove" and 0 <= place < len(moved):
        del moved[place]
    return moved


def with_pieces(document: OfficialDocument, pieces: Sequence[Piece]) -> OfficialDocument:
    body, attachments = body_of(pieces)
    return replace(document, body=body, attachments=attachments)
