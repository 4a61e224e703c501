"""The open data: five tables with documented fields, the same rows as CSV and as JSON, written piece by piece."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from campaigns.addresses import public_address
from publications.site import counting, public, searching
from publications.site.searching import Asked
from workbooks.writing import csv_text

LICENCE = (
    "本页数据为依法主动公开的政府信息，可以免费下载、复制、加工和传播，商业使用亦可。"
    "使用时请注明来源和下载日期；数据会更正，请以本站当前公布的为准，不得用被更正、撤回或者已修复的记录损害他人权益。"
)
AT_ONCE = 500


@dataclass(frozen=True)
class Field:
    key: str
    label: str
    meaning: str
    value: Callable[[Any], Any]


@dataclass(frozen=True)
class Dataset:
    """`rows` reads what a visitor asked for, in pieces; `page` is where people read the same."""

    name: str
    title: str
    note: str
    page: str
    fields: tuple[Field, ...]
    rows: Callable[[Asked], Iterable[Any]]

    def csv(self, asked: Asked) -> Iterator[bytes]:
        """UTF-8 with mark, so that Excel shows Chinese; no cell begins what Excel would compute."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        text.write("\ufeff")
        writer.writerow([field.label for field in self.fields])
        for row in self.rows(asked):
            writer.writerow([csv_text(_plain(field.value(row)), "text") for field in self.fields])
            if text.tell() > 1 << 16:
                yield _taken(text)
        yield _taken(text)

    def json(self, asked: Asked) -> Iterator[bytes]:
        head = {
            "dataset": self.name,
            "title": self.title,
            "licence": LICENCE,
            "made_at": timezone.localtime().isoformat(timespec="seconds"),
            "fields": {field.key: field.label for field in self.fields},
        }
        yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "rows": [\n'
        mark = b""
        for row in self.rows(asked):
            found = {field.key: _plain(field.value(row)) for field in self.fields}
            yield mark + json.dumps(found, ensure_ascii=False).encode()
            mark = b",\n"
        yield b"\n]}\n"


def _taken(text: io.StringIO) -> bytes:
    """What was written since, which is then forgotten."""
    content = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return content


def _plain(value: Any) -> Any:
    """Numbers stay numbers, days and moments as ISO 8601, lists as text with 、 between."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return "、".join(map(str, value)) if isinstance(value, tuple | list) else value


def _of(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)


def _in_pieces(rows: QuerySet[Any], make: Callable[..., Any], columns: tuple[str, ...]) -> Iterator[list[Any]]:
    """Along the primary key, so that a long table takes neither memory nor an open cursor."""
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk").values_list(*columns)[:AT_ONCE]):
        last = found[-1][0]
        yield [make(*row) for row in found]


def _results(asked: Asked) -> Iterator[Any]:
    for rows in _in_pieces(searching.results(asked), public.Result, public.RESULT_COLUMNS):
        domains, details = public.domains_of(rows), public.details_of(rows)
        for row in rows:
            yield row, domains.get(row.pk, ""), details[row.pk]


def _penalties(asked: Asked) -> Iterator[public.Penalty]:
    for rows in _in_pieces(searching.penalties(asked), public.Penalty, public.PENALTY_COLUMNS):
        yield from rows


def _versions(asked: Asked, kinds: tuple[str, ...] = ()) -> Iterator[public.Version]:
    rows = public.versions().filter(publication__kind__in=kinds, state="published") if kinds else public.versions()
    if asked.year.isdecimal():
        rows = rows.filter(publication__year=int(asked.year))
    for row in rows.values_list(*public.VERSION_COLUMNS).iterator(chunk_size=AT_ONCE):
        yield public.version_of(row)


def _plans(asked: Asked) -> Iterator[public.Version]:
    return _versions(asked, ("annual_plan", "plan"))


def _matters(asked: Asked) -> list[public.Matter]:
    return public.matters()


def _address(row: public.Version) -> str:
    return public_address(f"/public/publications/{row.code}/")


def _content(row: public.Version) -> str:
    return "\n".join(_texts(public.content_of(row)))


def _texts(content: dict[str, Any]) -> Iterator[str]:
    yield from content.get("words", [])
    for label, value in content.get("facts", []):
        yield f"{label}：{value}"
    for table in content.get("tables", []):
        yield table.get("title", "")
        yield " | ".join(map(str, table.get("columns", [])))
        for row in table.get("rows", []):
            yield " | ".join(map(str, row))
    yield from content.get("notes", [])


MATTER_FIELDS = (
    Field("code", "编码", "抽查事项的编码，不变", _of("code")),
    Field("name", "事项名称", "", _of("name")),
    Field("department", "实施部门", "", _of("department")),
    Field("kind", "类别", "一般检查事项或者重点检查事项", _of("kind")),
    Field("domains", "适用领域", "空为各领域；多个之间用顿号", _of("domains")),
    Field("content", "检查内容", "", _of("content")),
    Field("methods", "检查方式", "多个之间用顿号", _of("methods")),
    Field("cap_per_year", "年度频次上限", "对同一机构每年最多检查次数；空为不限", _of("cap_per_year")),
    Field("cap_ratio", "比例上限", "空为不限", _of("cap_ratio")),
    Field("legal_bases", "法律依据", "现行有效的条款，多个之间用顿号", _of("legal_bases")),
)
VERSION_FIELDS = (
    Field("code", "公示编号", "公开地址的一部分，不变", _of("code")),
    Field("version", "版本", "从 1 起；更正一次加一", _of("number")),
    Field("kind", "类别", "", lambda row: counting.KINDS[row.kind]),
    Field("title", "标题", "", _of("title")),
    Field("bureau", "公示单位", "", _of("bureau")),
    Field("region", "地区", "公示单位所在地区", _of("region")),
    Field("year", "年度", "", _of("year")),
    Field("campaign", "抽查活动编号", "不属于某次抽查活动的为空", _of("campaign")),
    Field("published_at", "公布时间", "北京时间，ISO 8601", _of("published_at")),
    Field("url", "地址", "永久地址", _address),
    Field("digest", "内容摘要", "该版内容的 SHA-256，内容有变，摘要即变", _of("digest")),
)
STATE_WORDS = {"published": "现行", "superseded": "已更正", "withdrawn": "已撤回"}
PUBLICATION_FIELDS = (
    *VERSION_FIELDS,
    Field("state", "状态", "现行、已更正或者已撤回", lambda row: STATE_WORDS[row.state]),
    Field("ended_at", "失效时间", "被更正或者撤回的时间；现行的为空", _of("ended_at")),
    Field("reason", "更正说明", "该版更正了前一版的什么；第一版为空", _of("reason")),
    Field("withdrawn_because", "撤回理由", "未撤回的为空", _of("withdrawn_because")),
)
PLAN_FIELDS = (*VERSION_FIELDS, Field("content", "计划内容", "全文；表格每行一行，列间用竖线", _content))
YES_OR_NO = {True: "是", False: "否", None: ""}
RESULT_FIELDS = (
    Field("name", "机构名称", "公示当时的名称", lambda row: row[0].name),
    Field("code", "统一社会信用代码", "没有的为组织机构代码", lambda row: row[0].code),
    Field("place", "所在地区", "市和县区", lambda row: row[0].place),
    Field("year", "年度", "", lambda row: row[0].year),
    Field("campaign", "抽查活动编号", "", lambda row: row[0].campaign),
    Field("campaign_title", "抽查活动", "", lambda row: row[0].campaign_title),
    Field("domains", "领域", "多个之间用顿号", lambda row: row[1]),
    Field("bureaus", "检查机关", "", lambda row: row[0].bureaus),
    Field("mode", "抽查方式", "", lambda row: row[0].mode),
    Field("inspected_on", "检查完成日期", "", lambda row: row[0].inspected_on),
    Field("category", "检查结果", "国家企业信用信息公示系统的分类", lambda row: row[0].category_words),
    Field("trade_outcome", "处理情况", "按行业通报的分类", lambda row: row[0].trade_words),
    Field("problem_count", "问题数", "单位：个", lambda row: row[0].problem_count),
    Field("problems", "发现的问题", "事项、性质、事实", lambda row: _listed(row[2].problems)),
    Field("measures", "处理措施", "措施、机关、日期、文号", lambda row: _listed(row[2].measures)),
    Field("is_rectified", "已整改到位", "空为没有整改要求", lambda row: YES_OR_NO[row[0].is_rectified]),
    Field("publication", "公示编号", "该结果所在的公示", lambda row: row[0].publication),
    Field("version", "版本", "", lambda row: row[0].version),
)
PENALTY_FIELDS = (
    Field("name", "机构名称", "公示当时的名称", _of("name")),
    Field("code", "统一社会信用代码", "没有的为组织机构代码", _of("code")),
    Field("place", "所在地区", "市和县区", _of("place")),
    Field("year", "年度", "", _of("year")),
    Field("kind", "措施", "", _of("kind_words")),
    Field("bureau", "决定机关", "", _of("bureau_name")),
    Field("document_number", "文号", "", _of("document_number")),
    Field("decided_on", "决定日期", "", _of("decided_on")),
    Field("amount", "金额", "单位：元；没有金额的为空", _of("amount")),
    Field("facts", "违法事实", "", _of("facts")),
    Field("legal_basis", "依据", "", _of("legal_basis")),
    Field("shown_until", "公示至", "到期以后不再公示；空为未定", _of("shown_until")),
    Field("publication", "公示编号", "该处罚所在的公示", _of("publication")),
    Field("version", "版本", "", _of("version")),
)


def _listed(rows: list[list[str]]) -> str:
    return "；".join("，".join(str(part) for part in row if part) for row in rows)


DATASETS = {
    dataset.name: dataset
    for dataset in (
        Dataset("matters", "抽查事项清单", "现行有效的抽查事项和法律依据。", "site:matters", MATTER_FIELDS, _matters),
        Dataset("plans", "抽查计划", "现行的年度抽查计划和抽查计划。", "site:plans", PLAN_FIELDS, _plans),
        Dataset("results", "抽查结果", "一家机构在一次抽查中的结果为一行。", "site:results", RESULT_FIELDS, _results),
        Dataset(
            "penalties", "行政处罚", "公示期内的行政处罚，一项一行；信用修复后移除。", "site:penalties", PENALTY_FIELDS,
            _penalties,
        ),
        Dataset(
            "publications", "全部公示", "公布过的每一版，一版一行，包括被更正和撤回的。", "site:publications",
            PUBLICATION_FIELDS, _versions,
        ),
    )
}  # fmt: skip
