import re

import pytest
from django.urls import reverse

from selftest import editing, publishing, reference
from selftest.content import Choice, Item, Point, parse
from selftest.errors import SelfCheckError
from selftest.models import FormTemplate
from tests.campaigns import datong
from tests.factories import accounts
from tests.selftest import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    client.force_login(datong.officer())
    return client


@pytest.fixture
def draft() -> FormTemplate:
    return publishing.copy_form(world.form(), code="mine", by=datong.officer())


def page(client, name, *arguments, **data):
    return client.get(reverse(f"selftest:{name}", args=arguments), data)


def press(client, name, *arguments, **data):
    return client.post(reverse(f"selftest:{name}", args=arguments), data, follow=True)


def typed(client, name, *arguments, **changes) -> dict[str, object]:
    """What the page's own form sends back, with these fields changed."""
    asked = page(client, name, *arguments).context["asked"]
    return {field.name: field.value() for field in asked if field.value() is not None} | changes


def titles(form: FormTemplate) -> list[str]:
    form.refresh_from_db()
    return [item.title for item in form.parsed.items]


def test_form_is_copied_changed_and_published(officer):
    reference.add_missing_forms()
    source = FormTemplate.objects.get(code="shanxi-2025")

    copied = press(officer, "form_copy", source.pk, way="next").context["form"]
    press(
        officer,
        "form_edit",
        copied.pk,
        **typed(officer, "form_edit", copied.pk, title="大同市自查表", letter="郑重承诺。"),
    )
    asked = page(officer, "form_publish", copied.pk)
    press(officer, "form_publish", copied.pk)

    copied.refresh_from_db()
    assert (copied.version, copied.title, copied.parsed.title, copied.parsed.letter) == (
        2, "大同市自查表", "大同市自查表", "郑重承诺。",
    )  # fmt: skip
    assert "大同市自查表（第 2 版）" in asked.content.decode()
    assert copied.is_published
    assert page(officer, "form_edit", copied.pk).status_code == 403


def test_item_is_typed_as_lines_and_numbered_as_printed(officer, draft):
    given = typed(
        officer, "form_item", draft.pk, 1, title="新的内容", points="（1）第一点；\n\n没有序号的一点；\n3、第三点。"
    )

    press(officer, "form_item", draft.pk, 1, **given)

    draft.refresh_from_db()
    points = (Point("（1）", "第一点；"), Point("", "没有序号的一点；"), Point("3、", "第三点。"))
    assert draft.parsed.item(1) == Item(1, "新的内容", "检查营业执照：", points, tuple(Choice))


def test_every_item_of_the_shanxi_form_comes_back_from_its_page_unchanged(officer):
    reference.add_missing_forms()
    draft = publishing.copy_form(FormTemplate.objects.get(code="shanxi-2025"), by=datong.officer())
    before = draft.parsed

    for item in before.items:
        press(officer, "form_item", draft.pk, item.number, **typed(officer, "form_item", draft.pk, item.number))

    draft.refresh_from_db()
    assert draft.parsed == before


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"title": ""}, {"title": ["该字段是必填项。"]}),
        ({"points": "（1）有；\n（2）"}, {"points": ["第 2 个要点只有序号“（2）”，没有文字。"]}),
        ({"points": "", "method": ""}, {"method": ["检查方法和要点不能都不填。"]}),
        ({"options": ["yes", "na"]}, {"options": ["“是”和“否”必须保留。"]}),
    ],
)
def test_faulty_item_is_refused_at_the_field(officer, draft, changes, errors):
    response = press(officer, "form_item", draft.pk, 1, **typed(officer, "form_item", draft.pk, 1, **changes))

    assert response.context["asked"].errors == errors


def test_items_are_added_moved_and_taken_off(officer, draft):
    first, _, third = titles(draft)
    added = {"title": "新增", "method": "查阅记录。", "options": ["yes", "no"]}

    press(officer, "form_item_create", draft.pk, **added)
    press(officer, "form_item_move", draft.pk, 4, way="up")
    press(officer, "form_item_move", draft.pk, 1, way="up")
    press(officer, "form_item_remove", draft.pk, 2)

    assert titles(draft) == [first, "新增", third]
    assert [item.number for item in draft.parsed.items] == [1, 2, 3]


