"""One database in which everything is known that may not be public, and some of what may: each secret has words or a
number that stand nowhere else."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Role, User
from campaigns.models import CampaignKind, Draw, InspectionMatter
from institutions.models import Institution, RiskFlag, RiskKind
from publications.models import CreditRepair, Disclosure, Publication, PublicationKind, PublicationVersion
from publications.states import DisclosureState, RepairState, VersionState
from tests.campaigns import datong
from tests.factories import accounts, campaigns, institutions
from tests.publications import making
from visits import complaining
from visits.codes import Category
from visits.models import Measure
from visits.states import MeasureState

PHONE = "1390011{:04d}"
SECRET = "夜莺"
"""Every text that is not public holds this word, unless it is a number."""


@dataclass
class Aviary:
    """`secrets`: what no answer may hold. `public`: what some answer must hold. The rest: objects to ask for."""

    draw: Draw
    institution: Institution
    publications: list[Publication] = field(default_factory=list)
    secrets: set[str] = field(default_factory=lambda: {SECRET})
    public: set[str] = field(default_factory=set)
    phones: int = 0

    def phone(self) -> str:
        self.phones += 1
        self.secrets.add(number := PHONE.format(self.phones))
        return number


def build() -> Aviary:
    datong.pool()
    datong.officers()
    frozen = datong.frozen()
    datong.contribute(frozen)
    draw = datong.run(frozen)
    aviary = Aviary(draw, institutions.institution("画眉检测有限公司"))
    _draw_before_its_time(aviary)
    _registry(aviary)
    _people(aviary)
    _publications(aviary)
    _disclosures(aviary)
    return aviary


def _draw_before_its_time(aviary: Aviary) -> None:
    """Not disclosed: who was drawn could be learnt from secret, seed and tickets."""
    aviary.secrets |= {aviary.draw.secret.value, aviary.draw.seed}
    aviary.secrets |= set(aviary.draw.drawn_institutions.values_list("ticket", flat=True)) - {""}
    aviary.public.add(aviary.draw.code)


def _registry(aviary: Aviary) -> None:
    found = aviary.institution
    found.legal_representative, found.contact = f"{SECRET}法人", f"{SECRET}联系人"
    found.legal_representative_phone, found.contact_phone = aviary.phone(), aviary.phone()
    found.credit_class, found.credit_class_as_of, found.credit_class_source = "D", date(2025, 1, 1), f"{SECRET}分类来源"
    found.save()
    institutions.certificate(
        found, top_manager=f"{SECRET}最高管理者", top_manager_phone=aviary.phone(), technical_lead=f"{SECRET}技术负责人",
        signatories=[f"{SECRET}签字人"],
    )  # fmt: skip
    RiskFlag.objects.create(
        institution=found, kind=RiskKind.COMPLAINT, evidence=f"{SECRET}风险标记", noted_on="2025-05-01"
    )
    aviary.secrets |= {RiskKind.COMPLAINT.label, RiskKind.PT_ABSENT.label, "信用风险高"}
    aviary.public |= {found.name, found.identifier}
    values = {"name": f"{SECRET}停用事项", "department": accounts.department(), "is_active": False}
    InspectionMatter.objects.create(code="M-silent", **values)
    InspectionMatter.objects.create(code="M-heard", name="机动车检验机构检查", department=accounts.department())
    aviary.public.add("机动车检验机构检查")


def _people(aviary: Aviary) -> None:
    accounts.user("silent-officer", Role.LEAD_OFFICER, at="scjg:140200", name=f"{SECRET}警官", phone=aviary.phone())
    who = complaining.Complainant(name=f"{SECRET}举报人", phone=aviary.phone(), email="silent@example.org")
    complaining.receive_complaint(
        institution_words=aviary.institution.name, county=aviary.institution.county, text=f"{SECRET}投诉内容", who=who,
        institution=aviary.institution,
    )  # fmt: skip
    aviary.secrets.add("silent@example.org")


def _publications(aviary: Aviary) -> None:
    officer = accounts.lead_officer("heard-officer")
    campaign = campaigns.campaign("140200-2025-7", by=officer, state="dispatched", title="画眉抽查")
    line = campaigns.line(campaign)
    task = campaigns.task(line, aviary.institution, state="closed")
    results = making.publication(PublicationKind.RESULTS, campaign=campaign, by=officer)
    for number, title in enumerate(["画眉结果初版", "画眉结果更正版"], start=1):
        version = making.draft(results, title, redactions=[f"{SECRET}隐去"], returned_because=f"{SECRET}退回")
        making.result(
            version, task, category=Category.ORDERED, problem_count=1, problems=[["检查", "一般", f"画眉问题{number}"]]
        )
        making.publish(version)
    unpublished = making.draft(results, f"{SECRET}第三版", reason=f"{SECRET}更正说明")
    making.result(unpublished, task, name=f"{SECRET}机构", problems=[["检查", "一般", f"{SECRET}未公示的问题"]])
    aviary.public |= {"画眉结果更正版", "画眉问题2", "画眉抽查"}
    penalties = _penalties(aviary, task, officer)
    aviary.publications += [results, penalties, *_in_the_making(aviary, officer), *_withdrawn(officer)]
    _practice(aviary, officer)


def _penalties(aviary: Aviary, task: Any, officer: User) -> Publication:
    """One that is shown, and one whose repair is granted: hidden in the past version, too."""
    penalties = making.publication(PublicationKind.PENALTIES, by=officer)
    shown, repaired = [
        Measure.objects.create(
            task=task, kind="fine", bureau=officer.bureau, amount=1, state=MeasureState.DECIDED, proposed_by=officer,
            decided_on=date(2025, 11, 10), target="person", person=f"{SECRET}当事人", words=f"{SECRET}说明",
        )
        for _ in range(2)
    ]  # fmt: skip
    for title in ("画眉处罚初版", "画眉处罚更正版"):
        version = making.draft(penalties, title)
        making.penalty(version, shown, facts="画眉违法事实")
        making.penalty(version, repaired, facts=f"{SECRET}已修复", shown_until=date(2025, 12, 1))
        making.publish(version)
    CreditRepair.objects.create(measure=repaired, words=f"{SECRET}修复", asked_by=officer, state=RepairState.GRANTED)
    aviary.public.add("画眉违法事实")
    return penalties


def _in_the_making(aviary: Aviary, officer: User) -> list[Publication]:
    """A draft, one that waits for approval, and one that is approved and waits for its day."""
    found = []
    for state in (VersionState.DRAFT, VersionState.PROPOSED, VersionState.APPROVED):
        publication = making.publication(PublicationKind.PLAN, by=officer, code=f"yeying-{state}")
        content = {"words": [f"{SECRET}内容"], "facts": [], "tables": [], "notes": []}
        version = making.draft(publication, f"{SECRET}计划", content=content)
        PublicationVersion.objects.filter(pk=version.pk).update(
            state=state, not_before=timezone.localdate() + timedelta(days=9)
        )
        found.append(publication)
    return found


def _withdrawn(officer: User) -> list[Publication]:
    """That it was, and why, stays public; what it said does not."""
    publication = making.publication(PublicationKind.BULLETIN, by=officer)
    content = {"words": [f"{SECRET}通报"], "facts": [["标签", f"{SECRET}数字"]], "tables": [], "notes": []}
    making.withdraw(making.publish(making.draft(publication, "画眉通报", content=content)), "画眉撤回理由")
    return [publication]


def _practice(aviary: Aviary, officer: User) -> None:
    kind = CampaignKind.PRACTICE
    campaign = campaigns.campaign("140200-2025-8", by=officer, state="dispatched", title=f"{SECRET}演练", kind=kind)
    publication = making.publication(PublicationKind.PLAN, campaign=campaign, by=officer)
    making.publish(making.draft(publication, f"{SECRET}演练计划"))
    aviary.publications.append(publication)


def _disclosures(aviary: Aviary) -> None:
    officer = User.objects.get(username="heard-officer")
    making.disclosure(aviary.institution, by=officer, text="画眉承诺", words=f"{SECRET}审核意见")
    aviary.public |= {"画眉承诺", "画眉能力附表的内容"}
    for state in (DisclosureState.PUBLISHED, *set(DisclosureState) - {DisclosureState.PUBLISHED}):
        is_public = state == DisclosureState.PUBLISHED
        paper = Disclosure(
            institution=aviary.institution, kind="capability", title="能力附表" if is_public else f"{SECRET}附表",
            submitted_by=officer, state=state,
        )  # fmt: skip
        content = "画眉能力附表的内容" if is_public else f"{SECRET}附表的内容"
        paper.file.save("paper.txt", ContentFile(content.encode()))
