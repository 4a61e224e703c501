"""A small self-check: a form of three items, a round of Datong's campaign, an institution with its two people."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from institutions.models import Institution, Representative
from selftest import filling, publishing, reviewing, rounds, signing, submitting
from selftest.content import Choice
from selftest.models import FormTemplate, Round, SelfCheck, Signature, Submission, Way
from tests.campaigns import datong
from tests.factories import accounts, institutions

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\r\xefF\xb8\x00\x00\x00\x00IEND\xaeB`\x82"
)
ALL = ["yes", "no", "na"]
CONTENT: dict[str, Any] = {
    "title": "检验检测机构自查表",
    "basic": [
        {"key": "name", "label": "法人单位名称", "kind": "text"},
        {"key": "address", "label": "单位地址", "kind": "text"},
        {"key": "identifier", "label": "社会信用代码", "kind": "text"},
        {"key": "legal_representative", "label": "法定代表人", "kind": "text"},
        {"key": "contact_phone", "label": "联系电话", "kind": "phone", "required": False},
    ],
    "certificate": [
        {"key": "authorised_name", "label": "被授权机构名称", "kind": "text"},
        {"key": "number", "label": "证书编号", "kind": "text"},
        {"key": "valid_until", "label": "有效日期", "kind": "date", "required": False},
        {"key": "signatories", "label": "授权签字人", "kind": "names", "required": False},
    ],
    "items": [
        {"number": 1, "title": "机构应为依法成立的法人。", "method": "检查营业执照：", "options": ALL,
         "points": [{"label": "（1）", "text": "企业应取得营业执照；"}, {"label": "（2）", "text": "其他组织应有批准文件。"}]},
        {"number": 2, "title": "异地分支机构应通过资质认定。", "method": "分场所应纳入范围。", "options": ALL, "points": []},
        {"number": 3, "title": "机构应具备独立性。", "method": "", "options": ["yes", "no"],
         "points": [{"label": "", "text": "业务范围应包括检验、检测。"}]},
    ],
    "letter": "本机构郑重承诺：\n一、依法开展检验检测活动；\n二、对出具的数据、结果负责。",
}  # fmt: skip
YES = {
    "choice": Choice.YES, "description": "营业执照地址没有变更", "cause": "搬迁后没有及时办理", "measure": "办理变更登记",
    "due_on": date(2025, 9, 30),
}  # fmt: skip
NO = {"choice": Choice.NO}
NOT_APPLICABLE = {"choice": Choice.NOT_APPLICABLE, "reason": "没有异地分支机构"}


def form(**fields: object) -> FormTemplate:
    """A published form."""
    values = {"code": "small", "title": "2025年度检验检测机构自查表", "year": 2025, "level": "province"}
    found = FormTemplate(**{**values, "content": CONTENT, "bureau": accounts.bureau(datong.CITY), **fields})
    publishing.mark_published(found)
    found.save()
    return found


def institution(*, county: str = "140213", certificates: int = 1, **fields: object) -> Institution:
    values = {"address": "平城区永泰街1号", "legal_representative": "高振华", **fields}
    found = institutions.institution(county=county, **values)
    domain = institutions.domain("vehicle", "机动车检验")
    for _ in range(certificates):
        institutions.certificate(found, domain)
    return found


def person(of: Institution, role: Role = Role.INSTITUTION_CLERK, *, name: str = "") -> User:
    """A user who acts for the institution; the same one when asked again."""
    username = name or f"{'head' if role == Role.LEGAL_REPRESENTATIVE else 'clerk'}-{of.pk}"
    found = User.objects.filter(username=username).first() or accounts.user(username, role)
    Representative.objects.get_or_create(institution=of, user=found, role=role)
    return found


def clerk(self_check: SelfCheck) -> User:
    return person(self_check.institution)


def head(self_check: SelfCheck) -> User:
    return person(self_check.institution, Role.LEGAL_REPRESENTATIVE)


def county_officer(county: str = "140213") -> User:
    name = f"county-{county}"
    return User.objects.filter(username=name).first() or accounts.user(name, Role.COUNTY_OFFICER, at=f"scjg:{county}")


def round_of(**fields: object) -> Round:
    """A draft of a round, due in ten days."""
    values = {"title": "2025年度机构自查", "deadline": timezone.localdate() + timedelta(days=10)}
    return rounds.create_round(
        fields.pop("campaign", None) or datong.campaign(), by=datong.officer(),
        **{**values, "form": fields.pop("form", None) or form(), **fields},
    )  # fmt: skip


def opened(**fields: object) -> Round:
    found = round_of(**fields)
    rounds.open_round(found, by=datong.officer())
    found.refresh_from_db()
    return found


def invited(*, of: Institution | None = None, round: Round | None = None, **fields: object) -> SelfCheck:
    """One institution asked, in this open round or a new one; nothing begun."""
    asked = of or institution()
    found = round or opened(**fields)
    rounds.open_round(found, by=datong.officer())  # asks whoever has joined since
    return found.self_checks.get(institution=asked)


def begun(**fields: object) -> SelfCheck:
    self_check = invited(**fields)
    return filling.begin(self_check, by=clerk(self_check))


def answer(self_check: SelfCheck, item: int, values: dict[str, object], *, by: User | None = None) -> None:
    revision = self_check.answers.get(item=item).revision
    filling.save_answer(self_check, item, values, base=revision, by=by or clerk(self_check))


def filled(**fields: object) -> SelfCheck:
    """Complete: item 1 tells of a problem, item 2 does not apply, item 3 is in order."""
    self_check = begun(**fields)
    for item, values in {1: YES, 2: NOT_APPLICABLE, 3: NO}.items():
        answer(self_check, item, values)
    return self_check


def submitted(**fields: object) -> Submission:
    self_check = filled(**fields)
    return submitting.submit(self_check, by=clerk(self_check))


def sign(submission: Submission) -> Signature:
    return signing.sign(
        submission, digest=submission.digest, signer_name="高振华", way=Way.ON_SCREEN,
        image=signing.Paper("signature.png", PNG), by=head(submission.self_check),
    )  # fmt: skip


def signed(**fields: object) -> SelfCheck:
    submission = submitted(**fields)
    sign(submission)
    return SelfCheck.objects.get(pk=submission.self_check_id)


def returned(items: dict[int, str] | None = None, **fields: object) -> SelfCheck:
    self_check = signed(**fields)
    reviewing.return_items(self_check, items or {2: "请说明分场所"}, by=county_officer(self_check.county_id))
    return SelfCheck.objects.get(pk=self_check.pk)


def accepted(**fields: object) -> SelfCheck:
    self_check = signed(**fields)
    reviewing.accept(self_check, by=county_officer(self_check.county_id))
    return SelfCheck.objects.get(pk=self_check.pk)
