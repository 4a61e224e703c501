"""Problems that institutions found themselves: reported as mended, confirmed or sent back."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Problem as Refusal
from accounts.api.fields import ApiSerializer
from accounts.api.views import ReadView
from accounts.rules import require
from selftest import filling, reviewing
from selftest.api.shapes import InstitutionReference
from selftest.errors import SelfCheckError
from selftest.models import Problem, SelfCheck


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

    @extend_schema(
        summary="报告整改完成", request=MendedInput, responses={200: SelfFoundProblemSerializer, 409: Refusal}
    )
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
        summary="确认或退回整改", request=DecisionInput, responses={200: SelfFoundProblemSerializer, 409: Refusal}
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
