"""The offline workbook: what is downloaded comes back exactly, and only what was changed in it is saved."""

import io
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from accounts.models import AuditEvent
from selftest import filling
from selftest.content import parse
from selftest.filling import LONGEST_TEXT, TEXTS
from selftest.header import tidy
from selftest.models import Answer, HeaderBlock, SelfCheck
from selftest.workbook import layout, writing
from selftest.workbook.applying import Applied, NotApplied, apply
from selftest.workbook.reading import Reading, read_book, read_workbook
from selftest.workbook.writing import Book, write_book, write_workbook
from tests.selftest import world
from workbooks.guard import WorkbookRefused

CONTENT = parse(world.CONTENT)
FORM = "f" * 64
FIRST = {"choice": "D4", "description": "E4", "cause": "F4", "measure": "G4", "due_on": "H4", "reason": "I4"}
"""Where the answer of item 1 stands."""


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def saved(book: Workbook, path: Path) -> Path:
    book.save(path)
    return path


def changed(self_check: SelfCheck, tmp_path: Path, cells: dict[str, object], *, sheet: str = "自查表") -> Path:
    """The workbook as downloaded now, with these cells filled."""
    book = opened(write_workbook(self_check))
    for place, value in cells.items():
        book[sheet][place] = value
    return saved(book, tmp_path / "filled.xlsx")


def upload(self_check: SelfCheck, path: Path) -> Applied:
    return apply(self_check, read_workbook(path, self_check), by=world.clerk(self_check))


def state(self_check: SelfCheck) -> list[object]:
    fields = ("item", *filling.ANSWER_FIELDS, "revision")
    blocks = self_check.blocks.values_list("pk", "values", "revision")
    return [*self_check.answers.values_list(*fields), *blocks]


def faults(self_check: SelfCheck, path: Path) -> list[tuple[str, str, str]]:
    """Nothing is saved; (place, code, words) of each fault."""
    before = state(self_check)
    with pytest.raises(NotApplied) as refused:
        upload(self_check, path)
    assert state(self_check) == before
    return [(fault.place, fault.code, fault.message) for fault in refused.value.faults]


TORTURE = (
    "=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "'=1", "#N/A", "_x0041_", "_x000D_", "1e5", "007", "是",
    "第一行\n\n第三行", "a\tb", "𠮷野家\u2028", "{{7*7}}", "<b>&amp;</b>", "TRUE", "2025-09-30", "长" * LONGEST_TEXT,
)  # fmt: skip
ANY_TEXT = st.one_of(
    st.sampled_from(TORTURE), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
)
ANY_ANSWER = st.fixed_dictionaries(
    {
        "choice": st.sampled_from(["", "yes", "no"]),
        **dict.fromkeys(TEXTS, ANY_TEXT.map(tidy)),
        "due_on": st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2199, 12, 31))),
    }
)
ANY_VALUES = st.fixed_dictionaries(
    {
        **{field.key: ANY_TEXT.map(lambda text: tidy(text)[:200].strip()) for field in CONTENT.certificate[:2]},
        "valid_until": st.one_of(st.just(""), st.dates().map(date.isoformat)),
        "signatories": st.lists(ANY_TEXT.map(lambda text: tidy(text)[:200].strip()).filter(bool), max_size=3),
    }
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answers=st.lists(ANY_ANSWER, min_size=3, max_size=3),
    earlier=st.lists(ANY_ANSWER, min_size=3, max_size=3),
    blocks=st.lists(ANY_VALUES, min_size=1, max_size=3),
)
def test_what_is_written_reads_back_and_differs_only_where_it_was_changed(answers, earlier, blocks, tmp_path):
    """Against its own marks nothing is changed; against those of another state, exactly the cells that differ."""
    certificates = [
        HeaderBlock(pk=2 + number, kind="certificate", position=number, values=values)
        for number, values in enumerate(blocks)
    ]
    rows = [HeaderBlock(pk=1, kind="basic", values={"name": answers[0]["cause"][:200].strip()}), *certificates]
    now = [Answer(item=number, revision=number, **values) for number, values in enumerate(answers, 1)]
    before = [Answer(item=number, revision=number, **values) for number, values in enumerate(earlier, 1)]
    path = tmp_path / "book.xlsx"

    path.write_bytes(write_book(book_of(now, rows)))
    assert read_book(path, 7, FORM, CONTENT, rows) == Reading([], [])

    path.write_bytes(downloaded_and_filled(book_of(before, rows), book_of(now, rows)))
    found = read_book(path, 7, FORM, CONTENT, rows)
    assert found.faults == []
    assert {edit.subject: edit.values for edit in found.edits} == {
        new.item: values for new, old in zip(now, before, strict=True) if (values := differing(new, old))
    }


def book_of(answers: list[Answer], blocks: list[HeaderBlock]) -> Book:
    return Book(7, FORM, CONTENT, "某某检测有限公司", blocks, answers, frozenset(range(4)))


