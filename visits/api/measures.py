"""Measures: proposed, decided in their order, carried out or dropped."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Problem
from accounts.api.fields import ApiSerializer, BureauReference, WholeNumberField
from accounts.rules import require
from selftest.api.shapes import InstitutionReference
from visits import measures
from visits.api.acting import ActingView
from visits.api.given import BureauField, FindingsField, WordsInput, findings_of, task_of, values_of
from visits.codes import MeasureKind
from visits.models import Measure
from visits.states import MeasureState


class MeasureSerializer(ApiSerializer):
    task_number = serializers.CharField(source="task.number", read_only=True)
    institution = InstitutionReference(source="task.institution", read_only=True)
    bureau = BureauReference(read_only=True)
    findings = serializers.SerializerMethodField()

    class Meta:
        model = Measure
        fields = (
            "id", "task", "task_number", "institution", "findings", "kind", "target", "person", "post", "bureau",
            "state", "amount", "document_number", "decided_on", "ends_on", "done_on", "words",
        )  # fmt: skip
        read_only_fields: Any = fields

    def get_findings(self, measure: Measure) -> list[int]:
        return [each.pk for each in measure.findings.all()]


class MeasureApiFilter(django_filters.FilterSet):
    task = django_filters.NumberFilter(field_name="task_id", label="检查任务")
    campaign = django_filters.NumberFilter(field_name="task__campaign_id", label="抽查活动")
    bureau = django_filters.CharFilter(field_name="bureau_id", label="作出单位")
    kind = django_filters.ChoiceFilter(choices=MeasureKind.choices, label="措施")
    state = django_filters.ChoiceFilter(choices=MeasureState.choices, label="状态")

    class Meta:
        model = Measure
        fields: list[str] = []


class ProposalInput(serializers.Serializer[Any]):
    task = WholeNumberField(min_value=1, label="检查任务", help_text="任务的 id")
    kind = serializers.ChoiceField(choices=MeasureKind.choices, label="措施")
    bureau = BureauField(label="作出单位", help_text="单位代码")
    findings = FindingsField()
    person = serializers.CharField(required=False, allow_blank=True, max_length=30, label="当事人")
    post = serializers.CharField(required=False, allow_blank=True, max_length=40, label="职务")
    words = serializers.CharField(required=False, allow_blank=True, max_length=4000, label="说明")


class MeasureDecisionInput(serializers.Serializer[Any]):
    decided_on = serializers.DateField(label="决定日期")
    document_number = serializers.CharField(required=False, allow_blank=True, max_length=60, label="文号")
    amount = serializers.DecimalField(
        max_digits=14, decimal_places=2, required=False, allow_null=True, label="金额（元）"
    )
    ends_on = serializers.DateField(required=False, allow_null=True, label="终止日期")


class DoneInput(serializers.Serializer[Any]):
    done_on = serializers.DateField(label="执行日期")


@extend_schema_view(list=extend_schema(summary="处理措施"), retrieve=extend_schema(summary="一项处理措施"))
class MeasureView(ActingView):
    model = Measure
    serializer_class = MeasureSerializer
    filterset_class = MeasureApiFilter
    ordering_fields = ("task", "kind", "state", "decided_on")

    def rows(self) -> QuerySet[Measure]:
        seen = Measure.objects.visible_to(self.user).select_related("task__institution", "task__bureau", "bureau")
        return seen.prefetch_related("findings")

    @extend_schema(summary="提出处理措施", request=ProposalInput, responses={201: MeasureSerializer, 409: Problem})
    def create(self, request: Request) -> Response:
        values = values_of(ProposalInput, request)
        task = task_of(self.user, values.pop("task"))
        require(self.user, "propose", Measure(task=task))
        values["findings"] = findings_of(self.user, task, values["findings"])
        values["kind"] = MeasureKind(values["kind"])
        made = measures.propose_measure(task, **values, by=self.user)
        return Response(MeasureSerializer(self.rows().get(pk=made.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="登记决定", request=MeasureDecisionInput, responses={200: MeasureSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: int) -> Response:
        return self._acted(
            "decide",
            lambda found: measures.decide_measure(found, by=self.user, **values_of(MeasureDecisionInput, request)),
        )

    @extend_schema(summary="登记执行", request=DoneInput, responses={200: MeasureSerializer, 409: Problem})
    @action(detail=True, methods=["post"], url_path="carry-out", url_name="carry-out")
    def carry_out(self, request: Request, pk: int) -> Response:
        return self._acted(
            "decide", lambda found: measures.carry_out(found, by=self.user, **values_of(DoneInput, request))
        )

    @extend_schema(summary="不再办理", request=WordsInput, responses={200: MeasureSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: int) -> Response:
        return self._acted(
            "decide", lambda found: measures.drop_measure(found, by=self.user, **values_of(WordsInput, request))
        )
