"""Lists that other parts of the API refer to by code: regions and bureaus."""

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view

from accounts.api.fields import ApiSerializer, DepartmentReference, RegionReference
from accounts.api.views import ReadView
from accounts.models import Bureau, Region


class RegionFilter(django_filters.FilterSet):
    parent = django_filters.CharFilter(field_name="parent_id", label="上级代码")
    level = django_filters.ChoiceFilter(choices=Region.Level.choices, label="级别")

    class Meta:
        model = Region
        fields: list[str] = []


class BureauFilter(django_filters.FilterSet):
    region = django_filters.CharFilter(field_name="region_id", label="行政区划代码")
    department = django_filters.CharFilter(field_name="department_id", label="部门代码")

    class Meta:
        model = Bureau
        fields: list[str] = []


class RegionSerializer(ApiSerializer):
    parent = RegionReference(allow_null=True, read_only=True)

    class Meta:
        model = Region
        fields = ("code", "name", "level", "kind", "parent")


class BureauSerializer(ApiSerializer):
    department = DepartmentReference(read_only=True)
    region = RegionReference(read_only=True)

    class Meta:
        model = Bureau
        fields = ("code", "name", "short_name", "department", "region")


@extend_schema_view(list=extend_schema(summary="行政区划"), retrieve=extend_schema(summary="一个行政区划"))
class RegionView(ReadView):
    model = Region
    serializer_class = RegionSerializer
    filterset_class = RegionFilter
    lookup_value_converter = "slug"

    def rows(self) -> QuerySet[Region]:
        return Region.objects.select_related("parent")


@extend_schema_view(list=extend_schema(summary="机关单位"), retrieve=extend_schema(summary="一个机关单位"))
class BureauView(ReadView):
    """Codes and names only; contacts stand in the documents they are meant for."""

    model = Bureau
    serializer_class = BureauSerializer
    filterset_class = BureauFilter
    lookup_value_converter = "str"

    def rows(self) -> QuerySet[Bureau]:
        return Bureau.objects.select_related("department", "region")