def downloaded_and_filled(before: Book, now: Book) -> bytes:
    """The workbook of one state, filled until it says what another does."""
    output, rows = Workbook(), layout.block_rows(CONTENT, now.blocks)
    writing.write_header_sheet(output.create_sheet("基本信息"), now, rows)
    writing.write_items_sheet(output.create_sheet("自查表"), now)
    writing.write_kept_sheet(output.create_sheet("系统信息"), before, rows)
    stream = io.BytesIO()
    output.save(stream)
    return stream.getvalue()


def differing(new: Answer, old: Answer) -> dict[str, object]:
    """Fields whose cells differ, with the value that a cell can hold."""
    return {
        key: layout.writable(getattr(new, key)) if key in TEXTS else getattr(new, key)
        for key in layout.FILLED
        if layout.answer_text(new, key) != layout.answer_text(old, key)
    }


@pytest.mark.django_db
def test_workbook_as_downloaded_changes_nothing(tmp_path):
    self_check = world.filled()
    before = state(self_check)
    path = tmp_path / "book.xlsx"
    path.write_bytes(write_workbook(self_check))

    assert upload(self_check, path) == Applied([], 0)
    assert upload(self_check, saved(opened(path.read_bytes()), path)) == Applied([], 0)
    assert state(self_check) == before
    assert not AuditEvent.objects.filter(action="selftest.upload_workbook").exists()


@pytest.mark.django_db
def test_what_was_filled_is_saved_and_uploading_it_again_changes_nothing(tmp_path):
    self_check = world.begun()
    path = changed(
        self_check, tmp_path,
        {
            FIRST["choice"]: " 是 ", FIRST["description"]: "'-地址没有变更\n另有一处", FIRST["cause"]: 2025,
            FIRST["due_on"]: "2025年9月30日", "D5": "不适用", "I5": "没有分支机构", "D6": "否",
        },
    )  # fmt: skip
    book = opened(path.read_bytes())
    book["基本信息"]["C5"] = "平城区新街2号"
    book["基本信息"]["D8"] = date(2027, 3, 3)
    book["基本信息"]["E8"] = "张三、李四"
    saved(book, path)

    assert upload(self_check, path) == Applied([1, 2, 3], 2)
    assert upload(self_check, path) == Applied([], 0)

    first, second, third = self_check.answers.all()
    assert (first.choice, first.description, first.cause) == ("yes", "'-地址没有变更\n另有一处", "2025")
    assert (first.due_on, second.choice, second.reason) == (date(2025, 9, 30), "na", "没有分支机构")
    assert (third.choice, third.revision) == ("no", 1)
    basic, certificate = self_check.blocks.all()
    assert basic.values["address"] == "平城区新街2号"
    assert (certificate.values["valid_until"], certificate.values["signatories"]) == ("2027-03-03", ["张三", "李四"])
    assert AuditEvent.objects.get(action="selftest.upload_workbook").facts == {"items": [1, 2, 3], "blocks": 2}


@pytest.mark.django_db
def test_newer_input_online_is_told_and_kept_and_untouched_rows_are_left_alone(tmp_path):
    self_check = world.begun()
    path = changed(self_check, tmp_path, {FIRST["choice"]: "否", FIRST["reason"]: "无", "D5": "否"})
    other = world.person(self_check.institution, name="second-clerk")
    filling.save_answer(self_check, 1, {"choice": "yes", "description": "证照过期"}, base=0, by=other)
    filling.save_answer(self_check, 3, {"choice": "no"}, base=0, by=other)

    (choice, reason) = faults(self_check, path)

    assert choice[:2] == ("“自查表”第 4 行 D 列（是否发现问题（选择））", "changed_meanwhile")
    assert f"{other.name} " in choice[2]
    assert "此处现为“是”" in choice[2]
    assert "此处现为“（空）”" in reason[2]
    fresh = changed(self_check, tmp_path, {FIRST["cause"]: "没有留意"})
    assert upload(self_check, fresh) == Applied([1], 0)


@pytest.mark.django_db
def test_each_faulty_cell_is_named_and_nothing_is_saved(tmp_path):
    self_check = world.begun()
    book = opened(write_workbook(self_check))
    items, header = book["自查表"], book["基本信息"]
    items["D4"], items["H4"], items["E4"] = "也许", "九月底", "长" * (LONGEST_TEXT + 1)
    items["D5"], items["D6"] = "否", "不适用"
    header["D8"], header["B8"] = "2027-02-30", "长" * 201
    path = saved(book, tmp_path / "filled.xlsx")

    assert [fault[:2] for fault in faults(self_check, path)] == [
        ("“基本信息”第 8 行 B 列（被授权机构名称）", "refused"),
        ("“基本信息”第 8 行 D 列（有效日期）", "no_such_date"),
        ("“自查表”第 4 行 D 列（是否发现问题（选择））", "not_a_choice"),
        ("“自查表”第 4 行 E 列（问题描述）", "too_long"),
        ("“自查表”第 4 行 H 列（整改完成日期）", "not_a_date"),
        ("“自查表”第 6 行 D 列（是否发现问题（选择））", "not_a_choice"),
    ]


