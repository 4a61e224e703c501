"""机构自查通知函: the letters of one county, each with the one-time codes of its institution, in one file.

Codes are made in memory, printed, and become valid in the transaction that keeps the file: a job that dies half-way
leaves no letter without its codes and no valid code that nobody has.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Bureau, Department, Region, Role, User
from accounts.rules import can
from campaigns.addresses import public_address
from institutions.models import Institution
from jobs.models import Job
from jobs.running import JobRefused, Outcome, Progress, handles
from reports.datasets import campaign_words, full_address, signed
from reports.documents import Contact, Provenance
from reports.merging import batches, merge
from reports.requests import LONGEST_TITLE, UNFIT_FOR_FILE_NAMES
from selftest import letters
from selftest.inviting import ROLES, Fresh, issue, prepare
from selftest.models import Round

LETTERS_PER_STEP = 50
GONE = "您已无权生成这一轮自查的通知函，或者自查已经结束。"
SLIP_NAMES = {Role.INSTITUTION_CLERK: "经办人", Role.LEGAL_REPRESENTATIVE: "法定代表人"}


@dataclass(frozen=True, slots=True)
class Slip:
    """One of the two parts to tear off; without a code the role is taken already. url: what its QR code holds."""

    role: str
    is_sealed: bool
    code: str = ""
    url: str = ""
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class SelfCheckLetter:
    """address: where the code is typed, without the code itself; sign_in_address: for whoever has an account;
    contact: of the county's bureau."""

    issuer: str
    campaign: str
    form: str
    institution_name: str
    institution_code: str
    institution_address: str
    deadline: date
    needs_letter: bool
    takes_uploads: bool
    address: str
    sign_in_address: str
    slips: tuple[Slip, ...]
    contact_bureau: str
    contact: Contact
    issued_on: date
    made: Provenance | None = None

    @property
    def has_codes(self) -> bool:
        return any(slip.code for slip in self.slips)


@handles(letters.KIND, label="自查通知函")
def make_letters(job: Job, progress: Progress) -> Outcome:
    round, county = _asked(job)
    progress("正在读取名录")
    found = letters.addressees(round, county.pk, job.owner, without_account=job.parameters["without_account"])
    institutions = list(found)
    if not institutions:
        raise JobRefused("没有需要发函的机构：所选范围内的机构都已有账号。")
    fresh = list(prepare(round, institutions, by=job.owner))
    content = _print(compose(round, county, institutions, fresh, site=job.parameters["site"], by=job.owner), progress)
    with transaction.atomic():
        issue(round, county.pk, fresh, letters=len(institutions), by=job.owner)
        return progress.settle(_outcome(round, county, len(institutions), len(fresh), content))


def _asked(job: Job) -> tuple[Round, Region]:
    rounds = Round.objects.visible_to(job.owner).select_related("campaign__lead_bureau", "form")
    round = rounds.filter(pk=job.parameters["round"]).first()
    if round is None or not can(job.owner, "invite", round):
        raise JobRefused(GONE)
    return round, Region.objects.get(pk=job.parameters["county"])


def _outcome(round: Round, county: Region, count: int, codes: int, content: bytes) -> Outcome:
    words = f"已生成 {count} 份通知函，新邀请码 {codes} 个"
    title = round.title.translate(UNFIT_FOR_FILE_NAMES)[:LONGEST_TITLE]
    name = f"{title}通知函（{county.name}）{timezone.localdate():%Y%m%d}.pdf"
    return Outcome(words, {"letters": count, "codes": codes}, name, content)


def compose(
    round: Round, county: Region, institutions: Sequence[Institution], fresh: Sequence[Fresh], *, site: str, by: User
) -> list[SelfCheckLetter]:
    """A letter for each institution, in their order. `site` stands before addresses where no PUBLIC_URL is set."""
    codes = {(each.invitation.institution_id, each.invitation.role): each for each in fresh}
    bureau = Bureau.objects.filter(region=county, department=Department.MARKET_REGULATION).first()
    bureau = bureau or round.campaign.lead_bureau
    address, now = _address("selftest:activate", site), timezone.localtime()
    return [
        SelfCheckLetter(
            issuer=round.campaign.lead_bureau.name,
            campaign=campaign_words(round.campaign),
            form=round.form.title,
            institution_name=each.name,
            institution_code=each.identifier,
            institution_address=full_address(each),
            deadline=round.deadline,
            needs_letter=round.needs_letter,
            takes_uploads=round.takes_uploads,
            address=address,
            sign_in_address=_address("accounts:sign_in", site),
            slips=tuple(_slip(role, codes.get((each.pk, role)), address) for role in ROLES),
            contact_bureau=bureau.name,
            contact=Contact(bureau.contact_office, bureau.contact_phone),
            issued_on=now.date(),
            made=Provenance(signed(by), now),
        )
        for each in institutions
    ]


def _address(route: str, site: str) -> str:
    path = reverse(route)
    return f"{site}{path}" if site and not settings.PUBLIC_URL else public_address(path)


def _slip(role: Role, fresh: Fresh | None, address: str) -> Slip:
    is_sealed = role == Role.LEGAL_REPRESENTATIVE
    if fresh is None:
        return Slip(SLIP_NAMES[role], is_sealed)
    url = f"{address}?{urlencode({'code': fresh.code})}"
    valid_until = timezone.localdate(fresh.invitation.expires_at)
    return Slip(SLIP_NAMES[role], is_sealed, fresh.code, url, valid_until)


def _print(documents: Sequence[SelfCheckLetter], progress: Progress) -> bytes:
    from reports.self_check_letters_pdf import render_letters  # noqa: PLC0415  # half a second and 50 MB

    file, steps = io.BytesIO(), batches(documents, LETTERS_PER_STEP)
    merge(file, steps, render_letters, of=len(documents), doing="正在排版通知函", progress=progress)
    return file.getvalue()
