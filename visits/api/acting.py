"""Addresses at which somebody acts on one object."""

from collections.abc import Callable
from typing import Any

from rest_framework.response import Response

from accounts.api.views import ReadView
from accounts.rules import require
from visits.errors import VisitError


class ActingView(ReadView):
    refusals = (VisitError,)

    def _acted(self, rule: str, act: Callable[[Any], object]) -> Response:
        """The object as it is after the act."""
        found = self.get_object()
        require(self.user, rule, found)
        act(found)
        return Response(self.get_serializer_class()(self.get_object()).data)
