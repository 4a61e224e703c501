"""Differences from the pool that self-checks brought up: taken over, or not and why."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Problem as Refusal
from accounts.api.fields import ApiSerializer
from accounts.api.views import ReadView
from accounts.rules import require
from selftest import changing
from selftest.api.shapes import InstitutionReference
from selftest.errors import SelfCheckError
from selftest.models import ChangeRequest


class ChangeRequestSerializer(ApiSerializer):
    institution = InstitutionReference(read_only=True)
    self_check = serializers.IntegerField(source="submission.self_check_id", read_only=True)
    certificate = serializers.CharField(source="certificate.number", default="", read_only=True)
    old = serializers.JSONField(read_only=True, help_text="名录库内容")
    new = serializers.JSONField(read_only=True, help_text="自查表内容")

    class Meta:
        model = ChangeRequest
        fields = (
            "id", "institution", "self_check", "certificate", "field", "label", "old", "new", "state", "words",
            "decided_at",
        )  # fmt: skip
        read_only_fields: Any = fields


class ChangeRequestFilter(django_filters.FilterSet):
    round = django_filters.NumberFilter(field_name="submission__self_check__round_id", label="自查轮次")
    state = django_filters.ChoiceFilter(choices=ChangeRequest.State.choices, label="状态")

    class Meta:
        model = ChangeRequest
        fields: list[str] = []


class ChangeDecisionInput(serializers.Serializer[Any]):
    is_accepted = serializers.BooleanField(label="更新名录库")
    words = serializers.CharField(required=False, allow_blank=True, max_length=500, label="意见")


@extend_schema_view(list=extend_schema(summary="名录变更申请"), retrieve=extend_schema(summary="一条名录变更申请"))
class ChangeRequestView(ReadView):
    model = ChangeRequest
    serializer_class = ChangeRequestSerializer
    filterset_class = ChangeRequestFilter
    ordering_fields = ("decided_at",)
    refusals = (SelfCheckError,)

    def rows(self) -> QuerySet[ChangeRequest]:
        return ChangeRequest.objects.visible_to(self.user).select_related(
            "institution", "certificate__institution", "submission"
        )

    @extend_schema(
        summary="核对名录变更申请", request=ChangeDecisionInput, responses={200: ChangeRequestSerializer, 409: Refusal}
    )
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: int) -> Response:
        change: ChangeRequest = self.get_object()
        require(self.user, "decide", change)
        given = ChangeDecisionInput(data=request.data)
        given.is_valid(raise_exception=True)
        decide = changing.accept_change if given.validated_data["is_accepted"] else changing.reject_change
        decide(change, words=given.validated_data.get("words", ""), by=self.user)
        return Response(ChangeRequestSerializer(self.get_object()).data)