def test_second_editor_of_an_item_is_told_and_loses_nothing(officer, draft):
    opened_early = typed(officer, "form_item", draft.pk, 1, title="晚到的修改")
    press(officer, "form_item", draft.pk, 1, **typed(officer, "form_item", draft.pk, 1, title="先到的修改"))

    response = press(officer, "form_item", draft.pk, 1, **opened_early)

    assert "其他人刚才修改" in response.context["asked"].non_field_errors()[0]
    assert response.context["asked"]["title"].value() == "晚到的修改"
    assert titles(draft)[0] == "先到的修改"
    with pytest.raises(SelfCheckError, match="刚才被其他人修改"):
        editing.remove_item(draft, parse(world.CONTENT).items[0], by=datong.officer())


def header_data(response, **changes) -> dict[str, object]:
    formset = response.context["formset"]
    data = {"fields-TOTAL_FORMS": formset.total_form_count(), "fields-INITIAL_FORMS": formset.initial_form_count()}
    for form in formset:
        data |= {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    return data | {key.replace("__", "-"): value for key, value in changes.items()}


def test_columns_of_a_header_are_renamed_added_and_put_in_order(officer, draft):
    shown = page(officer, "form_header", draft.pk, "basic")
    given = header_data(
        shown, fields__0__label="单位全称", fields__0__ORDER="9", fields__4__DELETE="on", fields__5__label="官网",
        fields__5__kind="text", fields__5__ORDER="10",
    )  # fmt: skip

    press(officer, "form_header", draft.pk, "basic", **given)

    draft.refresh_from_db()
    columns = [(field.key, field.label) for field in draft.parsed.basic]
    assert columns == [
        ("address", "单位地址"), ("identifier", "社会信用代码"), ("legal_representative", "法定代表人"),
        ("name", "单位全称"), ("own_1", "官网"),
    ]  # fmt: skip


def test_column_of_the_wrong_kind_or_twice_is_refused_at_the_field(officer, draft):
    shown = page(officer, "form_header", draft.pk, "certificate")

    wrong_kind = press(officer, "form_header", draft.pk, "certificate", **header_data(shown, fields__2__kind="text"))
    twice = press(
        officer, "form_header", draft.pk, "certificate", **header_data(shown, fields__1__source="authorised_name")
    )

    assert wrong_kind.context["formset"].errors[2] == {"kind": ["名录库中这一栏的类型是“日期”。"]}
    assert twice.context["formset"].errors[1] == {"source": ["另一栏已经取自名录库的这一内容，请保留一栏。"]}


def test_code_in_use_is_refused_at_the_field(officer):
    form = world.form()

    response = press(officer, "form_copy", form.pk, way="other", code="small")

    assert response.context["asked"].errors == {"code": ["这个代码已被使用，请换一个。"]}


def test_institutions_notes_stay_with_regulators_and_drafts_with_their_bureau(client, draft):
    county, stranger = world.county_officer(), accounts.lead_officer("xinzhou-officer", at="scjg:140900")
    published = FormTemplate.objects.get(code="small")

    client.force_login(county)
    shown = page(client, "form", published.pk).content.decode()
    client.force_login(stranger)

    assert re.search(r"/forms/\d+/(copy|edit|publish)/", shown) is None
    assert page(client, "form", draft.pk).status_code == 404
    assert page(client, "form_edit", draft.pk).status_code == 404
    assert page(client, "form_edit", published.pk).status_code == 403


def test_list_of_forms_asks_the_same_few_queries(officer, draft, django_assert_max_num_queries):
    for _ in range(4):
        publishing.copy_form(draft, by=datong.officer())

    with django_assert_max_num_queries(8):
        response = page(officer, "forms")

    assert len(response.context["table"].page) == 6
