"""The self-check over the API, so that a provincial portal can embed it."""

from selftest.api.changes import ChangeRequestView
from selftest.api.forms import FormView
from selftest.api.problems import ProblemView
from selftest.api.rounds import RoundView
from selftest.api.self_checks import SelfCheckView

__all__ = ["ChangeRequestView", "FormView", "ProblemView", "RoundView", "SelfCheckView"]
