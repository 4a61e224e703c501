from reports.models.documents import Document, DocumentSeries, DocumentVersion
from reports.models.duties import DutyKind, DutyReminder, ReportingDuty, Submission, SubmissionFile

__all__ = [
    "Document",
    "DocumentSeries",
    "DocumentVersion",
    "DutyKind",
    "DutyReminder",
    "ReportingDuty",
    "Submission",
    "SubmissionFile",
]
