"""Inspection tasks with their teams, as far as the caller may see them."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Problem
from accounts.api.fields import ApiSerializer, BureauReference, RegionReference
from accounts.api.views import ReadView
from accounts.rules import can, require
from campaigns import declaring, notices
from campaigns.api.matters import MatterReference
from campaigns.api.plans import CampaignReference
from campaigns.errors import CampaignError
from campaigns.filters import TaskFilter
from campaigns.models import Declaration, Task, TeamMember
from institutions.api import CertificateRow
from institutions.models import Institution


class InstitutionOfTask(ApiSerializer):
    county = RegionReference(read_only=True)
    identifier = serializers.CharField(read_only=True)

    class Meta:
        model = Institution
        fields = ("id", "name", "identifier", "county", "address")


class InstitutionWithContact(InstitutionOfTask):
    certificates = CertificateRow(many=True, read_only=True)

    class Meta(InstitutionOfTask.Meta):
        fields = (*InstitutionOfTask.Meta.fields, "contact", "contact_phone", "certificates")  # type: ignore[assignment]


class TaskRow(ApiSerializer):
    campaign = CampaignReference(read_only=True)
    line = serializers.CharField(source="line.title", read_only=True)
    institution = InstitutionOfTask(read_only=True)
    bureau = BureauReference(read_only=True)
    assisting_bureau = BureauReference(read_only=True, allow_null=True)
    notice = serializers.SerializerMethodField()

    class Meta:
        model = Task
        fields = (
            "id", "number", "campaign", "line", "institution", "mode", "bureau", "assisting_bureau", "due_on",
            "is_due_softly", "state", "dispatched_at", "notice",
        )  # fmt: skip
        read_only_fields: Any = fields

    def get_notice(self, task: Task) -> str | None:
        """The number of the inspection notice, once it is issued."""
        notice = getattr(task, "notice", None)
        return notice.number if notice else None


class TeamMemberSerializer(ApiSerializer):
    name = serializers.CharField(source="person.name", read_only=True)
    belongs_to = serializers.SerializerMethodField()
    certificate = serializers.CharField(source="inspector.department_certificate", default="", read_only=True)

    class Meta:
        model = TeamMember
        fields = ("position", "role", "name", "belongs_to", "certificate")
        read_only_fields: Any = fields

    def get_belongs_to(self, member: TeamMember) -> str:
        """The inspector's bureau, or the expert's employer."""
        return member.inspector.bureau.name if member.inspector else str(getattr(member.expert, "employer", ""))


class DeclarationInput(serializers.Serializer[Any]):
    """`position`: whose place in the team; without it the caller's own."""

    position = serializers.IntegerField(label="排序", min_value=0, required=False)
    declaration = serializers.ChoiceField(label="回避声明", choices=Declaration.choices)
    words = serializers.CharField(label="声明内容", required=False, allow_blank=True, max_length=500)


class DeclarationSerializer(ApiSerializer):
    name = serializers.CharField(source="person.name", read_only=True)
    declared_by = serializers.CharField(source="declared_by.name", read_only=True)

    class Meta:
        model = TeamMember
        fields = ("position", "name", "declaration", "declaration_words", "declared_by", "declared_at")
        read_only_fields: Any = fields


class TaskSerializer(TaskRow):
    """`team` is null for those who may not see it yet."""

    institution = InstitutionWithContact(read_only=True)
    notice_window = serializers.CharField(source="campaign.notice_window", read_only=True)
    matters = MatterReference(source="line.matters", many=True, read_only=True)
    team = serializers.SerializerMethodField()
    has_open_places = serializers.SerializerMethodField()

    class Meta(TaskRow.Meta):
        fields = (*TaskRow.Meta.fields, "notice_window", "matters", "team", "has_open_places")  # type: ignore[assignment]
        read_only_fields: Any = fields

    @extend_schema_field(serializers.ListSerializer[Any](child=TeamMemberSerializer(), allow_null=True))
    def get_team(self, task: Task) -> Any:
        if not can(self._user, "see_team", task):
            return None
        return TeamMemberSerializer(task.members.all(), many=True).data

    def get_has_open_places(self, task: Task) -> bool:
        return bool(task.unfilled)


@extend_schema_view(list=extend_schema(summary="检查任务"), retrieve=extend_schema(summary="一项检查任务及其检查组"))
class TaskView(ReadView):
    model = Task
    serializer_class = TaskRow
    detail_serializer_class = TaskSerializer
    filterset_class = TaskFilter
    ordering_fields = ("number", "institution", "mode", "due_on", "state")
    refusals = (CampaignError,)

    def rows(self) -> QuerySet[Task]:
        tasks = Task.objects.visible_to(self.user).for_lists()
        if self.action == "list":
            return tasks
        return tasks.prefetch_related(
            "members__inspector__bureau", "members__expert", "line__matters", "institution__certificates__domains"
        )

    @extend_schema(summary="签发检查通知书", request=None, responses={200: TaskSerializer, 409: Problem})
    @action(detail=True, methods=["post"])
    def notify(self, request: Request, pk: int) -> Response:
        task = self.get_object()
        require(self.user, "notify", task)
        notices.issue_notice(task, by=self.user)
        return Response(TaskSerializer(self.get_object(), context=self.get_serializer_context()).data)

    @extend_schema(
        summary="检查组成员作回避声明",
        request=DeclarationInput,
        responses={200: DeclarationSerializer, 409: Problem},
    )
    @action(detail=True, methods=["post"])
    def declare(self, request: Request, pk: int) -> Response:
        """By the member, or by the own bureau or the lead for the member."""
        task = self.get_object()
        given = DeclarationInput(data=request.data)
        given.is_valid(raise_exception=True)
        place = {"position": given.validated_data["position"]} if "position" in given.validated_data else {}
        members = TeamMember.objects.visible_to(self.user).for_acts().filter(task=task, **place)
        member = get_object_or_404(members if place else members.filter(inspector__user=self.user))
        require(self.user, "declare", member)
        declaration, words = given.validated_data["declaration"], given.validated_data.get("words", "")
        done = declaring.declare(member, Declaration(declaration), words=words, by=self.user)
        return Response(DeclarationSerializer(done).data)
