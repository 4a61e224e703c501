"""What the public sent in, and what became of it."""

from accounts.models import Region
from campaigns.models import Task
from config.demo.visits import following
from config.demo.visits.campaign import ECOLOGY
from config.demo.visits.cast import Cast
from config.demo.visits.clock import Story, at, workday
from institutions.models import Institution
from visits import complaining
from visits.complaining import Complainant
from visits.models import Complaint


def received(cast: Cast, under_way: Task) -> Story:
    """One accepted that made an institution a key target, one answered, one refused, one that just came."""
    yield at(workday(-21, cast.today), "20:14")
    flagged = _complain(
        under_way.institution, "送检样品没有做试验就出了报告，前台说加急费交了当天就能拿合格报告。",
        Complainant("秦女士", "0352-0000000", "demo@example.com"),
    )  # fmt: skip
    yield at(workday(-20, cast.today), "09:10")
    flagged = complaining.accept_complaint(flagged, by=cast["datong-officer"])
    complaining.flag_institution(flagged, by=cast["datong-officer"])
    yield at(workday(-15, cast.today), "11:32")
    county = Region.objects.get(code="140214")
    words = "国道边一家没有挂牌的尾气检测点，给大货车现场出检测单。"
    unknown, _ = complaining.receive_complaint(
        institution_words="无牌尾气检测点", county=county, text=words, who=Complainant()
    )
    yield at(workday(-14, cast.today), "09:00")
    unknown = complaining.accept_complaint(unknown, by=cast["datong-officer"])
    text = "国道边一处无牌检测点为柴油货车出具检测单，请核查是否涉及机动车排放检验。"
    following.refer(unknown, "云冈区国道边无牌检测点", text, cast, to=ECOLOGY, days=14)
    yield at(workday(-8, cast.today), "16:45")
    late, _ = complaining.receive_complaint(
        institution_words="某检测公司", county=county, text="打了三次电话没人接，服务态度差。", who=Complainant()
    )
    yield at(workday(-7, cast.today), "10:00")
    refusal = "反映的是服务态度，不属于检验检测监督管理职责范围，建议向该机构或消费者协会反映。"
    complaining.reject_complaint(late, words=refusal, by=cast["datong-officer"])


def fresh(cast: Cast, institution: Institution) -> Story:
    yield at(workday(-6, cast.today), "19:05")
    answered = _complain(institution, "报告上的检测日期比送样日期还早一天。", Complainant("孔先生", "0352-0000000"))
    yield at(workday(-5, cast.today), "09:30")
    answered = complaining.accept_complaint(answered, by=cast["datong-officer"])
    yield at(workday(-2, cast.today), "16:00")
    answer = "经核查，日期错误系录入失误，机构已更正报告并重新发放。我局已责令其自行整改。"
    complaining.answer_complaint(answered, answer=answer, by=cast["datong-officer"])
    yield at(workday(-1, cast.today), "21:40")
    _complain(institution, "检测线视频经常黑屏，怀疑检车不全程录像。", Complainant("许先生", "0352-0000000"))


def _complain(institution: Institution, text: str, who: Complainant) -> Complaint:
    complaint, _ = complaining.receive_complaint(
        institution_words=institution.name, county=institution.county, text=text, who=who, institution=institution
    )
    return complaint
