"""The self-checks of the matrix: in each city one round for each stage, all of the same institution."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from campaigns.models import Campaign
from institutions.models import Institution, Representative
from jobs.models import Job
from selftest import attaching, filling, inviting, publishing, reviewing, rounds, signing, submitting
from selftest.models import (
    ChangeRequest,
    FormTemplate,
    HeaderBlock,
    Invitation,
    Problem,
    Round,
    SelfCheck,
    Submission,
    Way,
)
from tests.selftest import files
from tests.selftest import world as small

STAGES = ("invited", "filling", "signing", "signed", "returned", "accepted", "mended")
KINDS = (
    "form", "draft_form", "draft_round", "round", "block", "waiting_version", "version", "signature", "problem",
    "reported_problem", "change_request", "representative", "invitation", "round_job", "attachment", "open_attachment",
    *(f"{stage}_check" for stage in STAGES),
    *(f"{stage}_round" for stage in STAGES),
)  # fmt: skip


def shared_form() -> FormTemplate:
    return FormTemplate.objects.filter(code="small", version=1).first() or small.form()


def add_self_checks(campaign: Campaign, institution: Institution, people: dict[str, User]) -> dict[str, Any]:
    """Objects by kind: `<stage>_check`, and what hangs on them. `campaign` is dispatched."""
    officer, form = people["lead_officer"], shared_form()
    found: dict[str, Any] = {
        "form": form,
        "draft_form": publishing.copy_form(form, code=f"small-{officer.pk}", by=officer),
        "draft_round": a_round(campaign, form, "筹备", officer),
    }
    for stage in STAGES:
        round = a_round(campaign, form, stage, officer)
        rounds.open_round(round, by=officer)
        found[f"{stage}_round"] = Round.objects.get(pk=round.pk)
        found[f"{stage}_check"] = bring_to(stage, round.self_checks.get(institution=institution), people)
    versions = Submission.objects.filter(self_check__institution=institution)
    inviting.invite(institution, Role.INSTITUTION_CLERK, by=officer)
    opening = Job.objects.create(
        kind="selftest.open_round", title="启动自查", owner=officer, key=f"selftest.open_round:{found['draft_round'].pk}",
        state="failed",
    )  # fmt: skip
    return found | {
        "round_job": opening,
        "attachment": found["signed_check"].attachments.get(),
        "open_attachment": found["filling_check"].attachments.get(),
        "round": found["filling_round"],
        "block": found["filling_check"].blocks.get(kind=HeaderBlock.Kind.CERTIFICATE, certificate=None),
        "waiting_version": versions.get(self_check=found["signing_check"]),
        "version": versions.get(self_check=found["signed_check"]),
        "signature": versions.get(self_check=found["signed_check"]).signature,
        "problem": Problem.objects.get(self_check=found["accepted_check"]),
        "reported_problem": Problem.objects.get(self_check=found["mended_check"]),
        "change_request": ChangeRequest.objects.get(submission__self_check=found["signed_check"], field="address"),
        "invitation": Invitation.objects.get(institution=institution),
        "representative": Representative.objects.get(institution=institution, role=Role.INSTITUTION_CLERK),
    }


def a_round(campaign: Campaign, form: FormTemplate, title: str, officer: User) -> Round:
    deadline = timezone.localdate() + timedelta(days=10)
    return rounds.create_round(
        campaign, form=form, title=f"自查（{title}）", deadline=deadline, materials="uploaded", by=officer
    )


def bring_to(stage: str, self_check: SelfCheck, people: dict[str, User]) -> SelfCheck:
    clerk, officer = people["institution_clerk"], people["lead_officer"]
    steps: list[tuple[str, Callable[[], object]]] = [
        ("invited", lambda: None),
        ("filling", lambda: fill(self_check, clerk)),
        ("signing", lambda: submitting.submit(self_check, by=clerk)),
        ("signed", lambda: sign(self_check, people["legal_representative"])),
    ]
    last = {
        "returned": lambda: reviewing.return_items(self_check, {1: "请核对"}, by=officer),
        "accepted": lambda: reviewing.accept(self_check, by=officer),
        "mended": lambda: mend(self_check, clerk),
    }
    for name, step in steps:
        step()
        if name == stage:
            break
    else:
        last[stage]()
    return SelfCheck.objects.get(pk=self_check.pk)


def fill(self_check: SelfCheck, clerk: User) -> None:
    """Complete, with a file, with an address that differs from the pool, and with a certificate that the pool does not know."""
    self_check = filling.begin(self_check, by=clerk)
    for item, values in {1: small.YES, 2: small.NOT_APPLICABLE, 3: small.NO}.items():
        filling.save_answer(self_check, item, values, base=0, by=clerk)
    attaching.attach(self_check, 1, 0, "执照.pdf", files.PDF, by=clerk)
    basic = self_check.blocks.get(kind=HeaderBlock.Kind.BASIC)
    given = {"address": "新街2号", "legal_representative": "高振华"}
    filling.save_header(basic, given, base=0, by=clerk)
    extra = filling.add_certificate_block(self_check, by=clerk)
    filling.save_header(extra, {"authorised_name": "分公司", "number": "250412340009"}, base=0, by=clerk)


def sign(self_check: SelfCheck, head: User) -> None:
    version = submitting.waiting_version(self_check)
    signing.sign(
        version, digest=version.digest, signer_name="高振华", way=Way.ON_SCREEN,
        image=signing.Paper("signature.png", small.PNG), by=head,
    )  # fmt: skip


def mend(self_check: SelfCheck, clerk: User) -> None:
    problem = self_check.problems.get()
    reviewing.report_mended(problem, mended_on=date(2025, 9, 20), result="已变更", by=clerk)
