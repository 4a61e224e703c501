"""What one person proposes and another confirms."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Problem
from accounts.api.fields import ApiSerializer
from accounts.api.views import ReadView
from accounts.rules import require
from campaigns import approvals, queries
from campaigns.errors import CampaignError
from campaigns.models import Act, Approval, ApprovalState


class ApprovalFilter(django_filters.FilterSet):
    campaign = django_filters.NumberFilter(field_name="campaign_id", label="活动")
    state = django_filters.ChoiceFilter(choices=ApprovalState.choices, label="状态")
    act = django_filters.ChoiceFilter(choices=Act.choices, label="事项")

    class Meta:
        model = Approval
        fields: list[str] = []


class ApprovalSerializer(ApiSerializer):
    proposed_by = serializers.CharField(source="proposed_by.name", read_only=True)
    decided_by = serializers.CharField(source="decided_by.name", default=None, allow_null=True, read_only=True)

    class Meta:
        model = Approval
        fields = (
            "id", "campaign", "draw", "act", "reason", "state", "proposed_by", "proposed_at", "decided_by",
            "decided_at", "words",
        )  # fmt: skip
        read_only_fields: Any = fields


class ConfirmInput(serializers.Serializer[Any]):
    password = serializers.CharField(label="您的登录密码", trim_whitespace=False, max_length=128)
    words = serializers.CharField(label="审批意见", required=False, allow_blank=True, max_length=500)


class DeclineInput(serializers.Serializer[Any]):
    words = serializers.CharField(label="退回理由", max_length=500)


def _job_address(approval: Approval) -> dict[str, str]:
    """Where the progress stands of what was confirmed; voiding has none, it is done at once."""
    job = queries.latest_job(approval.campaign, f"campaigns.{approval.act}")
    return {"Location": reverse("api:campaign-job", args=[approval.campaign_id, job.pk])} if job else {}


@extend_schema_view(list=extend_schema(summary="审批事项"), retrieve=extend_schema(summary="一件审批事项"))
class ApprovalView(ReadView):
    model = Approval
    serializer_class = ApprovalSerializer
    detail_serializer_class = ApprovalSerializer
    filterset_class = ApprovalFilter
    ordering_fields = ("proposed_at", "decided_at")
    refusals = (CampaignError,)

    def rows(self) -> QuerySet[Approval]:
        return Approval.objects.visible_to(self.user).select_related(
            "campaign__lead_bureau", "draw", "proposed_by", "decided_by"
        )

    @extend_schema(
        summary="审批同意（再次输入密码）", request=ConfirmInput, responses={200: ApprovalSerializer, 409: Problem}
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: int) -> Response:
        approval = self.get_object()
        if approval.state == ApprovalState.WAITING:
            require(self.user, "decide", approval)
        given = ConfirmInput(data=request.data)
        given.is_valid(raise_exception=True)
        confirmed = approvals.confirm(approval, by=self.user, **given.validated_data)
        return Response(ApprovalSerializer(confirmed).data, headers=_job_address(confirmed))

    @extend_schema(summary="审批退回", request=DeclineInput, responses={200: ApprovalSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: int) -> Response:
        approval = self.get_object()
        require(self.user, "decide", approval)
        given = DeclineInput(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(ApprovalSerializer(approvals.decline(approval, by=self.user, **given.validated_data)).data)
