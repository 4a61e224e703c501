"""Invented names, and codes with right check digits."""

import random

from stdnum.cn import uscc

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎"
GIVEN_FIRST = "文志建国明永春晓海立德嘉思雨子浩俊宏庆瑞雅静丽慧晨婉佳梦若清景修承远安启"
GIVEN_SECOND = "华军平涛宁辉鹏霞燕敏杰峰林波强洁琳岚卓然航宇泽轩铭悦欣妍彤溪"
FANCY_FIRST = "云恒晋泰瑞中华鼎众金正诚同嘉启汇博远信安天弘祥润精兴科盛永和合利通佳卓衡"
FANCY_SECOND = "泉达源和信通泰远诚安盈宏创合正康宇峰维昊准鉴测衡瑞朗晟隆图宸屹"


def person(rng: random.Random) -> str:
    given = rng.choice(GIVEN_FIRST) + (rng.choice(GIVEN_SECOND) if rng.random() < 0.8 else "")
    return rng.choice(SURNAMES) + given


def fancy(rng: random.Random) -> str:
    return rng.choice(FANCY_FIRST) + rng.choice(FANCY_SECOND)


def landline(rng: random.Random) -> str:
    """A number nobody can have: subscriber numbers do not begin with 0."""
    return f"0352-0{rng.randrange(10**6):06d}"


def credit_code(rng: random.Random, region: str, *, public: bool) -> str:
    """统一社会信用代码 with its check digit: 91 for enterprises, 12 for public institutions."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "".join(rng.choice(alphabet) for _ in range(9))
    head = ("12" if public else "91") + region + body
    return head + uscc.calc_check_digit(head)
