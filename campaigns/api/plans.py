"""Campaigns with their plans, what a plan would give, and the steps that move a campaign on."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.errors import Problem
from accounts.api.fields import ApiSerializer, BureauReference
from accounts.api.views import ApiMixin, ReadView
from accounts.rules import can, require
from campaigns import approvals, planning, queries, transitions
from campaigns.api.approvals import ApprovalSerializer
from campaigns.api.matters import MatterReference
from campaigns.errors import CampaignError, WrongState
from campaigns.filters import CampaignFilter
from campaigns.models import (
    Act,
    BasisDocument,
    Campaign,
    Exclusion,
    LineAgreement,
    PlanLine,
    Source,
    Stage,
    TeamSlot,
)
from campaigns.states import CampaignState
from institutions.api import DomainReference
from jobs.api import JobSerializer
from jobs.models import Job

PLANNED = {CampaignState.DRAFT, CampaignState.NEGOTIATING}
JOBS = ("campaigns.freeze", "campaigns.list", "campaigns.draw", "campaigns.supplement")
STEPS = (
    "edit",
    "propose",
    "withdraw",
    "freeze",
    "list",
    "supplement",
    "dispatch",
    "see_preview",
    "see_result",
    "download",
)
RATIOS = {"type": "object", "additionalProperties": {"type": "string"}}
LOTS = {"type": "object", "additionalProperties": {"type": "integer"}}


class CampaignReference(ApiSerializer):
    class Meta:
        model = Campaign
        fields = ("id", "number", "title")


class CampaignRow(ApiSerializer):
    lead_bureau = BureauReference(read_only=True)

    class Meta:
        model = Campaign
        fields = ("id", "number", "title", "year", "kind", "lead_bureau", "issued_on", "state")
        read_only_fields: Any = fields


class StageSerializer(ApiSerializer):
    class Meta:
        model = Stage
        fields = ("kind", "name", "starts_on", "ends_on", "is_soft")


class BasisDocumentSerializer(ApiSerializer):
    class Meta:
        model = BasisDocument
        fields = ("title", "number")


class SourceSerializer(ApiSerializer):
    bureau = BureauReference(read_only=True, allow_null=True)

    class Meta:
        model = Source
        fields = ("kind", "bureau", "name")


class ExclusionSerializer(ApiSerializer):
    words = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = Exclusion
        fields = ("kind", "department", "words")


class TeamSlotSerializer(ApiSerializer):
    source = serializers.CharField(source="source_label", read_only=True)  # type: ignore[assignment]

    class Meta:
        model = TeamSlot
        fields = ("role", "source", "number")


class AgreementSerializer(ApiSerializer):
    bureau = BureauReference(read_only=True)
    decided_by = serializers.CharField(source="decided_by.name", default=None, allow_null=True, read_only=True)

    class Meta:
        model = LineAgreement
        fields = ("id", "bureau", "state", "words", "decided_by", "decided_at")
        read_only_fields: Any = fields


class PlanLineSerializer(ApiSerializer):
    domain = DomainReference(read_only=True, allow_null=True)
    lead_bureau = BureauReference(read_only=True)
    partners = BureauReference(many=True, read_only=True)
    matters = MatterReference(many=True, read_only=True)
    exclusions = ExclusionSerializer(many=True, read_only=True)
    slots = TeamSlotSerializer(many=True, read_only=True)
    agreements = AgreementSerializer(many=True, read_only=True)
    ratio_by_class = extend_schema_field(RATIOS)(serializers.JSONField)(read_only=True)
    lots_by_class = extend_schema_field(LOTS)(serializers.JSONField)(read_only=True)

    class Meta:
        model = PlanLine
        fields = (
            "code", "title", "domain", "takes_rest", "level", "lead_bureau", "partners", "matters", "size_kind", "count",
            "ratio", "ratio_by_class", "rounding", "stated_count", "key_target_rule", "key_target_lots", "lots_by_class",
            "reserve", "exclusions", "slots", "agreements",
        )  # fmt: skip


class CampaignSerializer(CampaignRow):
    """`may` names what the caller may do now; `waiting_for` says in words what holds the campaign up."""

    parent = serializers.SerializerMethodField()  # type: ignore[assignment]
    looks_back_at = CampaignReference(many=True, read_only=True)
    issuers = serializers.SerializerMethodField()
    basis_documents = BasisDocumentSerializer(many=True, read_only=True)
    stages = StageSerializer(many=True, read_only=True)
    sources = SourceSerializer(many=True, read_only=True)
    lines = PlanLineSerializer(many=True, read_only=True)
    waiting_for = serializers.SerializerMethodField()
    may = serializers.SerializerMethodField()

    class Meta(CampaignRow.Meta):
        fields = (  # type: ignore[assignment]
            *CampaignRow.Meta.fields, "parent", "draws_lots", "looks_back_at", "document_number", "description", "discipline", "notice_window", "publishes_plan",
            "publishes_drawn_list", "publishes_results", "overall_ratio", "overall_count", "quota_count", "quota_mode",
            "tasks_per_inspector", "objection_days", "reveal_hours", "discloses_on", "explains_draw", "frozen_at",
            "drawn_at", "dispatched_at", "issuers", "basis_documents", "stages", "sources", "lines", "waiting_for", "may",
        )  # fmt: skip
        read_only_fields: Any = fields

    def get_parent(self, campaign: Campaign) -> str | None:
        """The title of the campaign that this one serves."""
        return campaign.parent.title if campaign.parent else None

    @extend_schema_field(BureauReference(many=True))
    def get_issuers(self, campaign: Campaign) -> Any:
        return BureauReference([issuer.bureau for issuer in campaign.issuers.all()], many=True).data

    def get_waiting_for(self, campaign: Campaign) -> str:
        return queries.waiting_for(campaign)

    def get_may(self, campaign: Campaign) -> list[str]:
        return [step for step in STEPS if can(self._user, step, campaign)]


class ProblemOfPlan(serializers.Serializer[Any]):
    level = serializers.ChoiceField(choices=["error", "warning"])
    text = serializers.CharField()
    line_code = serializers.CharField()


class SupplySerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    role = serializers.CharField()
    places = serializers.IntegerField()
    people = serializers.IntegerField()


class ExcludedSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(source="0")
    count = serializers.IntegerField(source="1")


class LinePreviewSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(source="line.code")
    sentence = serializers.CharField()
    considered = serializers.IntegerField()
    excluded = serializers.SerializerMethodField()
    population = serializers.IntegerField()
    size = serializers.IntegerField()
    shortfall = serializers.IntegerField()
    key_targets = serializers.IntegerField()
    received = serializers.IntegerField()
    inside = serializers.IntegerField()
    supplement = serializers.IntegerField()
    supply = SupplySerializer(many=True)
    problems = ProblemOfPlan(many=True)

    @extend_schema_field(ExcludedSerializer(many=True))
    def get_excluded(self, preview: planning.LinePreview) -> list[dict[str, object]]:
        return [{"reason": reason, "count": count} for reason, count in preview.excluded]


class PreviewSerializer(serializers.Serializer[Any]):
    population = serializers.IntegerField()
    size = serializers.IntegerField()
    lines = LinePreviewSerializer(many=True)
    problems = ProblemOfPlan(many=True)


class AnswerInput(serializers.Serializer[Any]):
    agrees = serializers.BooleanField(label="同意")
    words = serializers.CharField(max_length=300, required=False, allow_blank=True, default="", label="说明")


MOVED = {200: CampaignSerializer, 409: Problem}


@extend_schema_view(list=extend_schema(summary="抽查活动"), retrieve=extend_schema(summary="一次抽查活动及其计划"))
class CampaignView(ReadView):
    model = Campaign
    serializer_class = CampaignRow
    detail_serializer_class = CampaignSerializer
    filterset_class = CampaignFilter
    ordering_fields = ("title", "number", "year", "issued_on", "state")
    refusals = (CampaignError,)

    def rows(self) -> QuerySet[Campaign]:
        campaigns = Campaign.objects.visible_to(self.user).select_related("lead_bureau__region", "parent")
        if self.action == "list":
            return campaigns
        return campaigns.prefetch_related(
            "looks_back_at", "issuers__bureau", "basis_documents", "stages", "sources__bureau", "lines__domain", "lines__lead_bureau",
            "lines__partners", "lines__matters", "lines__exclusions__department", "lines__slots__bureau",
            "lines__slots__county_department", "lines__agreements__bureau", "lines__agreements__decided_by",
        )  # fmt: skip

    @extend_schema(
        summary="冻结前试算：每个条目的检查对象、排除、家数、人员负荷和问题",
        responses={200: PreviewSerializer, 409: Problem},
    )
    @action(detail=True)
    def preview(self, request: Request, pk: int) -> Response:
        campaign = self.get_object()
        require(self.user, "see_preview", campaign)
        if campaign.state not in PLANNED:
            raise WrongState("两库已冻结，不再试算；请看抽取。")
        return Response(PreviewSerializer(planning.preview_plan(campaign)).data)

    @extend_schema(summary="提请协商", request=None, responses=MOVED)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: int) -> Response:
        return self._move("propose", transitions.propose)

    @extend_schema(summary="撤回修改", request=None, responses=MOVED)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        return self._move("withdraw", transitions.withdraw)

    @extend_schema(summary="派发任务", request=None, responses=MOVED)
    @action(detail=True, methods=["post"], url_path="dispatch", url_name="dispatch")
    def dispatch_tasks(self, request: Request, pk: int) -> Response:
        return self._move("dispatch", transitions.dispatch)

    @extend_schema(
        summary="提请冻结两库，由另一人审批后进行", request=None, responses={201: ApprovalSerializer, 409: Problem}
    )
    @action(detail=True, methods=["post"])
    def freeze(self, request: Request, pk: int) -> Response:
        campaign = self.get_object()
        require(self.user, "freeze", campaign)
        approval = approvals.propose_act(campaign, Act.FREEZE, by=self.user)
        return Response(ApprovalSerializer(approval).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary="不抽取的活动：提请列入全部对象，由另一人审批后进行",
        request=None,
        responses={201: ApprovalSerializer, 409: Problem},
    )
    @action(detail=True, methods=["post"], url_path="list", url_name="list-all")
    def list_everybody(self, request: Request, pk: int) -> Response:
        campaign = self.get_object()
        require(self.user, "list", campaign)
        approval = approvals.propose_act(campaign, Act.LIST, by=self.user)
        return Response(ApprovalSerializer(approval).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary="冻结或抽取的进展", responses={200: JobSerializer},
        parameters=[OpenApiParameter("job_pk", OpenApiTypes.INT, OpenApiParameter.PATH)],
    )  # fmt: skip
    @action(detail=True, url_path="jobs/<int:job_pk>", url_name="job")
    def job(self, request: Request, pk: int, job_pk: int) -> Response:
        campaign = self.get_object()
        keys = [queries.job_key(campaign, kind) for kind in JOBS]
        return Response(JobSerializer(get_object_or_404(Job, pk=job_pk, key__in=keys)).data)

    def _move(self, step: str, move: Callable[..., Campaign]) -> Response:
        campaign = self.get_object()
        require(self.user, step, campaign)
        move(campaign, by=self.user)
        return Response(CampaignSerializer(self.get_object(), context=self.get_serializer_context()).data)


class AgreementView(ApiMixin, GenericViewSet[LineAgreement]):
    queryset = LineAgreement.objects.none()
    serializer_class = AgreementSerializer
    lookup_value_converter = "int"
    filter_backends = ()
    refusals = (CampaignError,)

    @extend_schema(
        summary="配合单位答复一个条目", request=AnswerInput, responses={200: AgreementSerializer, 409: Problem}
    )
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: int) -> Response:
        campaigns = Campaign.objects.visible_to(self.user)
        agreements = LineAgreement.objects.filter(line__campaign__in=campaigns).select_related("line__campaign")
        agreement = get_object_or_404(agreements, pk=pk)
        require(self.user, "answer", agreement)
        given = AnswerInput(data=request.data)
        given.is_valid(raise_exception=True)
        answered = transitions.answer(agreement, **given.validated_data, by=self.user)
        return Response(AgreementSerializer(answered).data)
