"""Fields that take nothing for granted, and serializers whose fields depend on who asks."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers

from accounts.models import Bureau, Department, Region, User
from accounts.rules import can

_whole_number = re.compile(r"-?[0-9]{1,18}", re.ASCII).fullmatch


class WholeNumberField(serializers.IntegerField):
    """A number, or its ASCII digits: not １２, not true, not 1.0."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | str) or not _whole_number(str(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class ApiSerializer(serializers.ModelSerializer[Any]):
    """`ruled` names the fields that only those see for whom `can(user, action, model)`; others get no such key."""

    ruled: ClassVar[dict[str, str]] = {}
    ruled_by: ClassVar[type[models.Model] | None] = None

    serializer_field_mapping: ClassVar[
        dict[type[models.Field[Any, Any]], type[serializers.Field[Any, Any, Any, Any]]]
    ] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.IntegerField: WholeNumberField,
        models.PositiveIntegerField: WholeNumberField,
        models.PositiveSmallIntegerField: WholeNumberField,
    }

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if self.ruled and "request" in self.context and not _is_for_the_schema(self.context):
            for name, action in self.ruled.items():
                if not can(self._user, action, self.ruled_by or self.Meta.model):
                    fields.pop(name, None)
        return fields

    @property
    def _user(self) -> User:
        user: User = self.context["request"].user
        return user


def _is_for_the_schema(context: Mapping[str, Any]) -> bool:
    return getattr(context.get("view"), "swagger_fake_view", False)


class RuledFieldsInSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Fields that some people do not see are not promised to anybody."""

    target_class = "accounts.api.fields.ApiSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001
        promised = [name for name in schema.get("required", []) if name not in self.target.ruled]
        return {**schema, "required": promised} if promised else schema


class RegionReference(ApiSerializer):
    class Meta:
        model = Region
        fields = ("code", "name")


class DepartmentReference(ApiSerializer):
    class Meta:
        model = Department
        fields = ("code", "short_name")


class BureauReference(ApiSerializer):
    class Meta:
        model = Bureau
        fields = ("code", "name")
