"""Forms over the API: read only, they are edited in the browser."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers

from accounts.api.fields import ApiSerializer
from accounts.api.views import ReadView
from selftest.models import FormTemplate


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
