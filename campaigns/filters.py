from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet

from accounts.models import Department, Region
from campaigns.disclosure import public_draws
from campaigns.models import Campaign, CampaignKind, Draw, InspectionMatter, PlanLine, Task, TaskMode
from campaigns.models.tasks import ENDED_STATES
from campaigns.states import CampaignState, TaskState


class CampaignFilter(filters.FilterSet):
    q = filters.CharFilter(
        field_name="title", lookup_expr="icontains", label="名称", widget=forms.TextInput(attrs={"type": "search"})
    )
    year = filters.NumberFilter(label="年度")
    state = filters.ChoiceFilter(choices=CampaignState.choices, label="阶段")
    kind = filters.ChoiceFilter(choices=CampaignKind.choices, label="类别")

    class Meta:
        model = Campaign
        fields = ["q", "year", "state", "kind"]


class TaskFilter(filters.FilterSet):
    q = filters.CharFilter(
        method="search", label="机构、代码或任务编号", widget=forms.TextInput(attrs={"type": "search"})
    )
    county = filters.ModelChoiceFilter(queryset=Region.objects.none(), field_name="institution__county", label="县区")
    state = filters.ChoiceFilter(choices=TaskState.choices, label="状态")
    mode = filters.ChoiceFilter(choices=TaskMode.choices, label="方式")

    class Meta:
        model = Task
        fields = ["q", "county", "state", "mode"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = self.request.user.scope if self.request else None
        scope = "none" if scope is None else scope
        self.filters["county"].queryset = Region.objects.filter(code__startswith=scope, level=Region.Level.COUNTY)

    def filter_queryset(self, queryset: QuerySet[Task]) -> QuerySet[Task]:
        """What was replaced or cancelled is listed only when that state is asked for."""
        found: QuerySet[Task] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("state") else found.exclude(state__in=ENDED_STATES)

    def search(self, queryset: QuerySet[Task], name: str, value: str) -> QuerySet[Task]:
        words = value.strip()
        named = Q(institution__name__icontains=words) | Q(institution__initials__istartswith=words)
        coded = Q(institution__uscc__istartswith=words) | Q(number__icontains=words)
        return queryset.filter(named | coded)


class CampaignTaskFilter(TaskFilter):
    """Of one campaign's tasks: also by plan line."""

    line = filters.ModelChoiceFilter(queryset=PlanLine.objects.none(), label="条目")

    class Meta(TaskFilter.Meta):
        fields = ["q", "county", "state", "mode", "line"]

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["line"].queryset = campaign.lines.order_by("position", "pk")


class PublicDrawFilter(filters.FilterSet):
    """Of the public record: by what everybody may know of a draw."""

    STATES = {"frozen": "已冻结，尚未抽取", "drawn": "已抽取，名单尚未公开", "disclosed": "已公开", "void": "已作废"}

    q = filters.CharFilter(
        method="search", label="名称或抽取编号", widget=forms.TextInput(attrs={"type": "search", "maxlength": 80})
    )
    year = filters.ChoiceFilter(field_name="campaign__year", label="年度")
    region = filters.ModelChoiceFilter(
        queryset=Region.objects.none(), field_name="campaign__lead_bureau__region", label="地区"
    )
    state = filters.ChoiceFilter(choices=list(STATES.items()), method="in_state", label="状态")

    class Meta:
        model = Draw
        fields = ["q", "year", "region", "state"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        draws = public_draws().order_by()
        years = sorted(set(draws.values_list("campaign__year", flat=True)), reverse=True)
        self.filters["year"].extra["choices"] = [(year, f"{year} 年") for year in years]
        self.filters["region"].queryset = Region.objects.filter(
            pk__in=draws.values("campaign__lead_bureau__region")
        ).order_by("code")

    def search(self, queryset: QuerySet[Draw], name: str, value: str) -> QuerySet[Draw]:
        words = value.strip()
        return queryset.filter(Q(campaign__title__icontains=words) | Q(code__icontains=words))

    def in_state(self, queryset: QuerySet[Draw], name: str, value: str) -> QuerySet[Draw]:
        if value == "void":
            return queryset.filter(state="void")
        if value == "disclosed":
            return queryset.filter(disclosed_at__isnull=False).exclude(state="void")
        return queryset.filter(state=value, disclosed_at__isnull=True)


class MatterFilter(filters.FilterSet):
    q = filters.CharFilter(
        field_name="name", lookup_expr="icontains", label="事项名称", widget=forms.TextInput(attrs={"type": "search"})
    )
    department = filters.ModelChoiceFilter(queryset=Department.objects.all(), label="实施部门")
    kind = filters.ChoiceFilter(choices=InspectionMatter.Kind.choices, label="类别")

    class Meta:
        model = InspectionMatter
        fields = ["q", "department", "kind"]
