"""What the API's addresses have in common: lists with pages, whitelisted orderings, and the pages' own filters."""

import re
from collections.abc import Sequence
from copy import copy
from typing import Any, ClassVar, cast

import django_filters
from django.db.models import Model, QuerySet
from django.utils.cache import patch_cache_control
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.models import User

PAGING = ("page", "page_size", "ordering")
_digits = re.compile(r"[0-9]{1,9}", re.ASCII).fullmatch


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any] | None:
        for name in ("page", "page_size"):
            if name in request.query_params and not _digits(request.query_params[name]):
                raise ValidationError({name: ["请填写数字。"]})
        return super().paginate_queryset(queryset, request, view)


class PageFilters(DjangoFilterBackend):
    """The same FilterSets as the pages'. A filter that does not exist, or not for this person, is refused rather than
    ignored: whoever asks for class D must not take the whole pool for it."""

    def get_filterset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> Any:
        found = super().get_filterset(request, queryset, view)
        known = dict(found.filters) if found else {}
        wrong = {
            name: ["没有这个筛选条件。"] for name in request.query_params if name not in known and name not in PAGING
        }
        for name, each in known.items():
            if isinstance(each, django_filters.NumberFilter) and not request.query_params.get(name, "").isascii():
                wrong[name] = ["请填写半角数字。"]
        if wrong:
            raise ValidationError(wrong)
        return found


class WhitelistedOrdering(OrderingFilter):
    """`ordering=name` or `-name`, by the view's `ordering_fields` only; ties are settled by the primary key."""

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView) -> Sequence[str] | None:
        asked = request.query_params.get(self.ordering_param)
        allowed = [*cast("Sequence[str]", view.ordering_fields)]  # type: ignore[attr-defined]
        if asked is not None and asked.removeprefix("-") not in allowed:
            raise ValidationError(
                {self.ordering_param: [f"只能按 {'、'.join(allowed)} 排序。" if allowed else "不能排序。"]}
            )
        usual = cast("Sequence[str]", queryset.query.order_by or queryset.model._meta.ordering)
        return [*([asked] if asked else usual), "pk"]

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        names = [*cast("Sequence[str]", view.ordering_fields)]  # type: ignore[attr-defined]
        if not names:
            return []
        schema = {"type": "string", "enum": [*names, *(f"-{name}" for name in names)]}
        return [
            {"name": self.ordering_param, "in": "query", "required": False, "description": "排序", "schema": schema}
        ]


class PageFiltersInSchema(DjangoFilterExtension):  # type: ignore[no-untyped-call]
    """Choices that depend on the person or the database are plain strings to the schema."""

    target_class = "accounts.api.views.PageFilters"
    priority = 1

    def resolve_filter_field(
        self, auto_schema: Any, model: Any, filterset_class: Any, field_name: str, filter_field: Any
    ) -> list[dict[str, Any]]:
        choices = filter_field.extra.get("choices")
        if isinstance(filter_field, django_filters.ChoiceFilter) and (choices is None or callable(choices)):
            filter_field = extend_schema_field(OpenApiTypes.STR)(copy(filter_field))  # type: ignore[type-var]
        found: list[dict[str, Any]] = super().resolve_filter_field(  # type: ignore[no-untyped-call]
            auto_schema, model, filterset_class, field_name, filter_field
        )
        return found


class ApiMixin:
    """`refusals` are the domain errors that this address answers with 409 and their own sentence."""

    refusals: ClassVar[tuple[type[Exception], ...]] = ()

    @property
    def user(self) -> User:
        return cast("User", self.request.user)  # type: ignore[attr-defined]

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().finalize_response(*args, **kwargs)  # type: ignore[misc]
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class ReadView(ApiMixin, ListModelMixin, RetrieveModelMixin, GenericViewSet[Any]):
    """List and detail of what `rows` gives: always what the person may see, and nothing else."""

    model: ClassVar[type[Model]]
    detail_serializer_class: ClassVar[type[BaseSerializer[Any]] | None] = None
    filter_backends = (PageFilters, WhitelistedOrdering)
    ordering_fields: ClassVar[Sequence[str]] = ()
    pagination_class = Pages
    lookup_value_converter = "int"

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.rows()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Filters belong to lists; an object is found by its address alone."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        if self.action != "list" and self.detail_serializer_class is not None:
            return self.detail_serializer_class
        return super().get_serializer_class()
