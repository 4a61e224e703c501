"""The calendar of visits: planned, moved, cancelled. What happens on site goes through the app on site."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Problem
from accounts.api.fields import ApiSerializer, WholeNumberField
from accounts.api.views import ReadView
from accounts.rules import require
from selftest.api.shapes import InstitutionReference
from visits import scheduling
from visits.api.given import task_of, values_of
from visits.errors import VisitError
from visits.models import Attendee, Visit
from visits.states import VisitState


class AttendeeSerializer(ApiSerializer):
    class Meta:
        model = Attendee
        fields = ("id", "kind", "name", "workplace", "is_leader")
        read_only_fields: Any = fields


class VisitRow(ApiSerializer):
    task_number = serializers.CharField(source="task.number", read_only=True)
    institution = InstitutionReference(source="task.institution", read_only=True)

    class Meta:
        model = Visit
        fields = (
            "id", "task", "task_number", "institution", "kind", "number", "planned_start", "planned_end", "state",
            "started_at", "ended_at", "outcome",
        )  # fmt: skip
        read_only_fields: Any = fields


class VisitSerializer(VisitRow):
    attendees = AttendeeSerializer(many=True, read_only=True)

    class Meta(VisitRow.Meta):
        fields = (  # type: ignore[assignment]
            *VisitRow.Meta.fields, "window_reason", "outcome_words", "opinion", "changed_after_signing",
            "cancelled_because", "attendees",
        )  # fmt: skip
        read_only_fields: Any = fields


class VisitApiFilter(django_filters.FilterSet):
    task = django_filters.NumberFilter(field_name="task_id", label="检查任务")
    campaign = django_filters.NumberFilter(field_name="task__campaign_id", label="抽查活动")
    state = django_filters.ChoiceFilter(choices=VisitState.choices, label="状态")
    day = django_filters.DateFilter(field_name="planned_start", lookup_expr="date", label="计划日期")

    class Meta:
        model = Visit
        fields: list[str] = []


class TimesInput(serializers.Serializer[Any]):
    start = serializers.DateTimeField(label="计划开始")
    end = serializers.DateTimeField(label="计划结束")


class PlanInput(TimesInput):
    task = WholeNumberField(min_value=1, label="检查任务", help_text="任务的 id")
    kind = serializers.ChoiceField(choices=Visit.Kind.choices, required=False, label="类别")


class BecauseInput(serializers.Serializer[Any]):
    because = serializers.CharField(max_length=500, label="原因")


@extend_schema_view(list=extend_schema(summary="现场检查"), retrieve=extend_schema(summary="一次现场检查及到场人员"))
class VisitView(ReadView):
    model = Visit
    serializer_class = VisitRow
    detail_serializer_class = VisitSerializer
    filterset_class = VisitApiFilter
    ordering_fields = ("planned_start", "state")
    refusals = (VisitError,)

    def rows(self) -> QuerySet[Visit]:
        seen = Visit.objects.visible_to(self.user).select_related("task__institution")
        return seen if self.action == "list" else seen.prefetch_related("attendees")

    @extend_schema(summary="安排现场检查", request=PlanInput, responses={201: VisitSerializer, 409: Problem})
    def create(self, request: Request) -> Response:
        values = values_of(PlanInput, request)
        task = task_of(self.user, values.pop("task"))
        require(self.user, "plan", Visit(task=task))
        made = scheduling.plan_visit(task, **values, by=self.user)
        return Response(VisitSerializer(self.rows().get(pk=made.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="改期", request=TimesInput, responses={200: VisitSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: int) -> Response:
        visit = self.get_object()
        require(self.user, "plan", visit)
        scheduling.move_visit(visit, **values_of(TimesInput, request), by=self.user)
        return Response(VisitSerializer(self.get_object()).data)

    @extend_schema(summary="取消安排", request=BecauseInput, responses={200: VisitSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        visit = self.get_object()
        require(self.user, "plan", visit)
        scheduling.cancel_visit(visit, **values_of(BecauseInput, request), by=self.user)
        return Response(VisitSerializer(self.get_object()).data)
