import hashlib
import re
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from accounts.models import AuditEvent
from campaigns import draw as engine
from institutions.models import Certificate, Institution
from selftest import publishing, reference
from selftest.content import Choice, FormContent, FormRefused, parse
from selftest.errors import WrongState
from selftest.models import FormTemplate
from selftest.states import FormState
from tests.campaigns import datong
from tests.factories import accounts
from tests.selftest import world

ANNEX = Path(__file__).with_name("datong_2025_annex.txt")
OPTIONS = "（是/否/不适用）"
pytestmark = pytest.mark.django_db


def shanxi() -> FormTemplate:
    reference.add_missing_forms()
    return FormTemplate.objects.get(code="shanxi-2025")


def solid(text: str) -> str:
    return re.sub(r"\s", "", text)


def as_printed(content: FormContent) -> str:
    """The items as the annex prints them, without what the paper forgot: item 4's options, the first number of 10."""
    rows = []
    for item in content.items:
        points = [f"{point.label}{point.text}" for point in item.points]
        if item.number == 10:
            points[0] = item.points[0].text
        rows += [str(item.number), item.title, item.method, *points, "" if item.number == 4 else OPTIONS]
    return solid("".join(rows))


def header_as_printed(content: FormContent) -> str:
    blocks = [("基本信息", content.basic), ("取得资质认定的情况", content.certificate)]
    cells = [title + "".join(field.label + field.hint for field in fields) for title, fields in blocks]
    return solid("附件" + content.title + "".join(cells) + "序号自查内容检查方法及证明材料要求是否发现问题（选择）")


def test_shanxi_form_is_the_annex_word_for_word():
    content, printed = shanxi().parsed, solid(ANNEX.read_text(encoding="utf-8"))

    assert header_as_printed(content) + "问题描述" + as_printed(content) == printed


def test_shanxi_form_has_the_points_that_the_notice_numbers():
    content = shanxi().parsed

    assert [len(item.points) for item in content.items] == [6, 0, 6, 3, 0, 2, 2, 3, 0, 5, 3, 4, 4, 5, 3, 2, 2, 0]
    assert [point.label for point in content.items[9].points] == ["（1）", "（2）", "（3）", "（4）", "（5）"]
    assert [point.label for point in content.items[3].points] == ["", "", ""]
    assert {item.options for item in content.items} == {tuple(Choice)}
    assert [item.number for item in content.items if item.note] == [4, 10]


def test_every_header_field_is_filled_from_the_pool():
    content = shanxi().parsed

    assert [field.key for field in content.basic if not hasattr(Institution, field.key)] == []
    assert [field.key for field in content.certificate if not hasattr(Certificate, field.key)] == []
    assert (len(content.basic), len(content.certificate)) == (7, 9)


def test_national_form_asks_what_the_notice_names():
    reference.add_missing_forms()

    form = FormTemplate.objects.get(code="national-2023")
    asked = "".join(item.title for item in form.parsed.items)

    assert (form.level, len(form.parsed.items)) == ("national", 7)
    assert [
        word for word in ("反垄断法", "安全作业管理程序", "有毒有害物质", "易燃易爆物质") if word not in asked
    ] == []
    assert "尚未取得" in form.note


def test_reference_forms_are_added_once():
    assert len(reference.add_missing_forms()) == 2

    assert reference.add_missing_forms() == []
    assert {form.state for form in FormTemplate.objects.all()} == {FormState.PUBLISHED}


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "change", [{"content": world.CONTENT}, {"title": "另一张表"}, {"notice": "另一份通知"}, {"state": "draft"}]
)
def test_database_refuses_to_change_a_published_form(change):
    form = shanxi()

    with pytest.raises(DatabaseError), transaction.atomic():
        FormTemplate.objects.filter(pk=form.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        form.delete()


def test_copy_is_a_draft_of_the_next_version_or_of_a_new_form():
    form = shanxi()

    next_version = publishing.copy_form(form, by=datong.officer())
    other = publishing.copy_form(form, code="datong-2026", by=datong.officer())

    assert (next_version.code, next_version.version, next_version.state) == ("shanxi-2025", 2, FormState.DRAFT)
    assert (other.code, other.version, other.content) == ("datong-2026", 1, form.content)
    assert next_version.bureau == datong.officer().bureau


def test_published_copy_has_a_digest_and_stands():
    draft = publishing.copy_form(shanxi(), by=datong.officer())
    draft = publishing.edit_form(draft, content=world.CONTENT, by=datong.officer())

    published = publishing.publish_form(draft, by=datong.officer())

    assert published.digest == hashlib.sha256(engine.canonical(published.content)).hexdigest()
    assert AuditEvent.objects.filter(action="selftest.publish_form").count() == 1
    with pytest.raises(PermissionDenied):
        publishing.edit_form(published, title="又改", by=datong.officer())


def test_other_bureau_cannot_edit_nor_see_a_draft():
    draft = publishing.copy_form(shanxi(), by=datong.officer())
    stranger = accounts.lead_officer("xinzhou-officer", at="scjg:140900")

    with pytest.raises(PermissionDenied):
        publishing.edit_form(draft, title="改名", by=stranger)
    assert not FormTemplate.objects.visible_to(stranger).filter(pk=draft.pk).exists()


def test_publishing_twice_is_refused():
    draft = publishing.copy_form(shanxi(), by=datong.officer())
    publishing.publish_form(FormTemplate.objects.get(pk=draft.pk), by=datong.officer())

    with pytest.raises(WrongState, match="已发布"):
        publishing.publish_form(draft, by=datong.officer())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"items": []}, "没有任何自查项目"),
        ({"basic": []}, "基本信息没有任何栏目"),
        ({"items": [{**world.CONTENT["items"][0], "number": 2}]}, "连续编号"),
        ({"items": [{**world.CONTENT["items"][0], "options": ["yes"]}]}, "须有“是”和“否”"),
        ({"items": [{**world.CONTENT["items"][0], "method": "", "points": []}]}, "不能为空"),
    ],
)
def test_document_that_is_no_form_is_refused_in_words(change, words):
    with pytest.raises(FormRefused, match=words):
        parse(world.CONTENT | change)
