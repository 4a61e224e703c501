"""Nothing by which a person can be called or named passes into what is published."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publications.redaction import Redactor, redact

SEPARATORS = st.sampled_from(["", " ", "-", "－", "　", ". ", "·"])
SCRIPTS = (str, lambda digit: chr(0xFF10 + int(digit)), lambda digit: "〇一二三四五六七八九"[int(digit)])
AROUND = st.text(alphabet="检查发现当事人联系方式报告编号第（）：，。；、 \n晋元年月日", max_size=12)
DIGITS = "0123456789"


@st.composite
def written(draw, digits):
    """These digits in one script, with one kind of separator between groups or between all of them."""
    script, separator = draw(st.sampled_from(SCRIPTS)), draw(SEPARATORS)
    every = draw(st.sampled_from([1, 3, 4, 20]))
    said = "".join(script(each) if each.isdigit() else each for each in digits)
    return separator.join(said[at : at + every] for at in range(0, len(said), every))


@st.composite
def phones(draw):
    return "1" + draw(st.sampled_from("3456789")) + draw(st.text(DIGITS, min_size=9, max_size=9))


@st.composite
def identities(draw):
    body = draw(st.text(DIGITS, min_size=16, max_size=16))
    return draw(st.sampled_from("123456789")) + body + draw(st.sampled_from("0123456789Xx"))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(AROUND, st.one_of(phones(), identities()).flatmap(written), AROUND)
def test_no_phone_and_no_identity_number_passes_however_it_is_written(before, number, after):
    said = redact(f"{before}{number}{after}")

    assert number not in said
    assert "略" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("电话：2051234，地址平城区", "电话：（电话略），地址平城区"),
        ("0352-2051234 转 8", "（电话略） 转 8"),
        ("（0352）205 1234", "（电话略）"),
        ("拨打400-810-8888", "拨打（电话略）"),
        ("写信到 li.si@example.com.cn。", "写信到 （邮箱略）。"),
        ("微信号：lisi_2025", "微信号：（账号略）"),
        ("护照E12345678", "护照（证件号码略）"),
        ("为晋B·A1234检验", "为（车牌略）检验"),
        ("该机构信用风险分类为D级，重点检查", "该机构（内部信息略），重点检查"),
    ],
)
def test_other_ways_to_reach_or_rank_somebody_are_taken_out(text, said):
    assert redact(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "证书编号190413800138，2025-09-15至2025.10.31抽查报告18份，罚款30000.00元",
        "同市监罚〔2025〕1381号，《检验检测机构监督管理办法》第二十五条第一款",
        "一、二、三、四五六七八九十项；A类项目按信用风险分类实施差异化抽查",
    ],
)
def test_figures_dates_and_articles_stay(text):
    assert redact(text) == text


def test_names_go_and_the_institution_keeps_its_own_though_it_holds_one():
    redactor = Redactor(["高山", "张建国"], sealed=["李举报"], keep=["大同高山检测有限公司", "911402001138001380"])

    said = redactor.clean("大同高山检测有限公司（911402001138001380）高山、张建国称李举报来过13800138000", "问题1")

    assert said == "大同高山检测有限公司（911402001138001380）某某、某某称投诉举报人来过（电话略）"
    assert [(each["kind"], each["hint"]) for each in redactor.listed()] == [
        ("姓名", "高*"), ("姓名", "张**"), ("投诉举报人", "（不显示）"), ("电话号码", "13…（11 个字符）"),
    ]  # fmt: skip
    assert "13800138000" not in str(redactor.listed())
