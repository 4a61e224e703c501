"""Making the head of the public log known outside: by mail to supervisors, by time stamp (RFC 3161), by hand.

The addresses stand in the settings and not in the accounts, so who administers accounts cannot redirect the mail.
"""

import hashlib
import logging
from datetime import datetime
from pathlib import Path
from smtplib import SMTPException
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from cryptography import x509
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from accounts import audit
from accounts.models import User
from campaigns import anchors, publiclog
from campaigns import draw as engine
from campaigns.anchors import Anchor
from campaigns.errors import CampaignError
from campaigns.models import LogEntry

logger = logging.getLogger(__name__)

MAILED, STAMPED, ENTERED = "电子邮件", "时间戳", "人工录入"
LONGEST_ANSWER = 1_000_000
SECONDS = 20
NOT_TRUE = (
    "该序号和摘要与系统现有的公开日志不一致。请先逐字核对有没有抄错；确认没有抄错的，请勾选“已逐字核对原件”再提交："
    "系统随即停止冻结和抽取，直到查明原因。"
)
MAIL = """抽取公开日志现有 {number} 条，末条（{at}）的摘要是

{digest}

请保存本邮件。今后任何时候，都可以在 {address} 填入序号和摘要，核对日志有没有被改动或者截短。
"""


def tell() -> None:
    """What the clock does: whatever fails now is tried again at its next turn."""
    for act in (mail_head, stamp_head):
        try:
            act()
        except (SMTPException, OSError, URLError, VerificationError, ValueError):
            logger.exception("the head of the public log was not told outside (%s)", act.__name__)


def mail_head() -> int:
    """Mail the head to those who watch the regions whose draws had events since the last mail; how many got it."""
    head, told = publiclog.head(), _last(MAILED)
    if not settings.LOG_MAIL_TO or head.number <= told:
        return 0
    recipients = watchers(told)
    words = MAIL.format(number=head.number, at=head.at, digest=_in_fours(head.digest), address=head.address)
    for recipient in recipients:
        send_mail(f"抽取公开日志第 {head.number} 条", words, None, [recipient])
    if recipients:
        anchors.append_line(Anchor(head.number, head.digest, _now(), f"{MAILED} {len(recipients)} 人"))
    return len(recipients)


def watchers(after: int) -> list[str]:
    """The addresses for the regions of all draws with entries later than that number."""
    rows = LogEntry.objects.filter(number__gt=after).order_by()
    regions = set(rows.values_list("draw__campaign__lead_bureau__region_id", flat=True))
    addressed = (pair.partition("=") for pair in settings.LOG_MAIL_TO)
    return sorted(
        {address for code, _, address in addressed if any(region.startswith(_scope(code)) for region in regions)}
    )


def _scope(code: str) -> str:
    """140000 → 14, 140200 → 1402: what the codes of everything in the region begin with."""
    code = code.strip()
    while code.endswith("00"):
        code = code[:-2]
    return code


def stamp_head() -> Path | None:
    """Have the head stamped by the authority of TIMESTAMP_URL and keep its verified answer beside the anchor file.

    The stamp is over the entry's canonical form without its digest, whose SHA-256 is the head's digest; so
    `openssl ts -verify -digest DIGEST -in FILE -CAfile CERTIFICATES` checks it without this program.
    """
    head = publiclog.head()
    if not settings.TIMESTAMP_URL or head.number <= _last(STAMPED):
        return None
    content = _content(head.number)
    if hashlib.sha256(content).hexdigest() != head.digest:
        raise ValueError(f"entry {head.number} of the public log does not have its own digest")
    answer, at = ask_for_stamp(content)
    path = anchors.anchor_file().parent / f"log-head-{head.number}.tsr"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(answer)
    local = timezone.localtime(at).isoformat(timespec="seconds")
    anchors.append_line(Anchor(head.number, head.digest, local, f"{STAMPED} {path.name}"))
    return path


def _content(number: int) -> bytes:
    entry = next(each for each in publiclog.entries(first=number))
    return engine.canonical({key: value for key, value in entry.items() if key != "digest"})


def ask_for_stamp(content: bytes) -> tuple[bytes, datetime]:
    """The authority's answer and its time. Raises OSError, ValueError or VerificationError."""
    asked = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).build()
    if urlsplit(settings.TIMESTAMP_URL).scheme not in {"http", "https"}:
        raise ValueError("TIMESTAMP_URL is not an http address")
    request = Request(  # noqa: S310  # checked above
        settings.TIMESTAMP_URL, data=asked.as_bytes(), headers={"Content-Type": "application/timestamp-query"}
    )
    with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        found = answer.read(LONGEST_ANSWER)
    response = decode_timestamp_response(found)
    builder = VerifierBuilder.from_request(asked)
    for root in x509.load_pem_x509_certificates(Path(settings.TIMESTAMP_CERTIFICATES).read_bytes()):
        builder = builder.add_root_certificate(root)
    builder.build().verify_message(response, content)
    return found, response.tst_info.gen_time


def _last(origin: str) -> int:
    return max((each.number for each in anchors.all_anchors() if each.origin.startswith(origin)), default=0)


def _now() -> str:
    return timezone.localtime().isoformat(timespec="seconds")


def _in_fours(digest: str) -> str:
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


@transaction.atomic
def enter_head(*, number: int, digest: str, origin: str, is_certain: bool, by: User | None) -> Anchor:
    """Anchor what somebody has on paper. One that differs from the log is taken only from who is certain: from then
    on nothing is frozen or drawn. `by` is None on the command line."""
    if publiclog.compare(number, digest) != "same" and not is_certain:
        raise CampaignError(NOT_TRUE)
    anchor = Anchor(number, digest, _now(), f"{ENTERED} {origin.strip()}")
    facts = {"number": number, "digest": digest, "origin": origin.strip()}
    audit.record("campaigns.enter_head", audit.locked_head(), by=by, facts=facts)
    transaction.on_commit(lambda: anchors.append_line(anchor))
    return anchor


@transaction.atomic
def set_aside(*, reason: str) -> str:
    """Give all anchors up, for good reason only: the database that wrote them is lost, or one was typed in wrong. The
    name that the file has from now on."""
    path = anchors.anchor_file()
    name = f"{path.stem}-until-{timezone.localtime():%Y%m%d-%H%M%S-%f}{path.suffix}"
    audit.record("campaigns.set_anchors_aside", audit.locked_head(), by=None, facts={"reason": reason, "file": name})
    if path.exists():
        path.rename(path.with_name(name))
    return name
