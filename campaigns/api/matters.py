from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from accounts.api.fields import ApiSerializer, DepartmentReference
from accounts.api.views import ReadView
from campaigns.filters import MatterFilter
from campaigns.models import InspectionMatter, LegalBasis
from institutions.api import DomainReference


class MatterReference(ApiSerializer):
    class Meta:
        model = InspectionMatter
        fields = ("code", "name")


class LegalBasisSerializer(ApiSerializer):
    class Meta:
        model = LegalBasis
        fields = ("title", "document_number", "article", "valid_from", "valid_to")


class MatterRow(ApiSerializer):
    department = DepartmentReference(read_only=True)
    domains = DomainReference(many=True, read_only=True)
    methods = serializers.ListField(child=serializers.CharField(), source="method_labels", read_only=True)

    class Meta:
        model = InspectionMatter
        fields = ("code", "name", "department", "domains", "kind", "methods", "cap_per_year", "cap_ratio", "is_active")


class MatterSerializer(MatterRow):
    legal_bases = LegalBasisSerializer(many=True, read_only=True)

    class Meta(MatterRow.Meta):
        fields = (*MatterRow.Meta.fields, "content", "legal_bases")  # type: ignore[assignment]


@extend_schema_view(
    list=extend_schema(summary="抽查事项清单"), retrieve=extend_schema(summary="一项抽查事项及其法律依据")
)
class MatterView(ReadView):
    model = InspectionMatter
    serializer_class = MatterRow
    detail_serializer_class = MatterSerializer
    filterset_class = MatterFilter
    ordering_fields = ("code", "name", "department", "kind")
    lookup_value_converter = "slug"

    def rows(self) -> QuerySet[InspectionMatter]:
        matters = InspectionMatter.objects.select_related("department").prefetch_related("domains")
        return matters if self.action == "list" else matters.prefetch_related("legal_bases")