@pytest.mark.django_db
def test_rows_and_columns_that_were_moved_are_noticed(tmp_path):
    self_check = world.begun()
    deleted, doubled, moved = (opened(write_workbook(self_check)) for _ in range(3))
    deleted["自查表"].delete_rows(5)
    doubled["自查表"]["A7"], doubled["自查表"]["D7"] = 1, "是"
    doubled["自查表"]["D9"] = "写在表外的话"
    moved["自查表"].insert_cols(4)
    moved["基本信息"].insert_cols(2)

    assert [fault[:2] for fault in faults(self_check, saved(deleted, tmp_path / "a.xlsx"))] == [
        ("“自查表”", "missing_row")
    ]
    assert [fault[:2] for fault in faults(self_check, saved(doubled, tmp_path / "b.xlsx"))] == [
        ("“自查表”第 7 行 A 列（序号）", "repeated_row"),
        ("“自查表”第 9 行 A 列（序号）", "no_number"),
    ]
    assert [fault[:2] for fault in faults(self_check, saved(moved, tmp_path / "c.xlsx"))] == [
        ("“基本信息”第 4 行", "header_changed"),
        ("“自查表”第 3 行", "header_changed"),
    ]


@pytest.mark.django_db
def test_items_that_are_not_open_are_grey_and_cannot_be_changed(media_root, tmp_path):
    self_check = world.returned({2: "请说明分场所"})
    sheet = opened(write_workbook(self_check))["自查表"]
    path = changed(self_check, tmp_path, {"D4": "否", "D5": "否"})

    assert [sheet[place].protection.locked for place in ("C4", "D4", "D5", "C5")] == [True, True, False, True]
    assert [fault[:2] for fault in faults(self_check, path)] == [("“自查表”第 4 行", "refused")]
    assert upload(self_check, changed(self_check, tmp_path, {"D5": "否"})) == Applied([2], 0)


@pytest.mark.django_db
def test_workbook_of_another_self_check_form_or_make_is_refused_whole(tmp_path):
    self_check = world.begun()
    other, foreign, bare = (opened(write_workbook(self_check)) for _ in range(3))
    other["系统信息"]["B1"] = str(self_check.pk + 1)
    foreign["系统信息"]["C1"] = "0" * 64
    del bare["系统信息"]
    broken = opened(write_workbook(self_check))
    broken["系统信息"]["C2"] = "many"

    codes = []
    for number, book in enumerate((other, foreign, bare, broken)):
        with pytest.raises(WorkbookRefused) as refused:
            read_workbook(saved(book, tmp_path / f"{number}.xlsx"), self_check)
        codes.append(refused.value.code)

    assert codes == ["other_self_check", "other_form", "no_sheet", "broken_layout"]


@pytest.mark.django_db
def test_workbook_is_laid_out_like_the_annex_and_asks_for_what_the_choice_demands():
    self_check = world.filled()
    book = opened(write_workbook(self_check))
    sheet = book["自查表"]

    assert book.sheetnames == ["基本信息", "自查表", "系统信息"]
    assert [each.sheet_state for each in book] == ["visible", "visible", "veryHidden"]
    assert [cell.value for cell in sheet[3]] == [column.title for column in layout.ITEM_COLUMNS]
    assert sheet["C4"].value == "检查营业执照：\n（1）企业应取得营业执照；\n（2）其他组织应有批准文件。"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.print_title_rows) == (
        "landscape",
        9,
        "$3:$3",
    )
    lists = [(str(rule.sqref), rule.formula1) for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert lists == [("D4 D5", '"是,否,不适用"'), ("D6", '"是,否"')]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert sheet.protection.sheet


@pytest.mark.django_db
def test_workbook_is_downloaded_uploaded_and_its_faults_shown(tmp_path):
    self_check = world.invited()
    client = Client()
    client.force_login(world.clerk(self_check))
    assert client.get(reverse("selftest:workbook", args=[self_check.pk])).status_code == 302
    filling.begin(self_check, by=world.clerk(self_check))
    address = reverse("selftest:workbook_upload", args=[self_check.pk])

    def post(content: bytes):
        return client.post(address, {"file": SimpleUploadedFile("自查.xlsx", content)})

    answer = client.get(reverse("selftest:workbook", args=[self_check.pk]))
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    book = opened(answer.content)
    book["自查表"]["D4"] = "也许"
    refused = post(saved(book, tmp_path / "a.xlsx").read_bytes())
    assert refused.status_code == 422
    assert "“也许”不是本项的选项，请从下拉框中选择：是、否、不适用。" in refused.content.decode()
    assert "这是 PDF 文件" in post(b"%PDF-1.7").content.decode()

    book["自查表"]["D4"] = "否"
    assert post(saved(book, tmp_path / "a.xlsx").read_bytes()).url == reverse("selftest:fill", args=[self_check.pk])
    assert self_check.answers.get(item=1).choice == "no"
    assert client.post(address).status_code == 302
