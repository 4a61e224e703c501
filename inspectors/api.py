"""The second pool over the API: inspectors and experts, as far as the caller sees them on the pages."""

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from accounts.api.fields import ApiSerializer, BureauReference, RegionReference
from accounts.api.views import ReadView
from accounts.rules import can
from inspectors.filters import ExpertFilter, InspectorFilter
from inspectors.models import Expert, Inspector
from institutions.api import DomainReference


class InspectorRow(ApiSerializer):
    """`certificate_gaps` says in words what keeps the person from enforcing today; empty: both certificates valid."""

    bureau = BureauReference(read_only=True)
    domains = DomainReference(many=True, read_only=True)
    certificate_gaps = serializers.SerializerMethodField()

    class Meta:
        model = Inspector
        fields = (
            "id", "number", "name", "bureau", "position", "domains", "can_lead", "state", "department_certificate_until",
            "province_certificate_until", "certificate_gaps",
        )  # fmt: skip

    def get_certificate_gaps(self, inspector: Inspector) -> list[str]:
        return inspector.certificate_gaps(timezone.localdate())


class InspectorSerializer(InspectorRow):
    """`phone` is null for those who neither keep this person's entry nor are this person."""

    phone = serializers.SerializerMethodField()

    class Meta(InspectorRow.Meta):
        fields = (  # type: ignore[assignment]
            *InspectorRow.Meta.fields, "department_certificate", "province_certificate", "phone",
        )  # fmt: skip

    def get_phone(self, inspector: Inspector) -> str | None:
        return inspector.phone if can(self._user, "leave", inspector) else None


class ExpertRow(ApiSerializer):
    region = RegionReference(read_only=True)
    domains = DomainReference(many=True, read_only=True)
    is_banned = serializers.SerializerMethodField()

    class Meta:
        model = Expert
        fields = ("id", "number", "name", "employer", "region", "title", "domains", "state", "is_banned")

    def get_is_banned(self, expert: Expert) -> bool:
        return expert.banned_on is not None


@extend_schema_view(list=extend_schema(summary="检查人员名录库"), retrieve=extend_schema(summary="一名执法检查人员"))
class InspectorView(ReadView):
    model = Inspector
    serializer_class = InspectorRow
    detail_serializer_class = InspectorSerializer
    filterset_class = InspectorFilter
    ordering_fields = ("number", "name", "bureau", "state")

    def rows(self) -> QuerySet[Inspector]:
        return Inspector.objects.visible_to(self.user).select_related("bureau__region").prefetch_related("domains")


@extend_schema_view(list=extend_schema(summary="专家名录"), retrieve=extend_schema(summary="一名专家"))
class ExpertView(ReadView):
    model = Expert
    serializer_class = ExpertRow
    filterset_class = ExpertFilter
    ordering_fields = ("number", "name", "state")

    def rows(self) -> QuerySet[Expert]:
        return Expert.objects.visible_to(self.user).select_related("region").prefetch_related("domains")
