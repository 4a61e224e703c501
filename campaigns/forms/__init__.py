"""What people type about campaigns and plans; the services decide."""

from campaigns.forms.campaign import PARTS, CampaignForm, Part
from campaigns.forms.draws import (
    AnswerObjectionForm,
    CommitForm,
    ConfirmForm,
    DeclineForm,
    ObjectionForm,
    PublicValueForm,
    RemarkForm,
    RevealForm,
    SupplementForm,
    VoidForm,
)
from campaigns.forms.line import LineForm, SlotFormSet
from campaigns.forms.steps import AnswerForm
from campaigns.forms.substitutions import DeclareForm, RejectRecusalForm, SubstituteForm

__all__ = [
    "PARTS",
    "AnswerForm",
    "AnswerObjectionForm",
    "CampaignForm",
    "CommitForm",
    "ConfirmForm",
    "DeclareForm",
    "DeclineForm",
    "LineForm",
    "ObjectionForm",
    "Part",
    "PublicValueForm",
    "RejectRecusalForm",
    "RemarkForm",
    "RevealForm",
    "SlotFormSet",
    "SubstituteForm",
    "SupplementForm",
    "VoidForm",
]
