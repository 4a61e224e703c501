"""The minutes of a draw as a document to be printed: the same content as the page, in the order of an official record."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone

from accounts.models import User
from campaigns.minutes import MOMENT, Minutes, name_of
from campaigns.models import Draw, MinutesSignature, Remark
from campaigns.states import DrawState
from reports.datasets import signed
from reports.documents import Block, Column, DrawMinutes, Heading, ItemList, Paragraph, Provenance, Signature, Table
from reports.typesetting import in_fours

WITHOUT_NAMES = (
    "抽中名单和检查组名单见抽取全文，公开前不随本记录流转。结果摘要由名单算出，名单改动一个字，摘要就不同，"
    "名单公开后任何人都可以核对。"
)
LINE_COLUMNS = (
    Column("条目", 2.2),
    Column("名录内", 1.1, "center"),
    Column("不参加抽取", 2.4),
    Column("参加抽取", 1.4, "center"),
    Column("规则", 2.2),
    Column("抽取", 1.0, "center"),
)
SOURCE_COLUMNS = (Column("来源", 1.6), Column("事先承诺", 3.2), Column("数值", 3.0))

JSON = dict[str, Any]


def draw_minutes(draw: Draw, minutes: Minutes, *, record_url: str, made_by: User) -> DrawMinutes:
    """record_url: the address of the public record; a practice has none."""
    record = minutes.content
    return DrawMinutes(
        title=f"{record['title']}\n{record['kind']}记录",
        number=f"抽取编号：{record['draw']}",
        body=tuple(_body(record)),
        digest=in_fours(minutes.digest),
        signatures=tuple(_signature(row) for row in minutes.signatures),
        later=tuple(_later(row) for row in minutes.later),
        record_url="" if record["is_practice"] else record_url,
        stamp="演练" if record["is_practice"] else "已作废" if draw.state == DrawState.VOID else "",
        made=Provenance(signed(made_by), timezone.localtime(), _state(draw, minutes)),
    )


def _state(draw: Draw, minutes: Minutes) -> str:
    words = f"抽取 {draw.code}，{len(minutes.signatures)} 人签字"
    return f"{words}；本次抽取已作废：{draw.void_reason}" if draw.state == DrawState.VOID else words


def _body(record: JSON) -> Iterator[Block]:
    yield Paragraph(_opening(record))
    yield Heading(1, "冻结")
    yield from _frozen(record)
    yield Heading(1, "异议期")
    until = record["objections_until"]
    yield Paragraph(f"冻结后至{until}为异议期。" if until else "本次抽取未设异议期。")
    yield Heading(1, "随机数")
    yield Paragraph("各来源先公布承诺摘要，公开数值随后产生，最后揭示数值。揭示的数值与各自的承诺摘要一致。")
    yield Table(SOURCE_COLUMNS, tuple(_source(one) for one in record["contributions"]))
    yield Heading(1, "抽取")
    yield from _drawn(record)
    yield Heading(1, "意见和异议")
    yield from _remarks(record["remarks"])


def _opening(record: JSON) -> str:
    document = f"根据{record['document']}，" if record["document"] else ""
    issuers = [name for name in record["issuers"] if name != record["lead"]]
    partners = f"会同{'、'.join(issuers)}，" if issuers else ""
    return (
        f"{document}{record['lead']}{partners}于{record['drawn']['at']}进行{record['title']}的{record['kind']}"
        f"（抽取编号{record['draw']}，活动编号{record['campaign']}，第{record['number']}次）。现将有关情况记录如下："
    )


def _frozen(record: JSON) -> Iterator[Block]:
    frozen = record["frozen"]
    yield Paragraph(
        f"{frozen['at']}冻结检查对象{frozen['institutions']}家、检查人员{frozen['inspectors']}名。{_two_people(frozen)}"
    )
    yield Paragraph(f"承诺摘要：{in_fours(frozen['commitment'])}")
    yield Table(LINE_COLUMNS, tuple(_line(line) for line in record["lines"]))
    if record["quota"]:
        yield Paragraph(f"{record['quota']}。")


def _two_people(act: JSON) -> str:
    return (
        f"由{act['proposed_by']}提请（{act['proposed_at']}），{act['confirmed_by']}审批同意（{act['confirmed_at']}）。"
    )


def _line(line: JSON) -> tuple[str, ...]:
    excluded = "；".join(f"{reason}{count}家" for reason, count in line["excluded"])
    return (
        line["title"],
        f"{line['considered']}家",
        excluded or "无",
        f"{line['population']}家",
        line["rule"],
        f"{line['drawn']}家",
    )


def _source(one: JSON) -> tuple[str, ...]:
    committed = f"{in_fours(one['commitment'])}（{one['committed_by']}，{one['committed_at']}）"
    origin = f"；{one['occurred_at']}产生，出处：{one['origin']}" if one["origin"] else ""
    given = f"{one['value']}（{one['given_by']}，{one['given_at']}{origin}）"
    return one["label"], committed if one["commitment"] else "公开数值，承诺齐全之后产生", given


def _drawn(record: JSON) -> Iterator[Block]:
    drawn = record["drawn"]
    yield Paragraph(f"{_two_people(drawn)}{drawn['at']}抽取完成，抽中{drawn['institutions']}家。")
    yield Paragraph(f"结果摘要：{in_fours(drawn['result'])}")
    yield Paragraph(WITHOUT_NAMES)
    if record["log"]:
        yield Paragraph(f"抽取公开日志第{record['log']['number']}条，摘要：{in_fours(record['log']['digest'])}")


def _remarks(remarks: Iterable[JSON]) -> Iterator[Block]:
    found = tuple(_remark(one) for one in remarks)
    yield ItemList(found) if found else Paragraph("到抽取完成时，没有人提出意见或异议。")


def _remark(one: JSON) -> str:
    answer = (
        f"　{one['answered_by']}（{one['answered_at']}）{one['outcome']}：{one['answer']}" if one["outcome"] else ""
    )
    return f"{one['by']}（{one['at']}）提出{one['kind']}：{one['words']}{answer}"


def _signature(row: MinutesSignature) -> Signature:
    return Signature(
        capacity=row.capacity,
        name=row.signer.name,
        bureau=row.bureau.name if row.bureau else "",
        signed_at=timezone.localtime(row.at).strftime(MOMENT),
        words=row.remark.words if row.remark else "",
    )


def _later(row: Remark) -> str:
    return f"{name_of(row.by)}（{timezone.localtime(row.at):{MOMENT}}）：{row.words}"
