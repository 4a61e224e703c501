"""What a version of results or penalties says above its rows, counted from them."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from accounts.templatetags.wording import amount
from publications.content import Content
from publications.models import PublicationVersion
from visits.codes import Category, MeasureKind
from visits.outcomes import CATEGORIES_BY_WEIGHT

OBJECTION = "对公示内容有异议的，可以向公示单位提出；内容有误的，将以更正版本公布并说明理由。"
REPAIR = "当事人纠正失信行为、消除不良影响后，可以依法申请信用修复。"


def results_content(title: str, version: PublicationVersion, words: tuple[str, ...] = ()) -> Content:
    said = words or ("现将检验检测机构的检查结果公示如下。",)
    return Content(title=title, words=said, facts=tuple(_result_facts(version)), notes=(OBJECTION,))


def _result_facts(version: PublicationVersion) -> Iterator[tuple[str, str]]:
    rows = list(version.results.values_list("category", "problem_count"))
    yield "检查机构", f"{len(rows)} 家"
    by_category = Counter(category for category, _ in rows)
    for category in CATEGORIES_BY_WEIGHT:
        if number := by_category[category.value]:
            yield Category(category).label, f"{number} 家"
    yield "发现问题", f"{sum(problems for _, problems in rows)} 个"


def penalties_content(title: str, version: PublicationVersion, words: tuple[str, ...] = ()) -> Content:
    rows = list(version.penalties.values_list("kind", "amount", "institution"))
    said = words or ("现将检验检测领域的行政处罚等决定公示如下。",)
    return Content(title=title, words=said, facts=tuple(_penalty_facts(rows)), notes=(REPAIR, OBJECTION))


def _penalty_facts(rows: list[tuple[str, Decimal | None, int]]) -> Iterator[tuple[str, str]]:
    yield "涉及机构", f"{len({institution for _, _, institution in rows})} 家"
    by_kind = Counter(kind for kind, _, _ in rows)
    for kind in MeasureKind:
        if number := by_kind[kind.value]:
            yield kind.label, f"{number} 件"
    if total := sum((each for _, each, _ in rows if each), Decimal(0)):
        yield "罚没金额", amount(total, "元")
