from reports.documents import Column, Heading, Paragraph
from reports.typesetting import (
    TYPE_AREA_MM,
    chinese_number,
    column_percents,
    flag_stylesheet,
    lay_out_blocks,
    lay_out_flag,
    seal_rows,
    title_lines,
)


def test_headings_are_numbered_by_level_and_start_again_under_a_new_parent():
    body = [Heading(1, "甲"), Heading(2, "乙"), Heading(2, "丙"), Paragraph("文"), Heading(1, "丁"), Heading(2, "戊")]
    body += [Heading(3, "己"), Heading(4, "庚"), Heading(4, "辛")]
    numbers = [one.number for one in lay_out_blocks(body)]
    assert numbers == ["一、", "（一）", "（二）", "", "二、", "（一）", "1.", "（1）", "（2）"]


def test_chinese_number_around_the_tens():
    assert [chinese_number(one) for one in (1, 9, 10, 11, 19, 20, 21, 99, 100)] == [
        "一", "九", "十", "十一", "十九", "二十", "二十一", "九十九", "100",
    ]  # fmt: skip


def test_flag_of_one_issuer_fills_the_type_area_and_no_more():
    flag = lay_out_flag(["大同市市场监督管理局"], suffix="文件")
    assert flag.size_mm == 13.0
    assert flag.size_mm * 12 <= TYPE_AREA_MM


def test_flag_of_a_very_long_issuer_shrinks():
    flag = lay_out_flag(["某某经济技术开发区市场监督管理和综合行政执法局"], suffix="文件")
    assert flag.size_mm * 25 <= TYPE_AREA_MM < (flag.size_mm + 0.01) * 25


def test_flag_of_a_short_issuer_keeps_the_largest_size():
    assert lay_out_flag(["大同市公安局"]).size_mm == 15.0


def test_flag_of_joint_issuers_has_names_of_one_width():
    flag = lay_out_flag(["大同市市场监督管理局", "大同市公安局", "大同市生态环境局"], suffix="文件")
    widths = [len(name.text) * flag.size_mm + (len(name.text) - 1) * name.spacing_mm for name in flag.names]
    assert [round(width, 6) for width in widths] == [round(flag.names_width_mm, 6)] * 3
    assert ".flag .name-1{letter-spacing:10.064mm" in flag_stylesheet(".flag", flag)


def test_flag_of_many_issuers_leaves_room_for_text():
    flag = lay_out_flag(["某市某局"] * 10, suffix="文件")
    assert flag.size_mm * 10 * 1.25 <= 75


def test_title_breaks_after_a_word_and_where_its_author_says():
    long = "关于组织开展2025年度检验检测机构监督抽查工作的通知"
    assert title_lines(long) == ["关于组织开展2025年度", "检验检测机构监督抽查工作的通知"]
    assert title_lines("关于检查的\n通知") == ["关于检查的", "通知"]
    assert title_lines("关于检查的通知") == ["关于检查的通知"]


def test_title_never_splits_a_number():
    lines = title_lines("一二三四五六七八九十一二三四五六七八2025年度检验检测机构抽查工作通知")
    assert [line for line in lines if "2025年" in line] != []
    assert "".join(lines) == "一二三四五六七八九十一二三四五六七八2025年度检验检测机构抽查工作通知"


def test_signatures_stand_three_a_row_and_break_after_the_region():
    names = ["大同市市场监督管理局", "大同市公安局", "大同市生态环境局", "大同市交通运输局"]
    assert seal_rows(names, line_characters=28) == [
        [["大同市", "市场监督管理局"], ["大同市公安局"], ["大同市生态环境局"]],
        [["大同市交通运输局"]],
    ]


def test_signatures_never_break_inside_a_word():
    names = ["国家市场监督管理总局", "中华人民共和国公安部", "山西转型综合改革示范区市场监督管理局"]
    assert seal_rows(names, line_characters=28) == [
        [["国家", "市场监督管理总局"], ["中华人民共和国", "公安部"], ["山西转型综合改革", "示范区", "市场监督管理局"]],
    ]
    assert seal_rows(["山西省住房和城乡建设厅", "山西省公安厅"], line_characters=28) == [
        [["山西省住房和城乡建设厅"], ["山西省公安厅"]],
    ]


def test_a_signature_longer_than_two_lines_is_printed_whole():
    rows = seal_rows(["甲" * 20, "乙", "丙"], line_characters=28)
    assert "".join(rows[0][0]) == "甲" * 20
    assert max(len(line) for line in rows[0][0]) == 8


def test_unbroken_columns_get_what_their_cells_need_and_the_rest_goes_by_weight():
    columns = (Column("代码", unbroken=True), Column("名称", 3), Column("地址", 1))
    percents = column_percents(columns, (("91140214MA0K1A2B3C", "甲", "乙"),), line_characters=40)
    assert sum(percents) == 100
    assert percents[0] * 40 / 100 >= 18 * 0.57 + 1
    assert percents[1] > 2 * percents[2]


def test_columns_of_tiny_weight_keep_room_for_two_characters():
    percents = column_percents((Column("序号", 0.01), Column("名称", 5)), (("1", "甲"),), line_characters=36)
    assert percents == [9, 91]
