"""Evidence and signatures over the API: files come as multipart/form-data, as from the pages."""

from typing import Any

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Problem as Refusal
from accounts.api.fields import WholeNumberField
from accounts.models import User
from accounts.services import AccountRefused, confirm_password
from accounts.uploads import MAX_BYTES
from selftest import attaching, signing, submitting
from selftest.api.shapes import AttachmentSerializer, VersionSerializer
from selftest.errors import SelfCheckError
from selftest.forms.signing import form_for
from selftest.models import Attachment, SelfCheck, Way


class AttachmentInput(serializers.Serializer[Any]):
    item = WholeNumberField(min_value=1, label="项目")
    point = WholeNumberField(min_value=0, required=False, help_text="要点，从 0 起；没有要点的项目不填")
    file = serializers.FileField(label="文件", help_text="PDF、图片或 Office 文件")


class SignInput(serializers.Serializer[Any]):
    """The fields of the signing page. `drawing`: the signature as PNG, as a data address; `page`: the scanned page."""

    way = serializers.ChoiceField(choices=Way.choices, label="签署方式")
    digest = serializers.CharField(max_length=64, label="所阅版本的摘要")
    signer_name = serializers.CharField(max_length=30, label="签署人姓名")
    password = serializers.CharField(label="登录密码", trim_whitespace=False)
    drawing = serializers.CharField(required=False, label="手写签名")
    page = serializers.FileField(required=False, label="签字盖章后的扫描件")
    written = serializers.FileField(required=False, label="授权委托书")


class FileActions:
    """Part of SelfCheckView."""

    user: User

    def _own(self) -> SelfCheck:
        raise NotImplementedError

    @extend_schema(
        summary="上传证明材料",
        request={"multipart/form-data": AttachmentInput},
        responses={201: AttachmentSerializer, 409: Refusal},
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def attachments(self, request: Request, pk: int) -> Response:
        self_check = self._own()
        given = AttachmentInput(data=request.data)
        given.is_valid(raise_exception=True)
        file = given.validated_data["file"]
        kept = attaching.attach(
            self_check, given.validated_data["item"], given.validated_data.get("point"), file.name,
            file.read(MAX_BYTES + 1), by=self.user,
        )  # fmt: skip
        return Response(AttachmentSerializer(kept).data, status.HTTP_201_CREATED)

    @extend_schema(summary="撤下证明材料", request=None, responses={204: None, 409: Refusal})
    @action(detail=True, methods=["delete"], url_path="attachments/<int:attachment>")
    def attachment(self, request: Request, pk: int, attachment: int) -> Response:
        found = get_object_or_404(self._own().attachments, pk=attachment)
        attaching.remove(found, by=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="下载证明材料", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, url_path="attachments/<int:attachment>/file", url_name="attachment-file")
    def attachment_file(self, request: Request, pk: int, attachment: int) -> FileResponse:
        found = get_object_or_404(Attachment.objects.visible_to(self.user), self_check=pk, pk=attachment)
        if not found.file.storage.exists(str(found.file.name)):
            raise Http404
        return FileResponse(found.file.open("rb"), as_attachment=True, filename=found.name)

    @extend_schema(
        summary="签署等待中的版本",
        request={"multipart/form-data": SignInput},
        responses={200: VersionSerializer, 409: Refusal},
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def sign(self, request: Request, pk: int) -> Response:
        self_check = self._own()
        given = SignInput(data=request.data)
        given.is_valid(raise_exception=True)
        submission = submitting.waiting_version(self_check)
        if submission is None:
            raise SelfCheckError("没有等待签署的版本。")
        way = Way(given.validated_data["way"])
        form = form_for(submission, way, self.user, request.data, request.FILES)
        if not form.is_valid():
            raise serializers.ValidationError(
                {name: [str(each) for each in words] for name, words in form.errors.items()}
            )
        self._confirm(given.validated_data["password"])
        signing.sign(
            submission, digest=form.cleaned_data["digest"], signer_name=form.cleaned_data["signer_name"], way=way,
            image=form.paper, delegation=form.delegation, by=self.user,
        )  # fmt: skip
        submission.refresh_from_db()
        return Response(VersionSerializer(submission).data)

    def _confirm(self, password: str) -> None:
        try:
            confirm_password(self.user, password)
        except AccountRefused as refused:
            raise serializers.ValidationError({"password": [str(refused)]}) from refused
