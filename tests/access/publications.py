"""A city's publications for the matrix: one in each hand, terms, a credit repair, what the institution published."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from publications import disclosing, publishing, repairing
from publications.models import CreditRepair, Disclosure, Publication
from tests.access.visits import a_task, bring_to
from visits import measures
from visits.codes import MeasureKind
from visits.models import Finding, Measure

if TYPE_CHECKING:
    from tests.access.world import City

KINDS = (
    "draft_publication", "draft_version", "draft_results", "draft_public_result", "draft_penalty", "proposed_version",
    "published_version", "published_publication", "published_measure", "credit_repair", "submitted_disclosure", "own_disclosure",
)  # fmt: skip


def add_publications(city: "City") -> dict[str, Any]:
    """Objects by kind."""
    officer, approver = city.people["lead_officer"], city.people["lead_approver"]
    task = bring_to("concluded", a_task(city, "unpublished"), city)
    results = publishing.prepare_results(task.campaign, by=officer).versions.get()
    fines = [fine(task, officer, number) for number in range(3)]
    penalties = publishing.prepare_penalties(officer.bureau, measures=fines[:1], by=officer).versions.get()
    public = publishing.prepare_penalties(officer.bureau, measures=fines[1:], by=officer).versions.get()
    publishing.approve(publishing.propose(public, by=officer), by=approver)
    text = publishing.prepare_bulletin(officer.bureau, title="通报", text="检查情况", by=officer).versions.get()
    disclosures = [disclosure(city, title) for title in ("收费标准", "自我承诺")]
    return {
        "draft_publication": results.publication,
        "draft_version": results,
        "draft_results": results,
        "draft_public_result": results.results.get(),
        "draft_penalty": penalties.penalties.get(),
        "proposed_version": publishing.propose(text, by=officer),
        "published_version": public,
        "published_publication": Publication.objects.get(pk=public.publication_id),
        "published_measure": fines[2],
        "credit_repair": repair(city, fines[1]),
        "submitted_disclosure": disclosures[0],
        "own_disclosure": disclosures[1],
    }


def fine(task: Any, officer: Any, number: int) -> Measure:
    finding = Finding.objects.filter(result__task=task).first()
    found = measures.propose_measure(task, kind=MeasureKind.FINE, bureau=officer.bureau, findings=[finding], by=officer)
    return measures.decide_measure(
        found, decided_on=timezone.localdate(), document_number=f"罚{number}号", amount=1000, by=officer
    )


def repair(city: "City", measure: Measure) -> CreditRepair:
    return repairing.ask_repair(measure, words="已缴清罚款并整改", by=city.people["legal_representative"])


def disclosure(city: "City", title: str) -> Disclosure:
    told = disclosing.Told(Disclosure.Kind.FEES, title, file=("收费.pdf", b"%PDF-1.7\n1 0 obj\n"))
    return disclosing.submit_disclosure(city.objects["institution"], told, by=city.people["institution_clerk"])
