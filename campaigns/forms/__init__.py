"""What people type about campaigns and plans; the services decide."""

from campaigns.forms.campaign import PARTS, CampaignForm, Part
from campaigns.forms.line import LineForm, SlotFormSet
from campaigns.forms.steps import AnswerForm, ContributionForm

__all__ = ["PARTS", "AnswerForm", "CampaignForm", "ContributionForm", "LineForm", "Part", "SlotFormSet"]
