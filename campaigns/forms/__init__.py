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

__all__ = [
    "PARTS",
    "AnswerForm",
    "AnswerObjectionForm",
    "CampaignForm",
    "CommitForm",
    "ConfirmForm",
    "DeclineForm",
    "LineForm",
    "ObjectionForm",
    "Part",
    "PublicValueForm",
    "RemarkForm",
    "RevealForm",
    "SlotFormSet",
    "SupplementForm",
    "VoidForm",
]
