"""What callers send: guarded before it is understood, and every refusal in one shape and in Chinese."""

import pytest
from rest_framework.test import APIClient

from institutions.models import Institution
from tests.factories import accounts, institutions

pytestmark = pytest.mark.django_db
NOT_JSON = "提交的内容不是有效的 JSON。"


@pytest.fixture
def officer_program(program):
    return program(accounts.lead_officer())


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("[" * 100_000, "提交的 JSON 嵌套超过 20 层。"),
        ('{"a":' * 30 + "1" + "}" * 30, "提交的 JSON 嵌套超过 20 层。"),
        ('{"name": "甲", "name": "乙"}', "提交的 JSON 中“name”出现了两次。"),
        ('{"name": NaN}', "提交的 JSON 中不能有 NaN。"),
        ('{"name": ' + "9" * 5000 + "}", NOT_JSON),
        ('{"name": "', NOT_JSON),
        (b'{"name": "\xff"}', "提交的内容不是 UTF-8 编码。"),
        (r'{"name": "\u0000"}', "提交的内容含有不能保存的字符（NUL）。"),
        (r'{"name": "\ud800"}', "提交的内容不是 UTF-8 编码。"),
        (" " * (1024 * 1024 + 1), "提交的内容超过 1 MB。"),
    ],
)
def test_body_is_refused_with_a_sentence(officer_program, body, detail):
    answer = officer_program.generic("POST", "/api/institutions/", body, content_type="application/json")

    assert (answer.status_code, answer.json()) == (400, {"detail": detail})


def test_brackets_inside_strings_are_not_nesting(officer_program):
    answer = officer_program.post("/api/institutions/", {"name": "[" * 100})

    assert answer.status_code == 400
    assert "name" not in answer.json()["fields"]


@pytest.mark.parametrize("body", [[], "text", 7, None])
def test_body_that_is_no_object_is_refused(officer_program, body):
    answer = officer_program.post("/api/institutions/", body)

    assert answer.status_code == 400
    assert set(answer.json()) == {"detail", "fields"}


def test_wrong_values_are_named_by_field_in_chinese(officer_program):
    institutions.institution(uscc=institutions.uscc(1), name="甲公司")
    accounts.region("140902")
    values = {"name": "", "uscc": institutions.uscc(1), "county": "140902", "legal_type": "firm", "address": "长" * 201}

    answer = officer_program.post("/api/institutions/", values)

    assert answer.status_code == 400
    assert answer.json() == {
        "detail": "提交的内容有误，请按 fields 逐项改正。",
        "fields": {
            "address": ["请确保这个字段不能超过 200 个字符。"],
            "legal_type": ["“firm” 不是合法选项。"],
            "name": ["该字段不能为空。"],
            "uscc": ["具有 统一社会信用代码 的 检验检测机构 已存在。"],
        },
    }
    assert Institution.objects.count() == 1


@pytest.mark.parametrize("days", ["１２", "²", "1.0", 1.0, True, "", None, [1], "9" * 40])
def test_whole_numbers_are_digits(days):
    answer = APIClient().post("/api/token/", {"username": "a", "password": "b", "days": days})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["days"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=１", "page"),
        ("page_size=-1", "page_size"),
        ("year=２０２５", "year"),
        ("year=NaN", "year"),
        ("ordering=created_by__password", "ordering"),
        ("state=nonsense", "state"),
        ("lead_bureau__users__password__startswith=p", "lead_bureau__users__password__startswith"),
    ],
)
def test_query_that_makes_no_sense_is_refused(officer_program, query, field):
    answer = officer_program.get(f"/api/campaigns/?{query}")

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_other_refusals_have_the_same_shape(officer_program):
    form = officer_program.post("/api/institutions/", {"name": "甲"}, format="multipart")

    assert (form.status_code, form.json()) == (415, {"detail": "请以 application/json 提交。"})
    assert officer_program.get("/api/institutions/987654321/").json() == {"detail": "没有找到。"}
    assert officer_program.get(f"/api/institutions/{'9' * 30}/").status_code == 404
    assert officer_program.get("/api/institutions/?page=7").json() == {"detail": "没有找到。"}
