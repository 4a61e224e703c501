import django_tables2 as tables
import pytest
from django.test import RequestFactory

from accounts.lists import ListTable, arrange
from accounts.templatetags import lists


class Numbers(ListTable):
    number = tables.Column("号")

    class Meta(ListTable.Meta):
        attrs = {"class": "table", "id": "numbers"}


def numbers(query, count=120):
    request = RequestFactory().get(f"/numbers/{query}")
    return arrange(Numbers([{"number": number} for number in range(count)]), request)


@pytest.mark.parametrize(
    ("query", "page", "per_page"),
    [
        ("", 1, 50),
        ("?page=2&per_page=20", 2, 20),
        ("?per_page=100000", 1, 50),
        ("?page=99", 3, 50),
        ("?page=-1&per_page=x", 1, 50),
        ("?page=²", 1, 50),
    ],
)
def test_arrange_bounds_page_and_size(query, page, per_page):
    table = numbers(query)
    assert (table.page.number, table.paginator.per_page) == (page, per_page)


def test_arrange_sorts():
    assert numbers("?sort=-number").rows[0].get_cell("number") == 119


@pytest.mark.parametrize(("count", "sizes"), [(10, [20]), (120, [20, 50, 100, 200]), (9000, [20, 50, 100, 200, 500])])
def test_page_sizes_end_with_the_one_that_shows_all(count, sizes):
    assert lists.page_sizes(numbers("", count)) == sizes


def test_sort_link_goes_back_to_the_first_page_and_keeps_filters():
    table = numbers("?city=a%26b&page=2")
    link = lists.sort_link(table, table.columns["number"])
    assert 'href="?city=a%26b&amp;sort=number"' in link


def test_list_state_hands_sorting_and_size_to_the_filter_form():
    assert lists.list_state(numbers("?sort=-number&per_page=20&city=x")) == (
        '<input type="hidden" form="filters" name="sort" value="-number">'
        '<input type="hidden" form="filters" name="per_page" value="20">'
    )


def test_chart_rows_turn_series_into_rows():
    data = {"categories": ["甲", "乙"], "series": [{"name": "a", "values": [1, 2]}, {"name": "b", "values": [3, 4]}]}
    assert lists.chart_rows(data) == [("甲", [1, 3]), ("乙", [2, 4])]
