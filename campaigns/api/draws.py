"""Draws: what was frozen, who contributed, and, for those who may see it, what came out."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.errors import Problem
from accounts.api.fields import ApiSerializer, BureauReference
from accounts.api.views import ApiMixin, ReadView
from accounts.rules import can, require
from campaigns import approvals, contributing, transcripts
from campaigns.api.approvals import ApprovalSerializer
from campaigns.api.plans import CampaignReference
from campaigns.errors import CampaignError
from campaigns.models import Act, Contribution, Draw, DrawnInstitution
from campaigns.states import DrawState


class DrawFilter(django_filters.FilterSet):
    campaign = django_filters.NumberFilter(field_name="campaign_id", label="活动")
    state = django_filters.ChoiceFilter(choices=DrawState.choices, label="状态")

    class Meta:
        model = Draw
        fields: list[str] = []


class ContributionSerializer(ApiSerializer):
    """Commitments and revealed values are public from the moment they are given (draw-protocol.md section 7)."""

    bureau = BureauReference(read_only=True, allow_null=True)
    given_by = serializers.CharField(source="given_by.name", default=None, allow_null=True, read_only=True)

    class Meta:
        model = Contribution
        fields = (
            "id", "source", "kind", "bureau", "commitment", "committed_at", "value", "origin", "occurred_at",
            "given_by", "given_at", "refused_at",
        )  # fmt: skip
        read_only_fields: Any = fields


class DrawRow(ApiSerializer):
    campaign = CampaignReference(read_only=True)

    class Meta:
        model = Draw
        fields = (
            "id", "code", "campaign", "kind", "state", "commitment", "frozen_at", "objections_until", "reveal_until",
            "drawn_at", "result_digest", "disclosed_at", "voided_at", "void_reason",
        )  # fmt: skip
        read_only_fields: Any = fields


class DrawnSerializer(ApiSerializer):
    name = serializers.CharField(source="institution.name", read_only=True)
    identifier = serializers.CharField(source="institution.identifier", read_only=True)
    county = serializers.CharField(source="institution.county.name", read_only=True)

    class Meta:
        model = DrawnInstitution
        fields = ("line_code", "cell", "rank", "ticket", "institution", "name", "identifier", "county")
        read_only_fields: Any = fields


class DrawSerializer(DrawRow):
    """`result` is null for those who may not see it (yet); reserves are told to nobody before they are needed."""

    manifest = extend_schema_field(OpenApiTypes.OBJECT)(serializers.JSONField)(read_only=True)
    contributions = ContributionSerializer(many=True, read_only=True)
    result = serializers.SerializerMethodField()

    class Meta(DrawRow.Meta):
        fields = (*DrawRow.Meta.fields, "manifest", "contributions", "result")  # type: ignore[assignment]
        read_only_fields: Any = fields

    @extend_schema_field(serializers.ListSerializer[Any](child=DrawnSerializer(), allow_null=True))
    def get_result(self, draw: Draw) -> Any:
        if not shows_result(self._user, draw):
            return None
        return DrawnSerializer(draw.drawn_institutions.all(), many=True).data


def shows_result(user: Any, draw: Draw) -> bool:
    return draw.drawn_at is not None and can(user, "see_result", draw)


class CommitInput(serializers.Serializer[Any]):
    commitment = serializers.RegexField(r"^[0-9a-f]{64}$", label="承诺摘要")


class RevealInput(serializers.Serializer[Any]):
    value = serializers.CharField(max_length=contributing.VALUE_LENGTH, label="数值")


class PublicValueInput(RevealInput):
    origin = serializers.CharField(max_length=contributing.ORIGIN_LENGTH, label="出处")
    occurred_at = serializers.DateTimeField(label="产生时间")


class VoidInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500, label="作废理由", help_text="列入公开记录")


GIVEN = {200: ContributionSerializer, 409: Problem}


@extend_schema_view(
    list=extend_schema(summary="抽取"), retrieve=extend_schema(summary="一次抽取：规则清单、承诺摘要、随机数来源、结果")
)
class DrawView(ReadView):
    model = Draw
    serializer_class = DrawRow
    detail_serializer_class = DrawSerializer
    filterset_class = DrawFilter
    ordering_fields = ("code", "frozen_at", "drawn_at")
    refusals = (CampaignError,)

    def rows(self) -> QuerySet[Draw]:
        draws = Draw.objects.visible_to(self.user).select_related("campaign__lead_bureau")
        if self.action == "list":
            return draws.defer("manifest")
        drawn = DrawnInstitution.objects.filter(is_reserve=False).select_related("institution__county")
        contributions = Contribution.objects.select_related("bureau", "given_by")
        return draws.prefetch_related(Prefetch("drawn_institutions", drawn), Prefetch("contributions", contributions))

    @extend_schema(
        summary="抽取全文，公开之后才有，供 python -m campaigns.draw verify 验证", responses={200: OpenApiTypes.OBJECT}
    )
    @action(detail=True)
    def transcript(self, request: Request, pk: int) -> HttpResponseBase:
        draw = self.get_object()
        require(self.user, "see_result", draw)
        if draw.disclosed_at is None:
            raise Http404
        headers = {"Content-Disposition": f'attachment; filename="{draw.code}.transcript.json"'}
        return transcripts.answer(draw, headers=headers)

    @extend_schema(
        summary="提请抽取，由另一人审批后进行", request=None, responses={201: ApprovalSerializer, 409: Problem}
    )
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: int) -> Response:
        draw = self.get_object()
        require(self.user, "draw", draw)
        return self._proposed(draw, Act.DRAW)

    @extend_schema(
        summary="提请作废，由另一人审批后进行", request=VoidInput, responses={201: ApprovalSerializer, 409: Problem}
    )
    @action(detail=True, methods=["post"])
    def void(self, request: Request, pk: int) -> Response:
        draw = self.get_object()
        require(self.user, "void", draw)
        given = VoidInput(data=request.data)
        given.is_valid(raise_exception=True)
        return self._proposed(draw, Act.VOID, **given.validated_data)

    def _proposed(self, draw: Draw, act: Act, reason: str = "") -> Response:
        approval = approvals.propose_act(draw.campaign, act, draw=draw, reason=reason, by=self.user)
        return Response(ApprovalSerializer(approval).data, status.HTTP_201_CREATED)


class ContributionView(ApiMixin, GenericViewSet[Contribution]):
    queryset = Contribution.objects.none()
    serializer_class = ContributionSerializer
    lookup_value_converter = "int"
    filter_backends = ()
    refusals = (CampaignError,)

    @extend_schema(summary="公布承诺摘要", request=CommitInput, responses=GIVEN)
    @action(detail=True, methods=["post"])
    def commit(self, request: Request, pk: int) -> Response:
        return self._give(pk, "commit", CommitInput, contributing.commit_value)

    @extend_schema(summary="录入公开数值", request=PublicValueInput, responses=GIVEN)
    @action(detail=True, methods=["post"])
    def enter(self, request: Request, pk: int) -> Response:
        return self._give(pk, "enter", PublicValueInput, contributing.enter_public_value)

    @extend_schema(summary="揭示数值，须与承诺摘要相符", request=RevealInput, responses=GIVEN)
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, pk: int) -> Response:
        return self._give(pk, "reveal", RevealInput, contributing.reveal_value)

    def _give(
        self, pk: int, step: str, shape: type[serializers.Serializer[Any]], act: Callable[..., Contribution]
    ) -> Response:
        draws = Draw.objects.visible_to(self.user)
        rows = Contribution.objects.filter(draw__in=draws).select_related("draw__campaign", "bureau", "given_by")
        contribution = get_object_or_404(rows, pk=pk)
        require(self.user, step, contribution)
        given = shape(data=self.request.data)
        given.is_valid(raise_exception=True)
        return Response(ContributionSerializer(act(contribution, **given.validated_data, by=self.user)).data)
