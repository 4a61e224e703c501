"""Visits and what follows over the API: read, and the acts of the pages under the same rules."""

from visits.api.measures import MeasureView
from visits.api.rectifications import RectificationView
from visits.api.referrals import ReferralView
from visits.api.results import FindingView, ResultView
from visits.api.visits import VisitView

__all__ = ["FindingView", "MeasureView", "RectificationView", "ReferralView", "ResultView", "VisitView"]
