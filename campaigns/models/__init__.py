"""The one list 抽查事项清单, campaigns and their plans, draws, tasks."""

from campaigns.models.allotment import AllottedInstitution
from campaigns.models.campaign import BasisDocument, Campaign, CampaignIssuer, CampaignKind, NoticeWindow, Source, Stage
from campaigns.models.draws import (
    Contribution,
    Draw,
    DrawnInstitution,
    DrawSecret,
    DrawTranscript,
    FrozenInspector,
    FrozenInstitution,
)
from campaigns.models.matters import InspectionMatter, LegalBasis
from campaigns.models.plan import (
    Exclusion,
    ExclusionKind,
    KeyTargetRule,
    LineAgreement,
    PlanLine,
    Rounding,
    SizeKind,
    SlotRole,
    TeamSlot,
)
from campaigns.models.tasks import InspectionNotice, Task, TaskMode, TeamMember

__all__ = [
    "AllottedInstitution",
    "BasisDocument",
    "Campaign",
    "CampaignIssuer",
    "CampaignKind",
    "Contribution",
    "Draw",
    "DrawSecret",
    "DrawTranscript",
    "DrawnInstitution",
    "Exclusion",
    "ExclusionKind",
    "FrozenInspector",
    "FrozenInstitution",
    "InspectionMatter",
    "InspectionNotice",
    "KeyTargetRule",
    "LegalBasis",
    "LineAgreement",
    "NoticeWindow",
    "PlanLine",
    "Rounding",
    "SizeKind",
    "SlotRole",
    "Source",
    "Stage",
    "Task",
    "TaskMode",
    "TeamMember",
    "TeamSlot",
]
