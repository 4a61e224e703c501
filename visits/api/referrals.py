"""Referrals: handed over, accepted or declined, answered, closed."""

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Problem
from accounts.api.fields import ApiSerializer, BureauReference, WholeNumberField
from accounts.models import User
from visits import referring
from visits.api.acting import ActingView
from visits.api.given import BureauField, WordsInput, task_of, values_of
from visits.models import Complaint, Finding, Referral
from visits.states import OPEN_REFERRALS, ReferralState


class ReferralSerializer(ApiSerializer):
    sender = BureauReference(read_only=True)
    receiver = BureauReference(read_only=True, allow_null=True)

    class Meta:
        model = Referral
        fields = (
            "id", "number", "sender", "receiver", "outside", "task", "finding", "subject", "text", "due_on", "state",
            "sent_at", "acknowledgement", "feedback", "answered_at",
        )  # fmt: skip
        read_only_fields: Any = fields


class ReferralApiFilter(django_filters.FilterSet):
    sender = django_filters.CharFilter(field_name="sender_id", label="移送单位")
    receiver = django_filters.CharFilter(field_name="receiver_id", label="接收单位")
    state = django_filters.ChoiceFilter(choices=ReferralState.choices, label="状态")
    overdue = django_filters.BooleanFilter(method="is_overdue", label="逾期")

    class Meta:
        model = Referral
        fields: list[str] = []

    def is_overdue(self, rows: QuerySet[Referral], name: str, value: bool) -> QuerySet[Referral]:
        late = {"state__in": OPEN_REFERRALS, "due_on__lt": timezone.localdate()}
        return rows.filter(**late) if value else rows.exclude(**late)


class ReferralInput(serializers.Serializer[Any]):
    """From one of `task`, `finding`, `complaint`; to one of `receiver`, `outside`."""

    task = WholeNumberField(min_value=1, required=False, label="来源任务")
    finding = WholeNumberField(min_value=1, required=False, label="来源问题")
    complaint = WholeNumberField(min_value=1, required=False, label="来源投诉举报")
    subject = serializers.CharField(max_length=120, label="线索涉及的单位")
    text = serializers.CharField(max_length=4000, label="线索内容")
    receiver = BureauField(required=False, allow_null=True, label="接收单位", help_text="单位代码")
    outside = serializers.CharField(required=False, allow_blank=True, max_length=80, label="系统外接收单位")
    due_on = serializers.DateField(label="反馈期限")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if sum(name in values for name in ("task", "finding", "complaint")) != 1:
            raise serializers.ValidationError({"task": ["来源任务、问题、投诉举报，请填其中一个。"]})
        return values


class AcknowledgementInput(serializers.Serializer[Any]):
    acknowledgement = serializers.CharField(required=False, allow_blank=True, max_length=60, label="回执编号")


class FeedbackInput(serializers.Serializer[Any]):
    feedback = serializers.CharField(max_length=4000, label="反馈")


def source_of(user: User, values: dict[str, Any]) -> referring.Source:
    """Takes the source out of the values."""
    task, finding, complaint = (values.pop(name, None) for name in ("task", "finding", "complaint"))
    if task:
        return task_of(user, task)
    if finding:
        found: Finding = get_object_or_404(Finding.objects.visible_to(user).select_related("result__task"), pk=finding)
        return found
    made: Complaint = get_object_or_404(Complaint.objects.visible_to(user), pk=complaint)
    return made


@extend_schema_view(list=extend_schema(summary="线索移送"), retrieve=extend_schema(summary="一件线索"))
class ReferralView(ActingView):
    model = Referral
    serializer_class = ReferralSerializer
    filterset_class = ReferralApiFilter
    ordering_fields = ("due_on", "state", "sent_at")

    def rows(self) -> QuerySet[Referral]:
        return Referral.objects.visible_to(self.user).select_related("sender", "receiver")

    @extend_schema(summary="移送线索", request=ReferralInput, responses={201: ReferralSerializer, 409: Problem})
    def create(self, request: Request) -> Response:
        sender = self.user.bureau
        if sender is None:
            raise PermissionDenied
        values = values_of(ReferralInput, request)
        made = referring.refer(source_of(self.user, values), **values, sender=sender, by=self.user)
        return Response(ReferralSerializer(self.rows().get(pk=made.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="接收线索", request=AcknowledgementInput, responses={200: ReferralSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        def act(found: Referral) -> object:
            return referring.accept_referral(found, **values_of(AcknowledgementInput, request), by=self.user)

        return self._acted("receive", act)

    @extend_schema(summary="不予接收", request=WordsInput, responses={200: ReferralSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: int) -> Response:
        def act(found: Referral) -> object:
            return referring.decline_referral(found, **values_of(WordsInput, request), by=self.user)

        return self._acted("receive", act)

    @extend_schema(summary="反馈", request=FeedbackInput, responses={200: ReferralSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: int) -> Response:
        def act(found: Referral) -> object:
            return referring.answer_referral(found, **values_of(FeedbackInput, request), by=self.user)

        return self._acted("receive", act)

    @extend_schema(summary="办结", request=None, responses={200: ReferralSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: int) -> Response:
        return self._acted("close", lambda found: referring.close_referral(found, by=self.user))
