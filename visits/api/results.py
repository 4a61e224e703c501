"""Results of each department, their versions and findings: written, handed in, reviewed."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Problem
from accounts.api.fields import ApiSerializer, BureauReference
from accounts.api.views import ReadView
from accounts.rules import require
from campaigns.models import LegalBasis
from selftest.api.shapes import InstitutionReference
from visits import results
from visits.api.acting import ActingView
from visits.api.given import WordsInput, values_of
from visits.codes import Category, FollowUp, Severity, SubCategory, TradeOutcome
from visits.errors import VisitError
from visits.models import DepartmentResult, Evidence, Finding, ResultVersion
from visits.states import FindingState, ResultState


class FindingSerializer(ApiSerializer):
    task = serializers.IntegerField(source="result.task_id", read_only=True)
    institution = InstitutionReference(source="result.task.institution", read_only=True)
    bureau = BureauReference(source="result.bureau", read_only=True)
    legal_basis = serializers.SerializerMethodField()

    class Meta:
        model = Finding
        fields = (
            "id", "task", "result", "institution", "bureau", "line", "matter", "facts", "severity", "legal_basis",
            "rechecks", "state", "found_at",
        )  # fmt: skip
        read_only_fields: Any = fields

    def get_legal_basis(self, finding: Finding) -> str:
        return str(finding.legal_basis or "")


class ResultVersionSerializer(ApiSerializer):
    """The result word for word, as it was handed in."""

    content = extend_schema_field(OpenApiTypes.OBJECT)(serializers.JSONField)(read_only=True)
    decision = serializers.CharField(read_only=True, help_text="returned、concluded，空为待审核")

    class Meta:
        model = ResultVersion
        fields = ("number", "submitted_at", "decision", "words", "decided_at", "content")
        read_only_fields: Any = fields


class ResultRow(ApiSerializer):
    task_number = serializers.CharField(source="task.number", read_only=True)
    institution = InstitutionReference(source="task.institution", read_only=True)
    bureau = BureauReference(read_only=True)
    category = serializers.CharField(read_only=True, help_text="检查结果代码")
    sub_category = serializers.CharField(read_only=True, help_text="问题类别代码，仅在检查结果为 A 时")
    follow_up = serializers.CharField(read_only=True, help_text="后续处置")
    trade_outcome = serializers.CharField(read_only=True, help_text="处理情况")

    class Meta:
        model = DepartmentResult
        fields = (
            "id", "task", "task_number", "institution", "bureau", "state", "category", "sub_category", "follow_up",
            "is_finished", "trade_outcome", "words", "amended_because",
        )  # fmt: skip
        read_only_fields: Any = fields


class ResultSerializer(ResultRow):
    findings = serializers.SerializerMethodField()
    versions = ResultVersionSerializer(many=True, read_only=True)

    class Meta(ResultRow.Meta):
        fields = (*ResultRow.Meta.fields, "findings", "versions")  # type: ignore[assignment]
        read_only_fields: Any = fields

    def get_findings(self, result: DepartmentResult) -> list[int]:
        return [each.pk for each in result.findings.all()]


class ResultApiFilter(django_filters.FilterSet):
    task = django_filters.NumberFilter(field_name="task_id", label="检查任务")
    campaign = django_filters.NumberFilter(field_name="task__campaign_id", label="抽查活动")
    bureau = django_filters.CharFilter(field_name="bureau_id", label="检查单位")
    state = django_filters.ChoiceFilter(choices=ResultState.choices, label="状态")
    category = django_filters.ChoiceFilter(choices=Category.choices, label="检查结果")

    class Meta:
        model = DepartmentResult
        fields: list[str] = []


class FindingApiFilter(django_filters.FilterSet):
    task = django_filters.NumberFilter(field_name="result__task_id", label="检查任务")
    campaign = django_filters.NumberFilter(field_name="result__task__campaign_id", label="抽查活动")
    severity = django_filters.ChoiceFilter(choices=Severity.choices, label="性质")
    state = django_filters.ChoiceFilter(choices=FindingState.choices, label="状态")

    class Meta:
        model = Finding
        fields: list[str] = []


class ResultInput(serializers.Serializer[Any]):
    """Only what changes."""

    category = serializers.ChoiceField(choices=Category.choices, required=False, label="检查结果")
    sub_category = serializers.ChoiceField(
        choices=SubCategory.choices, required=False, allow_blank=True, label="问题类别"
    )
    follow_up = serializers.ChoiceField(choices=FollowUp.choices, required=False, label="后续处置")
    is_finished = serializers.BooleanField(required=False, label="处置已完结")
    trade_outcome = serializers.ChoiceField(choices=TradeOutcome.choices, required=False, label="处理情况")
    words = serializers.CharField(required=False, allow_blank=True, max_length=4000, label="情况说明")


class FindingInput(serializers.Serializer[Any]):
    matter = serializers.CharField(max_length=120, label="检查事项")
    facts = serializers.CharField(max_length=4000, label="事实")
    severity = serializers.ChoiceField(choices=Severity.choices, label="性质")
    legal_basis = serializers.PrimaryKeyRelatedField(
        queryset=LegalBasis.objects.all(), required=False, allow_null=True, pk_field=serializers.IntegerField(),
        label="依据", help_text="检查当日有效的版本；一般问题可以没有",
    )  # fmt: skip
    evidence = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=100, label="证据", help_text="证据的 id"
    )


class AmendInput(serializers.Serializer[Any]):
    because = serializers.CharField(max_length=500, label="更正理由")


@extend_schema_view(
    list=extend_schema(summary="检查结果"), retrieve=extend_schema(summary="一个部门的检查结果及各版本")
)
class ResultView(ActingView):
    model = DepartmentResult
    serializer_class = ResultRow
    detail_serializer_class = ResultSerializer
    filterset_class = ResultApiFilter
    ordering_fields = ("task", "state")

    def rows(self) -> QuerySet[DepartmentResult]:
        seen = DepartmentResult.objects.visible_to(self.user).select_related(
            "task__institution", "task__bureau", "bureau"
        )
        return seen if self.action == "list" else seen.prefetch_related("findings", "versions")

    @extend_schema(summary="填写检查结果", request=ResultInput, responses={200: ResultSerializer, 409: Problem})
    @action(detail=True, methods=["patch"])
    def write(self, request: Request, pk: int) -> Response:
        return self._acted(
            "write", lambda found: results.edit_result(found, by=self.user, **values_of(ResultInput, request))
        )

    @extend_schema(summary="登记问题", request=FindingInput, responses={201: FindingSerializer, 409: Problem})
    @action(detail=True, methods=["post"], url_path="findings", url_name="findings")
    def add_finding(self, request: Request, pk: int) -> Response:
        result = self.get_object()
        require(self.user, "write", result)
        values = values_of(FindingInput, request)
        chosen = values.pop("evidence", [])
        evidence = list(Evidence.objects.visible_to(self.user).filter(pk__in=chosen).select_related("visit"))
        if len(evidence) != len(set(chosen)):
            raise serializers.ValidationError({"evidence": ["有的证据没有找到。"]})
        values["severity"] = Severity(values["severity"])
        finding = results.add_finding(result, results.Found(**values, evidence=evidence), by=self.user)
        return Response(FindingSerializer(finding).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="提交检查结果", request=None, responses={200: ResultSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: int) -> Response:
        return self._acted("write", lambda found: results.submit_result(found, by=self.user))

    @extend_schema(summary="审核通过", request=None, responses={200: ResultSerializer, 409: Problem})
    @action(detail=True, methods=["post"], url_path="pass", url_name="pass")
    def pass_result(self, request: Request, pk: int) -> Response:
        return self._acted("review", lambda found: results.pass_result(found, by=self.user))

    @extend_schema(summary="退回修改", request=WordsInput, responses={200: ResultSerializer, 409: Problem})
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def return_result(self, request: Request, pk: int) -> Response:
        return self._acted(
            "review", lambda found: results.return_result(found, by=self.user, **values_of(WordsInput, request))
        )

    @extend_schema(summary="更正已认定的结果", request=AmendInput, responses={200: ResultSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def amend(self, request: Request, pk: int) -> Response:
        return self._acted(
            "amend", lambda found: results.amend_result(found, by=self.user, **values_of(AmendInput, request))
        )


@extend_schema_view(list=extend_schema(summary="检查发现的问题"), retrieve=extend_schema(summary="一个问题"))
class FindingView(ReadView):
    model = Finding
    serializer_class = FindingSerializer
    filterset_class = FindingApiFilter
    ordering_fields = ("found_at", "severity", "state")
    refusals = (VisitError,)

    def rows(self) -> QuerySet[Finding]:
        return Finding.objects.visible_to(self.user).select_related(
            "result__task__institution", "result__bureau", "legal_basis"
        )

    @extend_schema(summary="撤销问题", request=None, responses={200: FindingSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        finding = self.get_object()
        require(self.user, "write", finding.result)
        results.withdraw_finding(finding, by=self.user)
        return Response(FindingSerializer(self.get_object()).data)
