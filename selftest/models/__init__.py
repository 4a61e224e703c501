"""The self-check 机构自查: forms, rounds, what institutions answer, sign and mend, and what the bureau decides."""

from selftest.models.attachments import Attachment
from selftest.models.forms import FormTemplate
from selftest.models.invitations import Invitation, Reminder
from selftest.models.rounds import Materials, Population, Round
from selftest.models.selfchecks import Answer, Comment, HeaderBlock, SelfCheck
from selftest.models.submissions import (
    Capacity,
    ChangeRequest,
    Problem,
    ReturnedItem,
    Review,
    Signature,
    Submission,
    Way,
)
from selftest.models.tallies import Tally

__all__ = [
    "Answer",
    "Attachment",
    "Capacity",
    "ChangeRequest",
    "Comment",
    "FormTemplate",
    "HeaderBlock",
    "Invitation",
    "Materials",
    "Population",
    "Problem",
    "Reminder",
    "ReturnedItem",
    "Review",
    "Round",
    "SelfCheck",
    "Signature",
    "Submission",
    "Tally",
    "Way",
]
