"""The one list 抽查事项清单, campaigns and their plans, draws, tasks."""

from campaigns.models.allotment import AllottedInstitution
from campaigns.models.approvals import Act, Approval, ApprovalState
from campaigns.models.campaign import BasisDocument, Campaign, CampaignIssuer, CampaignKind, NoticeWindow, Source, Stage
from campaigns.models.contributions import Contribution
from campaigns.models.draws import (
    Draw,
    DrawKind,
    DrawnInstitution,
    DrawSecret,
    DrawTranscript,
    FrozenInspector,
    FrozenInstitution,
)
from campaigns.models.listing import ListedInstitution
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
from campaigns.models.record import DrawMinutes, LogEntry, LogEvent, MinutesSignature, Remark
from campaigns.models.substitutions import (
    INSTITUTION_CAUSES,
    PERSON_CAUSES,
    Cause,
    FormerMember,
    Substitution,
    SubstitutionKind,
)
from campaigns.models.tasks import (
    ADDED_MODES,
    Addition,
    Declaration,
    InspectionNotice,
    RecusalDecision,
    Task,
    TaskMode,
    TeamMember,
)

__all__ = [
    "ADDED_MODES",
    "INSTITUTION_CAUSES",
    "PERSON_CAUSES",
    "Act",
    "Addition",
    "AllottedInstitution",
    "Approval",
    "ApprovalState",
    "BasisDocument",
    "Campaign",
    "CampaignIssuer",
    "CampaignKind",
    "Cause",
    "Contribution",
    "Declaration",
    "Draw",
    "DrawKind",
    "DrawMinutes",
    "DrawSecret",
    "DrawTranscript",
    "DrawnInstitution",
    "Exclusion",
    "ExclusionKind",
    "FormerMember",
    "FrozenInspector",
    "FrozenInstitution",
    "InspectionMatter",
    "InspectionNotice",
    "KeyTargetRule",
    "LegalBasis",
    "LineAgreement",
    "ListedInstitution",
    "LogEntry",
    "LogEvent",
    "MinutesSignature",
    "NoticeWindow",
    "PlanLine",
    "RecusalDecision",
    "Remark",
    "Rounding",
    "SizeKind",
    "SlotRole",
    "Source",
    "Stage",
    "Substitution",
    "SubstitutionKind",
    "Task",
    "TaskMode",
    "TeamMember",
    "TeamSlot",
]
