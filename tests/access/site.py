"""What is public of each city of the matrix: a result in its second version, and a file that an institution published."""

from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from publications.models import Disclosure, PublicationKind
from tests.publications import making

if TYPE_CHECKING:
    from tests.access.world import City

KINDS = ("public_publication", "public_result", "public_campaign", "disclosure")


def add_site(city: "City") -> dict[str, Any]:
    """Objects by kind, written as rows."""
    task, officer = city.objects["concluded_visit_task"], city.people["lead_officer"]
    publication = making.publication(PublicationKind.RESULTS, campaign=task.campaign, by=officer)
    for _ in range(2):
        version = making.draft(publication)
        row = making.result(version, task)
        making.publish(version)
    paper = Disclosure(institution=task.institution, kind="capability", title="能力附表", submitted_by=officer)
    paper.state, paper.file_name = "published", "能力附表.pdf"
    paper.file.save("capability.pdf", ContentFile(b"%PDF-1.7\n"))
    return {
        "public_publication": publication,
        "public_result": row,
        "public_campaign": task.campaign,
        "disclosure": paper,
    }
