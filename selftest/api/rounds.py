"""Rounds over the API: planned, opened and closed by the lead bureau; how far they have come."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Problem as Refusal
from accounts.api.fields import ApiSerializer, WholeNumberField
from accounts.api.views import ReadView
from accounts.rules import require
from campaigns.models import Campaign
from jobs.api import JobSerializer
from selftest import opening, progress, rounds
from selftest.content import Choice
from selftest.errors import SelfCheckError
from selftest.models import FormTemplate, Materials, Population, Round
from selftest.states import RoundState


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


class RoundInput(serializers.Serializer[Any]):
    campaign = serializers.CharField(max_length=40, label="抽查活动", help_text="活动编号")
    form = WholeNumberField(min_value=1, label="自查表")
    title = serializers.CharField(max_length=120, label="名称")
    population = serializers.ChoiceField(choices=Population.choices, required=False, label="自查机构")
    deadline = serializers.DateField(label="截止日期")
    needs_letter = serializers.BooleanField(required=False, label="须签署诚信守法承诺书")
    materials = serializers.ChoiceField(choices=Materials.choices, required=False, label="证明材料")


class FiguresSerializer(serializers.Serializer[Any]):
    """Numbers of self-checks: asked, in each state, handed in, late, with problems that they found themselves."""

    code = serializers.CharField(help_text="区划代码前缀或领域代码")
    figures = serializers.DictField(child=serializers.IntegerField())


class ItemFiguresSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    yes = serializers.IntegerField(help_text="是：发现问题")
    no = serializers.IntegerField(help_text="否")
    na = serializers.IntegerField(help_text="不适用")


class ProgressSerializer(serializers.Serializer[Any]):
    area = serializers.CharField(help_text="区划代码前缀")
    counted_at = serializers.DateTimeField(allow_null=True, help_text="为空表示即时统计")
    figures = serializers.DictField(child=serializers.IntegerField())
    parts = FiguresSerializer(many=True)
    domains = FiguresSerializer(many=True)
    items = ItemFiguresSerializer(many=True)


@extend_schema_view(list=extend_schema(summary="自查轮次"), retrieve=extend_schema(summary="一轮自查"))
class RoundView(ReadView):
    model = Round
    serializer_class = RoundRow
    filterset_class = RoundFilter
    ordering_fields = ("deadline", "opened_at")
    refusals = (SelfCheckError,)

    def rows(self) -> QuerySet[Round]:
        return Round.objects.visible_to(self.user).select_related("campaign", "form")

    @extend_schema(summary="筹备一轮自查", request=RoundInput, responses={201: RoundRow, 409: Refusal})
    def create(self, request: Request) -> Response:
        given = RoundInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        campaign = get_object_or_404(Campaign.objects.visible_to(self.user), number=values.pop("campaign"))
        values["form"] = get_object_or_404(FormTemplate.objects.visible_to(self.user), pk=values["form"])
        return Response(RoundRow(rounds.create_round(campaign, by=self.user, **values)).data, status.HTTP_201_CREATED)

    @extend_schema(summary="启动：请范围内的机构自查", request=None, responses={202: JobSerializer, 409: Refusal})
    @action(detail=True, methods=["post"])
    def open(self, request: Request, pk: int) -> Response:
        round = self._run()
        if problem := opening.why_not_open(round):
            raise SelfCheckError(problem)
        return Response(JobSerializer(opening.ask_to_open(round, by=self.user)).data, status.HTTP_202_ACCEPTED)

    @extend_schema(summary="结束本轮自查", request=None, responses={200: RoundRow, 409: Refusal})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: int) -> Response:
        return Response(RoundRow(rounds.close_round(self._run(), by=self.user)).data)

    @extend_schema(
        summary="进展：按地区、领域和项目",
        parameters=[OpenApiParameter("area", str, description="区划代码前缀；不填为本人可见的最大范围")],
        responses=ProgressSerializer,
    )
    @action(detail=True)
    def progress(self, request: Request, pk: int) -> Response:
        round = self.get_object()
        top = progress.widest_area(round, self.user)
        area = request.query_params.get("area", top)
        if not progress.is_area(area, top):
            raise Http404
        return Response(ProgressSerializer(_progress(round, area)).data)

    def _run(self) -> Round:
        round: Round = self.get_object()
        require(self.user, "run", round)
        return round


def _progress(round: Round, area: str) -> dict[str, Any]:
    found = progress.progress_of(round, area)
    return {
        "area": area,
        "counted_at": found.counted_at,
        "figures": found.figures.progress,
        "parts": [{"code": code, "figures": figures} for code, figures in found.parts],
        "domains": [{"code": code, "figures": figures} for code, figures in sorted(found.figures.domains.items())],
        "items": [{"item": item} | _choices(found.figures.items.get(item) or {}) for item in round.form.parsed.numbers],
    }


def _choices(counted: Mapping[str, int]) -> dict[str, int]:
    return {choice: counted.get(choice, 0) for choice in Choice.values}
