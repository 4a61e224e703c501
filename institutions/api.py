"""The first pool over the API: the same rows, rules and services as the pages."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.errors import Problem
from accounts.api.fields import ApiSerializer, DepartmentReference, RegionReference
from accounts.api.views import ApiMixin, ReadView
from accounts.models import Region
from accounts.rules import can, require
from institutions import services
from institutions.filters import InstitutionFilter
from institutions.models import Certificate, Domain, Institution, RiskFlag, Site
from institutions.services.institutions import FIELDS

NAMES = ("authorised_name", "number", "level", "issuer", "approved_on", "valid_until", "state", "is_national_centre")
PEOPLE = ("top_manager", "top_manager_phone", "technical_lead", "signatories")
RISK = {"credit_class": "see_risk", "credit_class_as_of": "see_risk", "risk_flags": "see_risk"}


class DomainReference(ApiSerializer):
    class Meta:
        model = Domain
        fields = ("code", "name")


class DomainSerializer(ApiSerializer):
    parent = serializers.CharField(source="parent_id", allow_null=True, read_only=True)  # type: ignore[assignment]
    aliases = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Domain
        fields = ("code", "name", "aliases", "parent")


class SiteSerializer(ApiSerializer):
    county = RegionReference(read_only=True)

    class Meta:
        model = Site
        fields = ("county", "address", "is_remote_branch")


class CertificateRow(ApiSerializer):
    domains = DomainReference(many=True, read_only=True)

    class Meta:
        model = Certificate
        fields = ("id", *NAMES, "domains")


class CertificateSerializer(CertificateRow):
    sites = SiteSerializer(many=True, read_only=True)
    signatories = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta(CertificateRow.Meta):
        fields = (*CertificateRow.Meta.fields, "sites", *PEOPLE)  # type: ignore[assignment]


class RiskFlagSerializer(ApiSerializer):
    class Meta:
        model = RiskFlag
        fields = ("kind", "evidence", "noted_on", "valid_until")


class InstitutionRow(ApiSerializer):
    """A row of the list. Credit class and risk flags only for market regulation."""

    ruled = RISK
    county = RegionReference(read_only=True)
    owner_department = DepartmentReference(read_only=True, allow_null=True)
    certificates = CertificateRow(many=True, read_only=True)
    risk_flags = RiskFlagSerializer(source="flags_in_force", many=True, read_only=True)

    class Meta:
        model = Institution
        fields = (
            "id", "name", "uscc", "organisation_code", "legal_type", "owner_department", "county", "address", "state",
            "certificates", "credit_class", "risk_flags",
        )  # fmt: skip


class InstitutionSerializer(InstitutionRow):
    certificates = CertificateSerializer(many=True, read_only=True)
    business_regions = RegionReference(many=True, read_only=True)

    class Meta(InstitutionRow.Meta):
        fields = (  # type: ignore[assignment]
            *InstitutionRow.Meta.fields, "credit_class_as_of", "legal_representative", "legal_representative_phone",
            "contact", "contact_phone", "business_regions", "created_at", "updated_at",
        )  # fmt: skip


class InstitutionInput(ApiSerializer):
    """What may be written; `county` is a code of one's own region."""

    county = serializers.PrimaryKeyRelatedField(
        queryset=Region.objects.filter(level=Region.Level.COUNTY), label="所在县区"
    )

    class Meta:
        model = Institution
        fields = sorted(FIELDS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        of = self.instance
        codes = [attrs.get(name, getattr(of, name, None)) for name in ("uscc", "organisation_code")]
        if not any(codes):
            raise serializers.ValidationError({"uscc": "统一社会信用代码和组织机构代码至少填写一项。"})
        return attrs


class CertificateInput(ApiSerializer):
    signatories = serializers.ListField(
        child=serializers.CharField(max_length=30), max_length=50, required=False, label="授权签字人"
    )

    class Meta:
        model = Certificate
        fields = (*NAMES, "domains", *PEOPLE)


def flags_shown(institutions: QuerySet[Institution], *, with_risk: bool) -> QuerySet[Institution]:
    if not with_risk:
        return institutions.defer("credit_class", "credit_class_as_of", "credit_class_source")
    return institutions.prefetch_related(Prefetch("risk_flags", RiskFlag.objects.in_force(), to_attr="flags_in_force"))


@extend_schema_view(
    list=extend_schema(summary="检查对象名录库"), retrieve=extend_schema(summary="一家机构，连同其证书、场所")
)
class InstitutionView(ReadView):
    model = Institution
    serializer_class = InstitutionRow
    detail_serializer_class = InstitutionSerializer
    filterset_class = InstitutionFilter
    ordering_fields = ("name", "county", "state", "updated_at")

    def rows(self) -> QuerySet[Institution]:
        seen = Institution.objects.visible_to(self.user).select_related("county", "owner_department")
        parts = ["certificates__domains"]
        if self.action != "list":
            parts += ["certificates__sites__county", "business_regions"]
        return flags_shown(seen.prefetch_related(*parts), with_risk=can(self.user, "see_risk", Institution))

    @extend_schema(summary="新增机构", request=InstitutionInput, responses={201: InstitutionSerializer, 409: Problem})
    def create(self, request: Request) -> Response:
        require(self.user, "create", Institution)
        given = InstitutionInput(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        institution = services.create_institution(given.validated_data, by=self.user)
        return self._answer(institution.pk, status.HTTP_201_CREATED)

    @extend_schema(summary="修改机构", request=InstitutionInput, responses={200: InstitutionSerializer, 409: Problem})
    def partial_update(self, request: Request, pk: int) -> Response:
        institution = self.get_object()
        require(self.user, "edit", institution)
        given = InstitutionInput(institution, data=request.data, partial=True, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        services.edit_institution(institution, given.validated_data, by=self.user)
        return self._answer(institution.pk, status.HTTP_200_OK)

    @extend_schema(
        summary="登记资质认定证书", request=CertificateInput, responses={201: CertificateSerializer, 409: Problem}
    )
    @action(detail=True, methods=["post"])
    def certificates(self, request: Request, pk: int) -> Response:
        institution = self.get_object()
        require(self.user, "edit", institution)
        given = CertificateInput(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        certificate = services.add_certificate(institution, values, domains=values.pop("domains"), by=self.user)
        return Response(CertificateSerializer(certificate).data, status.HTTP_201_CREATED)

    def _answer(self, pk: int, code: int) -> Response:
        institution = get_object_or_404(self.rows(), pk=pk)
        return Response(InstitutionSerializer(institution, context=self.get_serializer_context()).data, code)


class CertificateView(ApiMixin, GenericViewSet[Certificate]):
    queryset = Certificate.objects.none()
    serializer_class = CertificateSerializer
    lookup_value_converter = "int"
    filter_backends = ()

    @extend_schema(
        summary="修改资质认定证书", request=CertificateInput, responses={200: CertificateSerializer, 409: Problem}
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        seen = Certificate.objects.visible_to(self.user).select_related("institution")
        certificate = get_object_or_404(seen, pk=pk)
        require(self.user, "edit", certificate)
        given = CertificateInput(certificate, data=request.data, partial=True, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        domains = values.pop("domains", None) or list(certificate.domains.all())
        services.edit_certificate(certificate, values, domains=domains, by=self.user)
        return Response(CertificateSerializer(certificate).data)


@extend_schema_view(list=extend_schema(summary="检验检测领域"), retrieve=extend_schema(summary="一个领域"))
class DomainView(ReadView):
    model = Domain
    serializer_class = DomainSerializer
    lookup_value_converter = "slug"

    def rows(self) -> QuerySet[Domain]:
        return Domain.objects.all()
