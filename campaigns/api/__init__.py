"""Campaigns over the API: the one list, plans, steps, draws and tasks; the same rows, rules and moves as the pages."""

from campaigns.api.approvals import ApprovalView
from campaigns.api.draws import ContributionView, DrawView
from campaigns.api.matters import MatterView
from campaigns.api.plans import AgreementView, CampaignView
from campaigns.api.tasks import TaskView

__all__ = ["AgreementView", "ApprovalView", "CampaignView", "ContributionView", "DrawView", "MatterView", "TaskView"]
