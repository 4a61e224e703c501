"""One institution's self-check over the API: filled, signed and reviewed by the same rules as on the pages.

A draft is its institution's alone; a bureau reads what was signed.
"""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Problem as Refusal
from accounts.api.views import ReadView
from accounts.rules import require
from selftest import filling, reviewing, submitting
from selftest.api.files import FileActions
from selftest.api.shapes import (
    AcceptInput,
    AnswerInput,
    AnswerSerializer,
    BlockInput,
    BlockSerializer,
    CommentInput,
    CommentSerializer,
    GapSerializer,
    ReturnInput,
    SelfCheckRow,
    SelfCheckSerializer,
    VersionSerializer,
)
from selftest.completeness import what_is_missing
from selftest.errors import SelfCheckError
from selftest.models import SelfCheck, Submission
from selftest.states import SelfCheckState


class SelfCheckFilter(django_filters.FilterSet):
    round = django_filters.NumberFilter(field_name="round_id", label="自查轮次")
    state = django_filters.ChoiceFilter(choices=SelfCheckState.choices, label="状态")

    class Meta:
        model = SelfCheck
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(summary="机构自查"), retrieve=extend_schema(summary="一家机构的自查：版本、草稿、已签署的内容")
)
class SelfCheckView(FileActions, ReadView):
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

    @extend_schema(summary="开始填报", request=None, responses={200: SelfCheckSerializer, 409: Refusal})
    @action(detail=True, methods=["post"])
    def begin(self, request: Request, pk: int) -> Response:
        filling.begin(self._own(), by=self.user)
        return self._answer()

    @extend_schema(summary="保存一项回答", request=AnswerInput, responses={200: AnswerSerializer, 409: Refusal})
    @action(detail=True, methods=["patch"], url_path="answers/<int:item>")
    def answer(self, request: Request, pk: int, item: int) -> Response:
        values = self._given(AnswerInput)
        saved = filling.save_answer(self._own(), item, values, base=values.pop("base"), by=self.user)
        return Response(AnswerSerializer(saved).data)

    @extend_schema(summary="保存一块表头", request=BlockInput, responses={200: BlockSerializer, 409: Refusal})
    @action(detail=True, methods=["patch"], url_path="blocks/<int:block>")
    def block(self, request: Request, pk: int, block: int) -> Response:
        found = get_object_or_404(self._own().blocks, pk=block)
        return Response(BlockSerializer(filling.save_header(found, **self._given(BlockInput), by=self.user)).data)

    @extend_schema(summary="给本机构同事留言", request=CommentInput, responses={201: CommentSerializer, 409: Refusal})
    @action(detail=True, methods=["post"])
    def comments(self, request: Request, pk: int) -> Response:
        comment = filling.add_comment(self._own(), **self._given(CommentInput), by=self.user)
        return Response(CommentSerializer(comment).data, status.HTTP_201_CREATED)

    @extend_schema(summary="还缺什么", responses=GapSerializer(many=True))
    @action(detail=True)
    def gaps(self, request: Request, pk: int) -> Response:
        return Response(GapSerializer(what_is_missing(self._own()), many=True).data)

    @extend_schema(summary="提交，等待法定代表人签署", request=None, responses={201: VersionSerializer, 409: Refusal})
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: int) -> Response:
        return Response(VersionSerializer(submitting.submit(self._own(), by=self.user)).data, status.HTTP_201_CREATED)

    @extend_schema(summary="撤回未签署的版本", request=None, responses={200: SelfCheckSerializer, 409: Refusal})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        version = submitting.waiting_version(self._own())
        if version is None:
            raise SelfCheckError("没有等待签署的版本。")
        submitting.withdraw(version, by=self.user)
        return self._answer()

    @extend_schema(summary="审核通过", request=AcceptInput, responses={200: SelfCheckSerializer, 409: Refusal})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        self_check = self.get_object()
        require(self.user, "review", self_check)
        reviewing.accept(self_check, **self._given(AcceptInput), by=self.user)
        return self._answer()

    @extend_schema(summary="退回补正", request=ReturnInput, responses={200: SelfCheckSerializer, 409: Refusal})
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
