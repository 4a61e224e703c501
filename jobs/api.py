"""What a person has started: how far it is, and the file when it is done."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from accounts.api.fields import ApiSerializer
from accounts.api.views import ReadView
from jobs.filters import JobFilter
from jobs.models import Job


class JobSerializer(ApiSerializer):
    percent = serializers.IntegerField(read_only=True)

    class Meta:
        model = Job
        fields = (
            "id", "kind", "title", "state", "done", "total", "percent", "message", "error", "file_name", "created_at",
            "finished_at",
        )  # fmt: skip
        read_only_fields: Any = fields


@extend_schema_view(
    list=extend_schema(summary="我发起的长时任务"), retrieve=extend_schema(summary="一项长时任务的进展")
)
class JobView(ReadView):
    model = Job
    serializer_class = JobSerializer
    filterset_class = JobFilter
    ordering_fields = ("created_at", "finished_at")

    def rows(self) -> QuerySet[Job]:
        return Job.objects.visible_to(self.user)

    @extend_schema(summary="下载结果文件", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True)
    def file(self, request: Request, pk: int) -> FileResponse:
        job = self.get_object()
        if not job.file or not job.file.storage.exists(job.file.name):
            raise Http404
        return FileResponse(job.file.open("rb"), as_attachment=True, filename=job.file_name)
