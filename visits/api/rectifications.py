"""Rectifications: ordered, reported by the institution, extended, verified."""

from typing import Any

import django_filters
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
from accounts.api.views import ReadView
from accounts.rules import require
from selftest.api.shapes import InstitutionReference
from visits import rectifying
from visits.api.given import BureauField, FindingsField, findings_of, task_of, values_of
from visits.errors import VisitError
from visits.models import Extension, Rectification, RectificationReport, Visit
from visits.states import OPEN_RECTIFICATIONS, RectificationState

Way = RectificationReport.Way


class ReportSerializer(ApiSerializer):
    way = serializers.CharField(read_only=True, help_text="paper 书面复查，visit 现场复查，空为尚未复查")

    class Meta:
        model = RectificationReport
        fields = ("id", "text", "file_name", "file_digest", "at", "is_verified", "way", "words", "decided_at")
        read_only_fields: Any = fields


class ExtensionSerializer(ApiSerializer):
    class Meta:
        model = Extension
        fields = ("id", "wanted_until", "reason", "asked_at", "is_granted", "words", "decided_at")
        read_only_fields: Any = fields


class RectificationRow(ApiSerializer):
    number = serializers.CharField(read_only=True)
    task_number = serializers.CharField(source="task.number", read_only=True)
    institution = InstitutionReference(source="task.institution", read_only=True)
    bureau = BureauReference(read_only=True)

    class Meta:
        model = Rectification
        fields = (
            "id", "number", "task", "task_number", "institution", "bureau", "demands", "due_on", "state",
            "ordered_at", "escalated_at",
        )  # fmt: skip
        read_only_fields: Any = fields


class RectificationSerializer(RectificationRow):
    findings = serializers.SerializerMethodField()
    reports = ReportSerializer(many=True, read_only=True)
    extensions = ExtensionSerializer(many=True, read_only=True)

    class Meta(RectificationRow.Meta):
        fields = (*RectificationRow.Meta.fields, "findings", "reports", "extensions")  # type: ignore[assignment]
        read_only_fields: Any = fields

    def get_findings(self, order: Rectification) -> list[int]:
        return [each.pk for each in order.findings.all()]


class RectificationApiFilter(django_filters.FilterSet):
    task = django_filters.NumberFilter(field_name="task_id", label="检查任务")
    campaign = django_filters.NumberFilter(field_name="task__campaign_id", label="抽查活动")
    state = django_filters.ChoiceFilter(choices=RectificationState.choices, label="状态")
    overdue = django_filters.BooleanFilter(method="is_overdue", label="逾期")

    class Meta:
        model = Rectification
        fields: list[str] = []

    def is_overdue(self, rows: QuerySet[Rectification], name: str, value: bool) -> QuerySet[Rectification]:
        late = {"state__in": OPEN_RECTIFICATIONS, "due_on__lt": timezone.localdate()}
        return rows.filter(**late) if value else rows.exclude(**late)


class OrderInput(serializers.Serializer[Any]):
    task = WholeNumberField(min_value=1, label="检查任务", help_text="任务的 id")
    bureau = BureauField(label="责令单位", help_text="单位代码")
    findings = FindingsField()
    demands = serializers.CharField(max_length=4000, label="整改要求")
    due_on = serializers.DateField(label="整改期限")


class ReportInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=4000, label="整改情况")


class ExtensionInput(serializers.Serializer[Any]):
    until = serializers.DateField(label="申请延至")
    reason = serializers.CharField(max_length=2000, label="理由")


class ExtensionDecisionInput(serializers.Serializer[Any]):
    extension = WholeNumberField(min_value=1, label="延期申请", help_text="延期申请的 id")
    grant = serializers.BooleanField(label="同意")
    words = serializers.CharField(required=False, allow_blank=True, max_length=500, label="意见")


class VerificationInput(serializers.Serializer[Any]):
    report = WholeNumberField(min_value=1, label="整改报告", help_text="整改报告的 id")
    is_verified = serializers.BooleanField(label="整改到位")
    way = serializers.ChoiceField(choices=Way.choices, label="复查方式")
    words = serializers.CharField(required=False, allow_blank=True, max_length=4000, label="复查意见")
    visit = WholeNumberField(min_value=1, required=False, label="复查", help_text="现场复查的 id")


@extend_schema_view(list=extend_schema(summary="整改"), retrieve=extend_schema(summary="一项整改及其报告"))
class RectificationView(ReadView):
    model = Rectification
    serializer_class = RectificationRow
    detail_serializer_class = RectificationSerializer
    filterset_class = RectificationApiFilter
    ordering_fields = ("due_on", "state")
    refusals = (VisitError,)

    def rows(self) -> QuerySet[Rectification]:
        seen = Rectification.objects.visible_to(self.user).select_related("task__institution", "task__bureau", "bureau")
        return seen if self.action == "list" else seen.prefetch_related("findings", "reports", "extensions")

    def _answer(self) -> Response:
        return Response(RectificationSerializer(self.get_object()).data)

    @extend_schema(summary="责令整改", request=OrderInput, responses={201: RectificationSerializer, 409: Problem})
    def create(self, request: Request) -> Response:
        values = values_of(OrderInput, request)
        task = task_of(self.user, values.pop("task"))
        require(self.user, "order", Rectification(task=task, bureau=values["bureau"]))
        values["findings"] = findings_of(self.user, task, values["findings"])
        made = rectifying.order_rectification(task, **values, by=self.user)
        return Response(RectificationSerializer(self.rows().get(pk=made.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="报告整改情况", request=ReportInput, responses={200: RectificationSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def report(self, request: Request, pk: int) -> Response:
        order = self.get_object()
        require(self.user, "report", order)
        rectifying.report_rectified(order, **values_of(ReportInput, request), by=self.user)
        return self._answer()

    @extend_schema(summary="申请延期", request=ExtensionInput, responses={200: RectificationSerializer, 409: Problem})
    @action(detail=True, methods=["post"], url_path="extension", url_name="extension")
    def ask_extension(self, request: Request, pk: int) -> Response:
        order = self.get_object()
        require(self.user, "report", order)
        rectifying.ask_extension(order, **values_of(ExtensionInput, request), by=self.user)
        return self._answer()

    @extend_schema(
        summary="决定延期", request=ExtensionDecisionInput, responses={200: RectificationSerializer, 409: Problem}
    )
    @action(detail=True, methods=["post"], url_path="extension-decision", url_name="extension-decision")
    def decide_extension(self, request: Request, pk: int) -> Response:
        order = self.get_object()
        require(self.user, "verify", order)
        values = values_of(ExtensionDecisionInput, request)
        asked = get_object_or_404(order.extensions.all(), pk=values.pop("extension"))
        rectifying.decide_extension(asked, **values, by=self.user)
        return self._answer()

    @extend_schema(summary="复查", request=VerificationInput, responses={200: RectificationSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: int) -> Response:
        order = self.get_object()
        require(self.user, "verify", order)
        values = values_of(VerificationInput, request)
        report = get_object_or_404(order.reports.all(), pk=values.pop("report"))
        if visit := values.pop("visit", None):
            values["visit"] = get_object_or_404(Visit.objects.visible_to(self.user), pk=visit)
        rectifying.verify(report, **values | {"way": Way(values["way"])}, by=self.user)
        return self._answer()
