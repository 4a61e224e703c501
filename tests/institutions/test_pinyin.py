import pytest

from institutions.pinyin import initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("大同检测", "dtjc"),
        ("山西ABC（集团）检测有限公司2号", "sxabcjtjcyxgs2h"),
        ("长治市长通机动车检测站", "czsctjdcjcz"),
        ("吕梁市行政审批局", "llsxzspj"),
        ("", ""),
    ],
)
def test_initials_of_names(name, letters):
    assert initials(name) == letters
