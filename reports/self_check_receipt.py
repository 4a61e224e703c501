"""自查表报送回执: that a version was handed in, when, by whom signed, and how anybody can compare it."""

import json
from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from reports.datasets import signed
from reports.documents import Provenance
from reports.self_check_form import check_address
from reports.typesetting import in_fours
from selftest.content import Choice
from selftest.models import Signature

TITLE = "自查表报送回执"
FOUND = ((Choice.YES, "发现问题"), (Choice.NO, "未发现问题"), (Choice.NOT_APPLICABLE, "不适用"))


@dataclass(frozen=True, slots=True)
class Receipt:
    """facts: label and value pairs in the order of printing; check_url: what the QR code holds."""

    number: str
    institution: str
    opening: str
    facts: tuple[tuple[str, str], ...]
    digest: str
    check_url: str
    title: str = TITLE
    made: Provenance | None = None


def receipt_of(signature: Signature, *, made_by: User, request: HttpRequest | None = None) -> Receipt:
    submission = signature.submission
    round, document = submission.self_check.round, json.loads(submission.text)
    handed_in = timezone.localtime(signature.signed_at)
    receiver = round.campaign.lead_bureau.name
    facts = (
        ("统一社会信用代码", document["institution"]["id"]),
        ("自查轮次", round.title),
        ("自查表", f"{document['form']['title']}（表式第 {document['form']['version']} 版）"),
        ("报送版本", f"第 {submission.number} 版"),
        ("报送时间", f"{handed_in:%Y-%m-%d %H:%M:%S}" + ("（逾期）" if handed_in.date() > round.deadline else "")),
        ("自查情况", _found(document["answers"])),
        ("签署人", f"{signature.signer_name}（{signature.get_capacity_display()}，{signature.get_way_display()}）"),
        ("诚信守法承诺书", "已签署" if signature.letter else "本轮不要求"),
        ("收件单位", receiver),
    )
    return Receipt(
        number=signature.receipt_number,
        institution=document["institution"]["name"],
        opening=f"你单位报送的《{document['form']['title']}》已经签署并送达{receiver}。报送的内容如有改动，须重新签署，另发回执。",
        facts=facts,
        digest=in_fours(submission.digest),
        check_url=check_address(signature, request),
        made=Provenance(signed(made_by), timezone.localtime(), f"第 {submission.number} 版"),
    )


def _found(answers: list[dict[str, str]]) -> str:
    counted = Counter(row["choice"] for row in answers)
    return "，".join(f"{words} {counted[choice]} 项" for choice, words in FOUND)
