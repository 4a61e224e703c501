from visits.models.following import Extension, Measure, Rectification, RectificationReminder, RectificationReport
from visits.models.referrals import ComplainantIdentity, Complaint, Referral
from visits.models.results import DepartmentResult, Finding, JointReview, ResultVersion
from visits.models.sheets import Activity, Adoption, Entry, Evidence, Operation, ReportSample, VisitSignature
from visits.models.visits import Attendee, Delivery, Preparation, Visit

__all__ = [
    "Activity",
    "Adoption",
    "Attendee",
    "ComplainantIdentity",
    "Complaint",
    "Delivery",
    "DepartmentResult",
    "Entry",
    "Evidence",
    "Extension",
    "Finding",
    "JointReview",
    "Measure",
    "Operation",
    "Preparation",
    "Rectification",
    "RectificationReminder",
    "RectificationReport",
    "Referral",
    "ReportSample",
    "ResultVersion",
    "Visit",
    "VisitSignature",
]
