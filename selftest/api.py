"""The self-check over the API: forms, rounds, filling, handing in and review, by the same rules as the pages.

A draft is its institution's alone; a bureau reads what was signed.
"""

import json
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Problem as Refusal
from accounts.api.fields import ApiSerializer, RegionReference, WholeNumberField
from accounts.api.views import ReadView
from accounts.rules import can, require
from institutions.models import Institution
from selftest import filling, reviewing, submitting
from selftest.completeness import what_is_missing
from selftest.content import Choice
from selftest.errors import SelfCheckError
from selftest.models import Answer, FormTemplate, HeaderBlock, Problem, Round, SelfCheck, Submission
from selftest.states import RoundState, SelfCheckState

REFUSED = {409: Refusal}


class FormRow(ApiSerializer):
    class Meta:
        model = FormTemplate
        fields = ("id", "code", "version", "title", "year", "level", "notice", "state", "digest", "published_at")
        read_only_fields: Any = fields


class FormSerializer(FormRow):
    content = extend_schema_field(OpenApiTypes.OBJECT)(serializers.JSONField)(read_only=True)

    class Meta(FormRow.Meta):
        fields = (*FormRow.Meta.fields, "note", "content")  # type: ignore[assignment]
        read_only_fields: Any = fields


class FormFilter(django_filters.FilterSet):
    year = django_filters.NumberFilter(label="年度")
    code = django_filters.CharFilter(label="代码")

    class Meta:
        model = FormTemplate
        fields: list[str] = []


@extend_schema_view(list=extend_schema(summary="自查表"), retrieve=extend_schema(summary="一张自查表的一个版本"))
class FormView(ReadView):
    model = FormTemplate
    serializer_class = FormRow
    detail_serializer_class = FormSerializer
    filterset_class = FormFilter
    ordering_fields = ("year", "code")

    def rows(self) -> QuerySet[FormTemplate]:
        forms = FormTemplate.objects.visible_to(self.user)
        return forms.defer("content") if self.action == "list" else forms


class RoundRow(ApiSerializer):
    campaign = serializers.CharField(source="campaign.number", read_only=True)

    class Meta:
        model = Round
        fields = (
            "id", "campaign", "form", "title", "population", "deadline", "needs_letter", "materials", "state",
            "opened_at", "closed_at",
        )  # fmt: skip
        read_only_fields: Any = fields


class RoundFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=RoundState.choices, label="状态")

    class Meta:
        model = Round
        fields: list[str] = []


@extend_schema_view(list=extend_schema(summary="自查轮次"), retrieve=extend_schema(summary="一轮自查"))
class RoundView(ReadView):
    model = Round
    serializer_class = RoundRow
    filterset_class = RoundFilter
    ordering_fields = ("deadline", "opened_at")

    def rows(self) -> QuerySet[Round]:
        return Round.objects.visible_to(self.user).select_related("campaign")


class InstitutionReference(ApiSerializer):
    identifier = serializers.CharField(read_only=True)

    class Meta:
        model = Institution
        fields = ("id", "name", "identifier")


class SelfCheckRow(ApiSerializer):
    institution = InstitutionReference(read_only=True)
    county = RegionReference(read_only=True)
    is_late = serializers.BooleanField(read_only=True)

    class Meta:
        model = SelfCheck
        fields = (
            "id", "round", "institution", "county", "state", "is_late", "began_at", "handed_in_at", "accepted_at",
        )  # fmt: skip
        read_only_fields: Any = fields


class AnswerSerializer(ApiSerializer):
    is_carried = serializers.BooleanField(source="carried_from_id", read_only=True, help_text="沿用此前自查的回答")

    class Meta:
        model = Answer
        fields = ("item", *filling.ANSWER_FIELDS, "is_carried", "revision", "changed_at")
        read_only_fields: Any = fields


class BlockSerializer(ApiSerializer):
    values = extend_schema_field(OpenApiTypes.OBJECT)(serializers.JSONField)(read_only=True)
    certificate = serializers.CharField(source="certificate.number", default="", read_only=True)

    class Meta:
        model = HeaderBlock
        fields = ("id", "kind", "certificate", "values", "revision", "changed_at")
        read_only_fields: Any = fields


class VersionSerializer(ApiSerializer):
    signed_at = serializers.DateTimeField(source="signature.signed_at", default=None, read_only=True)
    receipt_number = serializers.CharField(source="signature.receipt_number", default="", read_only=True)
    outcome = serializers.CharField(source="review.outcome", default="", read_only=True)
    words = serializers.CharField(source="review.words", default="", read_only=True)

    class Meta:
        model = Submission
        fields = (
            "number", "digest", "submitted_at", "withdrawn_at", "signed_at", "receipt_number", "outcome", "words",
        )  # fmt: skip
        read_only_fields: Any = fields


class DraftSerializer(serializers.Serializer[Any]):
    blocks = BlockSerializer(many=True)
    answers = AnswerSerializer(many=True)
    reopened = serializers.ListField(child=serializers.IntegerField(), allow_null=True)


