"""Draws: what was frozen, who contributed, and, for those who may see it, what came out."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.errors import Problem
from accounts.api.fields import ApiSerializer, BureauReference
from accounts.api.views import ApiMixin, ReadView
from accounts.rules import can, require
from campaigns import drawing
from campaigns.api.plans import CampaignReference
from campaigns.errors import CampaignError
from campaigns.models import Contribution, Draw, DrawnInstitution
from campaigns.states import DrawState


class DrawFilter(django_filters.FilterSet):
    campaign = django_filters.NumberFilter(field_name="campaign_id", label="活动")
    state = django_filters.ChoiceFilter(
        choices=[choice for choice in DrawState.choices if choice[0] != DrawState.VOID], label="状态"
    )

    class Meta:
        model = Draw
        fields: list[str] = []


class ContributionSerializer(ApiSerializer):
    """The value is told only once the draw is done and only to those who may see the result."""

    bureau = BureauReference(read_only=True, allow_null=True)
    is_given = serializers.SerializerMethodField()
    given_by = serializers.CharField(source="given_by.name", default=None, allow_null=True, read_only=True)

    class Meta:
        model = Contribution
        fields = ("id", "source", "kind", "bureau", "is_given", "given_by", "given_at")
        read_only_fields: Any = fields

    def get_is_given(self, contribution: Contribution) -> bool:
        return bool(contribution.value)


class ContributionWithValue(ContributionSerializer):
    class Meta(ContributionSerializer.Meta):
        fields = (*ContributionSerializer.Meta.fields, "value", "commitment")  # type: ignore[assignment]
        read_only_fields: Any = fields


class DrawRow(ApiSerializer):
    campaign = CampaignReference(read_only=True)

    class Meta:
        model = Draw
        fields = ("id", "code", "campaign", "state", "commitment", "frozen_at", "drawn_at")
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
    contributions = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField()

    class Meta(DrawRow.Meta):
        fields = (*DrawRow.Meta.fields, "manifest", "contributions", "result")  # type: ignore[assignment]
        read_only_fields: Any = fields

    @extend_schema_field(ContributionWithValue(many=True))
    def get_contributions(self, draw: Draw) -> Any:
        shape = ContributionWithValue if shows_result(self._user, draw) else ContributionSerializer
        return shape(draw.contributions.all(), many=True).data

    @extend_schema_field(serializers.ListSerializer[Any](child=DrawnSerializer(), allow_null=True))
    def get_result(self, draw: Draw) -> Any:
        if not shows_result(self._user, draw):
            return None
        return DrawnSerializer(draw.drawn_institutions.all(), many=True).data


def shows_result(user: Any, draw: Draw) -> bool:
    return draw.state == DrawState.DRAWN and can(user, "see_result", draw.campaign)


class ContributionInput(serializers.Serializer[Any]):
    value = serializers.CharField(max_length=drawing.VALUE_LENGTH, label="数值")


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
        draws = Draw.objects.visible_to(self.user).exclude(state=DrawState.VOID).select_related("campaign__lead_bureau")
        if self.action == "list":
            return draws.defer("manifest")
        drawn = DrawnInstitution.objects.filter(is_reserve=False).select_related("institution__county")
        contributions = Contribution.objects.select_related("bureau", "given_by")
        return draws.prefetch_related(Prefetch("drawn_institutions", drawn), Prefetch("contributions", contributions))

    @extend_schema(summary="抽取全文，供 python -m campaigns.draw verify 验证", responses={200: OpenApiTypes.OBJECT})
    @action(detail=True)
    def transcript(self, request: Request, pk: int) -> HttpResponse:
        draw = self.get_object()
        require(self.user, "see_result", draw.campaign)
        if draw.state != DrawState.DRAWN:
            raise Http404
        headers = {"Content-Disposition": f'attachment; filename="{draw.code}.transcript.json"'}
        return HttpResponse(draw.transcript.text, content_type="application/json; charset=utf-8", headers=headers)


class ContributionView(ApiMixin, GenericViewSet[Contribution]):
    queryset = Contribution.objects.none()
    serializer_class = ContributionSerializer
    lookup_value_converter = "int"
    filter_backends = ()
    refusals = (CampaignError,)

    @extend_schema(
        summary="提交随机数，一次为定", request=ContributionInput, responses={200: ContributionSerializer, 409: Problem}
    )
    @action(detail=True, methods=["post"])
    def give(self, request: Request, pk: int) -> Response:
        draws = Draw.objects.visible_to(self.user)
        rows = Contribution.objects.filter(draw__in=draws).select_related("draw__campaign", "bureau")
        contribution = get_object_or_404(rows, pk=pk)
        require(self.user, "give", contribution)
        given = ContributionInput(data=request.data)
        given.is_valid(raise_exception=True)
        done = drawing.give_contribution(contribution, value=given.validated_data["value"], by=self.user)
        return Response(ContributionSerializer(done).data)
