import io
from datetime import timedelta

import pypdf
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Region
from reports.datasets import signed
from reports.visit_documents import PENALTY_LAW, rectification_order, reviewer_of
from reports.visit_documents_pdf import render_rectification_order
from tests.factories import accounts
from tests.visits import world
from visits import rectifying
from visits.codes import Severity
from visits.models import Finding, Rectification

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

RULE = "《检验检测机构监督管理办法》第二十五条"


def printed(content: bytes) -> str:
    """Without the line breaks that printing made."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    return "".join("".join(page.extract_text() for page in reader.pages).split())


def order_with(demands: str = "补齐复核签字。\n\n三日内停止使用") -> Rectification:
    order = world.ordered()
    Rectification.objects.filter(pk=order.pk).update(demands=demands)
    return Rectification.objects.get(pk=order.pk)


def test_order_says_facts_law_demands_day_and_where_to_turn():
    order = order_with()

    document = rectification_order(order, made_by=world.officer())

    assert (document.number, document.bureau) == (order.number, "大同市市场监督管理局")
    assert [(each.matter, each.facts, each.rule) for each in document.findings] == [
        ("报告管理", "原始记录缺少复核签字", RULE)
    ]
    assert (document.rules, document.law) == ((RULE,), PENALTY_LAW)
    assert document.demands == ("补齐复核签字", "三日内停止使用")
    assert (document.due_on, document.reviewer) == (order.due_on, "大同市人民政府")
    assert document.visited_on == timezone.localdate()
    assert document.made.made_by == signed(world.officer())
    text = printed(render_rectification_order(document))
    for words in (
        "责令改正通知书", order.number, order.task.institution.name, "原始记录缺少复核签字", RULE,
        "（1）补齐复核签字。", "（2）三日内停止使用。", "六十日内向大同市人民政府申请行政复议",
        f"{order.due_on.year}年{order.due_on.month}月{order.due_on.day}日前改正", "送达回证",
    ):  # fmt: skip
        assert words in text, words


def test_general_problems_name_no_rule():
    order = order_with()
    Finding.objects.update(severity=Severity.GENERAL, legal_basis=None)

    document = rectification_order(order, made_by=world.officer())

    assert (document.rules, document.law) == ((), "")
    assert "一般性质量管理和技术问题，现责令你单位于" in printed(render_rectification_order(document))


def test_order_keeps_its_day_when_it_is_extended():
    order = world.ordered()
    asked = rectifying.ask_extension(
        order, until=order.due_on + timedelta(days=9), reason="采购", by=world.head(order.task)
    )
    rectifying.decide_extension(asked, grant=True, by=world.officer())

    document = rectification_order(Rectification.objects.get(), made_by=world.officer())

    assert document.due_on == order.due_on


def test_review_is_heard_by_the_government_of_the_own_level():
    county = accounts.bureau("scjg:140213")
    alone = reviewer_of(county)
    county.branch_of = accounts.bureau("scjg:140200")
    nation = accounts.bureau("scjg:140000")
    nation.region.level = Region.Level.NATION

    assert (alone, reviewer_of(county), reviewer_of(nation)) == ("平城区人民政府", "大同市人民政府", "")


def test_institution_and_bureau_download_it_and_nobody_else_does(client):
    order, other = world.ordered(), world.ordered()
    page = reverse("reports:rectification_order", args=[order.pk])

    for user, status in ((world.head(order.task), 200), (world.officer(), 200), (world.head(other.task), 404)):
        client.force_login(user)
        answer = client.get(page)
        assert answer.status_code == status
        if status == 200:
            assert answer["Content-Type"] == "application/pdf"
            assert order.number in printed(answer.content)


def test_what_looks_like_markup_is_printed_as_it_is():
    order = order_with("<b>停止</b> & 报告")

    assert "<b>停止</b>&报告。" in printed(
        render_rectification_order(rectification_order(order, made_by=world.officer()))
    )
