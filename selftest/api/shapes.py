"""What is given and taken when a self-check is filled, signed and reviewed by programs."""

import json
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import ApiSerializer, RegionReference, WholeNumberField
from accounts.rules import can
from institutions.models import Institution
from selftest import filling, submitting
from selftest.content import Choice
from selftest.models import Answer, Attachment, Comment, HeaderBlock, SelfCheck, Submission


class InstitutionReference(ApiSerializer):
    identifier = serializers.CharField(read_only=True)

    class Meta:
        model = Institution
        fields = ("id", "name", "identifier")


class SelfCheckRow(ApiSerializer):
    institution = InstitutionReference(read_only=True)
    county = RegionReference(read_only=True)
    is_late = serializers.BooleanField(read_only=True)

    class Meta:
        model = SelfCheck
        fields = (
            "id", "round", "institution", "county", "state", "is_late", "began_at", "handed_in_at", "accepted_at",
        )  # fmt: skip
        read_only_fields: Any = fields


class AnswerSerializer(ApiSerializer):
    is_carried = serializers.BooleanField(source="carried_from_id", read_only=True, help_text="沿用此前自查的回答")

    class Meta:
        model = Answer
        fields = ("item", *filling.ANSWER_FIELDS, "is_carried", "revision", "changed_at")
        read_only_fields: Any = fields


class BlockSerializer(ApiSerializer):
    values = extend_schema_field(OpenApiTypes.OBJECT)(serializers.JSONField)(read_only=True)
    certificate = serializers.CharField(source="certificate.number", default="", read_only=True)

    class Meta:
        model = HeaderBlock
        fields = ("id", "kind", "certificate", "values", "revision", "changed_at")
        read_only_fields: Any = fields


class VersionSerializer(ApiSerializer):
    signed_at = serializers.DateTimeField(source="signature.signed_at", default=None, read_only=True)
    receipt_number = serializers.CharField(source="signature.receipt_number", default="", read_only=True)
    outcome = serializers.CharField(source="review.outcome", default="", read_only=True)
    words = serializers.CharField(source="review.words", default="", read_only=True)

    class Meta:
        model = Submission
        fields = (
            "number", "digest", "submitted_at", "withdrawn_at", "signed_at", "receipt_number", "outcome", "words",
        )  # fmt: skip
        read_only_fields: Any = fields


class AttachmentSerializer(ApiSerializer):
    class Meta:
        model = Attachment
        fields = ("id", "item", "point", "name", "media_type", "size", "digest", "uploaded_at")
        read_only_fields: Any = fields


class CommentSerializer(ApiSerializer):
    by = serializers.CharField(source="by.name", read_only=True)

    class Meta:
        model = Comment
        fields = ("id", "item", "text", "by", "at")
        read_only_fields: Any = fields


class CommentInput(serializers.Serializer[Any]):
    item = WholeNumberField(min_value=0, default=0, help_text="0 表示整张表")
    text = serializers.CharField(max_length=1000, label="留言")


class DraftSerializer(serializers.Serializer[Any]):
    blocks = BlockSerializer(many=True)
    answers = AnswerSerializer(many=True)
    attachments = AttachmentSerializer(many=True)
    comments = CommentSerializer(many=True)
    reopened = serializers.ListField(child=serializers.IntegerField(), allow_null=True)


class SelfCheckSerializer(SelfCheckRow):
    """`draft` is what the institution's people are writing, null for everybody else; `signed` is the whole of the
    last signed version, null before there is one."""

    versions = serializers.SerializerMethodField()
    draft = serializers.SerializerMethodField()
    signed = serializers.SerializerMethodField()

    class Meta(SelfCheckRow.Meta):
        fields = (*SelfCheckRow.Meta.fields, "versions", "draft", "signed")  # type: ignore[assignment]
        read_only_fields: Any = fields

    @extend_schema_field(VersionSerializer(many=True))
    def get_versions(self, self_check: SelfCheck) -> Any:
        versions = [row for row in self_check.submissions.all() if self._fills(self_check) or hasattr(row, "signature")]
        return VersionSerializer(versions, many=True).data

    @extend_schema_field(DraftSerializer(allow_null=True))
    def get_draft(self, self_check: SelfCheck) -> Any:
        if not self._fills(self_check):
            return None
        rows = {
            "blocks": self_check.blocks.select_related("certificate"),
            "answers": self_check.answers.all(),
            "attachments": self_check.attachments.live(),
            "comments": self_check.comments.select_related("by"),
            "reopened": self_check.reopened,
        }
        return DraftSerializer(rows).data

    @extend_schema_field(serializers.JSONField(allow_null=True))
    def get_signed(self, self_check: SelfCheck) -> Any:
        version = submitting.last_signed(self_check)
        return json.loads(version.text) if version else None

    def _fills(self, self_check: SelfCheck) -> bool:
        return can(self._user, "fill", self_check)


class AnswerInput(serializers.Serializer[Any]):
    """Only what changes; `base` is the revision that was read."""

    base = WholeNumberField(min_value=0, label="修订")
    choice = serializers.ChoiceField(choices=Choice.choices, allow_blank=True, required=False, label="是否发现问题")
    description = serializers.CharField(required=False, allow_blank=True, max_length=filling.LONGEST_TEXT)
    cause = serializers.CharField(required=False, allow_blank=True, max_length=filling.LONGEST_TEXT)
    measure = serializers.CharField(required=False, allow_blank=True, max_length=filling.LONGEST_TEXT)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=filling.LONGEST_TEXT)
    due_on = serializers.DateField(required=False, allow_null=True, label="整改完成日期")


class BlockInput(serializers.Serializer[Any]):
    base = WholeNumberField(min_value=0, label="修订")
    values = serializers.DictField(label="内容", help_text="栏目代码 → 文字；多个姓名的栏目为列表")


class GapSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField(help_text="0 表示基本信息")
    field = serializers.CharField()
    words = serializers.CharField(source="__str__")


class ReturnInput(serializers.Serializer[Any]):
    items = serializers.DictField(
        child=serializers.CharField(max_length=500), allow_empty=False, label="退回项目",
        help_text="项目序号（0 为基本信息）→ 退回理由",
    )  # fmt: skip
    words = serializers.CharField(required=False, allow_blank=True, max_length=500, label="审核意见")

    def validate_items(self, items: dict[str, str]) -> dict[int, str]:
        if not all(key.isascii() and key.isdigit() and len(key) < 4 for key in items):
            raise serializers.ValidationError("项目序号应为数字。")
        return {int(key): why for key, why in items.items()}


class AcceptInput(serializers.Serializer[Any]):
    words = serializers.CharField(required=False, allow_blank=True, max_length=500, label="审核意见")