class SelfCheckSerializer(SelfCheckRow):
    """`draft` is what the institution's people are writing, null for everybody else; `signed` is the whole of the
    last signed version, null before there is one."""

    versions = serializers.SerializerMethodField()
    draft = serializers.SerializerMethodField()
    signed = serializers.SerializerMethodField()

    class Meta(SelfCheckRow.Meta):
        fields = (*SelfCheckRow.Meta.fields, "versions", "draft", "signed")  # type: ignore[assignment]
        read_only_fields: Any = fields

    @extend_schema_field(VersionSerializer(many=True))
    def get_versions(self, self_check: SelfCheck) -> Any:
        versions = [row for row in self_check.submissions.all() if self._fills(self_check) or hasattr(row, "signature")]
        return VersionSerializer(versions, many=True).data

    @extend_schema_field(DraftSerializer(allow_null=True))
    def get_draft(self, self_check: SelfCheck) -> Any:
        if not self._fills(self_check):
            return None
        rows = {
            "blocks": self_check.blocks.select_related("certificate"),
            "answers": self_check.answers.all(),
            "reopened": self_check.reopened,
        }
        return DraftSerializer(rows).data

    @extend_schema_field(serializers.JSONField(allow_null=True))
    def get_signed(self, self_check: SelfCheck) -> Any:
        version = submitting.last_signed(self_check)
        return json.loads(version.text) if version else None

    def _fills(self, self_check: SelfCheck) -> bool:
        return can(self._user, "fill", self_check)


class AnswerInput(serializers.Serializer[Any]):
    """Only what changes; `base` is the revision that was read."""

    base = WholeNumberField(min_value=0, label="修订")
    choice = serializers.ChoiceField(choices=Choice.choices, allow_blank=True, required=False, label="是否发现问题")
    description = serializers.CharField(required=False, allow_blank=True, max_length=filling.LONGEST_TEXT)
    cause = serializers.CharField(required=False, allow_blank=True, max_length=filling.LONGEST_TEXT)
    measure = serializers.CharField(required=False, allow_blank=True, max_length=filling.LONGEST_TEXT)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=filling.LONGEST_TEXT)
    due_on = serializers.DateField(required=False, allow_null=True, label="整改完成日期")


class BlockInput(serializers.Serializer[Any]):
    base = WholeNumberField(min_value=0, label="修订")
    values = serializers.DictField(label="内容", help_text="栏目代码 → 文字；多个姓名的栏目为列表")


class GapSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField(help_text="0 表示基本信息")
    field = serializers.CharField()
    words = serializers.CharField(source="__str__")


class ReturnInput(serializers.Serializer[Any]):
    items = serializers.DictField(
        child=serializers.CharField(max_length=500), allow_empty=False, label="退回项目",
        help_text="项目序号（0 为基本信息）→ 退回理由",
    )  # fmt: skip
    words = serializers.CharField(required=False, allow_blank=True, max_length=500, label="审核意见")

    def validate_items(self, items: dict[str, str]) -> dict[int, str]:
        if not all(key.isascii() and key.isdigit() and len(key) < 4 for key in items):
            raise serializers.ValidationError("项目序号应为数字。")
        return {int(key): why for key, why in items.items()}


class AcceptInput(serializers.Serializer[Any]):
    words = serializers.CharField(required=False, allow_blank=True, max_length=500, label="审核意见")


