from publications.models.clock import Lateness
from publications.models.disclosures import Disclosure
from publications.models.publications import Publication, PublicationKind, PublicationVersion
from publications.models.rows import CreditRepair, PublishedPenalty, PublishedResult

__all__ = [
    "CreditRepair",
    "Disclosure",
    "Lateness",
    "Publication",
    "PublicationKind",
    "PublicationVersion",
    "PublishedPenalty",
    "PublishedResult",
]