class SelfCheckFilter(django_filters.FilterSet):
    round = django_filters.NumberFilter(field_name="round_id", label="自查轮次")
    state = django_filters.ChoiceFilter(choices=SelfCheckState.choices, label="状态")

    class Meta:
        model = SelfCheck
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(summary="机构自查"), retrieve=extend_schema(summary="一家机构的自查：版本、草稿、已签署的内容")
)
class SelfCheckView(ReadView):
    model = SelfCheck
    serializer_class = SelfCheckRow
    detail_serializer_class = SelfCheckSerializer
    filterset_class = SelfCheckFilter
    ordering_fields = ("began_at", "handed_in_at")
    refusals = (SelfCheckError,)

    def rows(self) -> QuerySet[SelfCheck]:
        seen = SelfCheck.objects.visible_to(self.user).select_related("round__form", "institution", "county")
        if self.action == "list":
            return seen.defer("round__form__content")
        versions = Submission.objects.select_related("signature", "review").defer("text")
        return seen.prefetch_related(Prefetch("submissions", versions))

    @extend_schema(summary="开始填报", request=None, responses={200: SelfCheckSerializer, **REFUSED})
    @action(detail=True, methods=["post"])
    def begin(self, request: Request, pk: int) -> Response:
        filling.begin(self._own(), by=self.user)
        return self._answer()

    @extend_schema(summary="保存一项回答", request=AnswerInput, responses={200: AnswerSerializer, **REFUSED})
    @action(detail=True, methods=["patch"], url_path="answers/<int:item>")
    def answer(self, request: Request, pk: int, item: int) -> Response:
        values = self._given(AnswerInput)
        saved = filling.save_answer(self._own(), item, values, base=values.pop("base"), by=self.user)
        return Response(AnswerSerializer(saved).data)

    @extend_schema(summary="保存一块表头", request=BlockInput, responses={200: BlockSerializer, **REFUSED})
    @action(detail=True, methods=["patch"], url_path="blocks/<int:block>")
    def block(self, request: Request, pk: int, block: int) -> Response:
        found = get_object_or_404(self._own().blocks, pk=block)
        return Response(BlockSerializer(filling.save_header(found, **self._given(BlockInput), by=self.user)).data)

    @extend_schema(summary="还缺什么", responses=GapSerializer(many=True))
    @action(detail=True)
    def gaps(self, request: Request, pk: int) -> Response:
        return Response(GapSerializer(what_is_missing(self._own()), many=True).data)

    @extend_schema(summary="提交，等待法定代表人签署", request=None, responses={201: VersionSerializer, **REFUSED})
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: int) -> Response:
        return Response(VersionSerializer(submitting.submit(self._own(), by=self.user)).data, status.HTTP_201_CREATED)

    @extend_schema(summary="撤回未签署的版本", request=None, responses={200: SelfCheckSerializer, **REFUSED})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        version = submitting.waiting_version(self._own())
        if version is None:
            raise SelfCheckError("没有等待签署的版本。")
        submitting.withdraw(version, by=self.user)
        return self._answer()

    @extend_schema(summary="审核通过", request=AcceptInput, responses={200: SelfCheckSerializer, **REFUSED})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        self_check = self.get_object()
        require(self.user, "review", self_check)
        reviewing.accept(self_check, **self._given(AcceptInput), by=self.user)
        return self._answer()

    @extend_schema(summary="退回补正", request=ReturnInput, responses={200: SelfCheckSerializer, **REFUSED})
    @action(detail=True, methods=["post"], url_path="return")
    def return_items(self, request: Request, pk: int) -> Response:
        self_check = self.get_object()
        require(self.user, "review", self_check)
        reviewing.return_items(self_check, **self._given(ReturnInput), by=self.user)
        return self._answer()

    def _own(self) -> SelfCheck:
        self_check: SelfCheck = self.get_object()
        require(self.user, "fill", self_check)
        return self_check

    def _given(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        given = shape(data=self.request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def _answer(self) -> Response:
        return Response(SelfCheckSerializer(self.get_object(), context=self.get_serializer_context()).data)


class SelfFoundProblemSerializer(ApiSerializer):
    institution = InstitutionReference(source="self_check.institution", read_only=True)

    class Meta:
        model = Problem
        fields = (
            "id", "self_check", "institution", "item", "description", "cause", "measure", "due_on", "state",
            "mended_on", "result", "words",
        )  # fmt: skip
        read_only_fields: Any = fields


class ProblemFilter(django_filters.FilterSet):
    round = django_filters.NumberFilter(field_name="self_check__round_id", label="自查轮次")
    state = django_filters.ChoiceFilter(choices=Problem.State.choices, label="状态")

    class Meta:
        model = Problem
        fields: list[str] = []


class MendedInput(serializers.Serializer[Any]):
    mended_on = serializers.DateField(label="实际完成日期")
    result = serializers.CharField(max_length=filling.LONGEST_TEXT, label="整改结果")


class DecisionInput(serializers.Serializer[Any]):
    is_mended = serializers.BooleanField(label="已整改到位")
    words = serializers.CharField(required=False, allow_blank=True, max_length=500, label="意见")


@extend_schema_view(list=extend_schema(summary="自查发现的问题"), retrieve=extend_schema(summary="一个自查问题"))
class ProblemView(ReadView):
    model = Problem
    serializer_class = SelfFoundProblemSerializer
    filterset_class = ProblemFilter
    ordering_fields = ("due_on",)
    refusals = (SelfCheckError,)

    def rows(self) -> QuerySet[Problem]:
        seen = Problem.objects.filter(self_check__in=SelfCheck.objects.visible_to(self.user))
        return seen.select_related("self_check__institution")

    @extend_schema(summary="报告整改完成", request=MendedInput, responses={200: SelfFoundProblemSerializer, **REFUSED})
    @action(detail=True, methods=["post"])
    def report(self, request: Request, pk: int) -> Response:
        problem = self.get_object()
        require(self.user, "report", problem)
        given = MendedInput(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(
            SelfFoundProblemSerializer(reviewing.report_mended(problem, **given.validated_data, by=self.user)).data
        )

    @extend_schema(
        summary="确认或退回整改", request=DecisionInput, responses={200: SelfFoundProblemSerializer, **REFUSED}
    )
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: int) -> Response:
        problem = self.get_object()
        require(self.user, "decide", problem)
        given = DecisionInput(data=request.data)
        given.is_valid(raise_exception=True)
        decide = reviewing.confirm_mended if given.validated_data["is_mended"] else reviewing.reject_mended
        words = given.validated_data.get("words", "")
        return Response(SelfFoundProblemSerializer(decide(problem, words=words, by=self.user)).data)
