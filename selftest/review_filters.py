"""Filters of the bureau's lists of self-checks, problems and change requests."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Region
from institutions.models import Certificate
from institutions.queries import DomainTree, region_choices, scope_of
from selftest.content import Choice
from selftest.models import Answer, ChangeRequest, Problem, Round, SelfCheck
from selftest.progress import COUNTED_STATES, has_problem, is_late
from selftest.states import SelfCheckState

SEARCH = forms.SearchInput(attrs={"placeholder": "名称、代码、首字母"})
YES = (("1", "是"),)


def choices_of_regions(scope: str | None, chosen: str) -> list[Any]:
    """For a drop-down. For the nation: the provinces, and what lies in the one that is chosen."""
    if scope is None:
        return []
    if scope:
        return region_choices(scope)
    provinces = Region.objects.filter(level=Region.Level.PROVINCE).order_by("code")
    own = region_choices(chosen[:2]) if chosen else []
    return [*((province.pk, province.name) for province in provinces), *own]


def matches(text: str, path: str) -> Q:
    """An institution by a part of its name, the beginning of its code, or its initials."""
    found = Q(**{f"{path}name__icontains": text}) | Q(**{f"{path}uscc__istartswith": text})
    return found | Q(**{f"{path}initials__icontains": text})


class SelfCheckFilter(django_filters.FilterSet):
    """The list, its counters, the figures of the progress page and the queue of a reviewer all read this address."""

    DERIVED = (("handed_in", "已报送"), ("silent", "未报送"))

    q = django_filters.CharFilter(label="机构", method="search", widget=SEARCH)
    region = django_filters.ChoiceFilter(label="地区", method="in_region", empty_label="全部")
    status = django_filters.ChoiceFilter(
        label="状态", choices=(*SelfCheckState.choices, *DERIVED), method="in_status", empty_label="全部"
    )
    late = django_filters.ChoiceFilter(label="逾期", choices=YES, method="handed_in_late", empty_label="全部")
    troubled = django_filters.ChoiceFilter(label="自查发现问题", choices=YES, method="with_problem", empty_label="全部")
    domain = django_filters.ChoiceFilter(label="领域", method="in_domain", empty_label="全部")
    item = django_filters.ChoiceFilter(label="自查项目", method="answered", empty_label="全部")
    choice = django_filters.ChoiceFilter(label="该项回答", choices=Choice.choices, method="kept", empty_label="是")

    class Meta:
        model = SelfCheck
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[SelfCheck], *, round: Round, **kwargs: Any) -> None:
        super().__init__(data, queryset, **kwargs)
        self.round, self._tree = round, DomainTree()
        self.filters["region"].extra["choices"] = choices_of_regions(self.request.user.scope, data.get("region", ""))
        self.filters["domain"].extra["choices"] = self._tree.choices()
        items = round.form.parsed.items
        self.filters["item"].extra["choices"] = [(item.number, f"{item.number}. {item.title[:24]}") for item in items]

    def search(self, rows: QuerySet[SelfCheck], name: str, text: str) -> QuerySet[SelfCheck]:
        return rows.filter(matches(text.strip(), "institution__"))

    def in_region(self, rows: QuerySet[SelfCheck], name: str, code: str) -> QuerySet[SelfCheck]:
        return rows.filter(county__code__startswith=scope_of(code))

    def in_status(self, rows: QuerySet[SelfCheck], name: str, status: str) -> QuerySet[SelfCheck]:
        if status in SelfCheckState.values:
            return rows.filter(state=status)
        return rows.filter(handed_in_at__isnull=status == "silent")

    def handed_in_late(self, rows: QuerySet[SelfCheck], name: str, value: str) -> QuerySet[SelfCheck]:
        return rows.filter(is_late(self.round))

    def with_problem(self, rows: QuerySet[SelfCheck], name: str, value: str) -> QuerySet[SelfCheck]:
        return rows.filter(has_problem())

    def in_domain(self, rows: QuerySet[SelfCheck], name: str, code: str) -> QuerySet[SelfCheck]:
        below = self._tree.below(code)
        held = Certificate.objects.filter(institution=OuterRef("institution"), domains__in=below)
        return rows.filter(Exists(held))

    def answered(self, rows: QuerySet[SelfCheck], name: str, item: str) -> QuerySet[SelfCheck]:
        """Only what is handed in and not returned: a draft is nobody's business but the institution's."""
        choice = self.form.cleaned_data.get("choice") or Choice.YES
        given = Answer.objects.filter(item=int(item), choice=choice, self_check__round=self.round)
        return rows.filter(state__in=COUNTED_STATES, pk__in=given.values("self_check"))

    def kept(self, rows: QuerySet[SelfCheck], name: str, value: str) -> QuerySet[SelfCheck]:
        """Read together with the item."""
        return rows


class ProblemFilter(django_filters.FilterSet):
    DERIVED = (("overdue", "逾期未整改"), ("mended", "已整改（含待确认）"))

    q = django_filters.CharFilter(label="机构", method="search", widget=SEARCH)
    round = django_filters.ModelChoiceFilter(
        label="自查轮次", queryset=Round.objects.none(), field_name="self_check__round", empty_label="全部"
    )
    region = django_filters.ChoiceFilter(label="地区", method="in_region", empty_label="全部")
    status = django_filters.ChoiceFilter(
        label="状态", choices=(*Problem.State.choices, *DERIVED), method="in_status", empty_label="全部"
    )
    item = django_filters.NumberFilter(label="自查项目（序号）", field_name="item")

    class Meta:
        model = Problem
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.request.user
        self.filters["region"].extra["choices"] = choices_of_regions(user.scope, self.data.get("region", ""))
        self.filters["round"].queryset = Round.objects.visible_to(user).exclude(state="draft")

    def search(self, rows: QuerySet[Problem], name: str, text: str) -> QuerySet[Problem]:
        return rows.filter(matches(text.strip(), "self_check__institution__"))

    def in_region(self, rows: QuerySet[Problem], name: str, code: str) -> QuerySet[Problem]:
        return rows.filter(self_check__county__code__startswith=scope_of(code))

    def in_status(self, rows: QuerySet[Problem], name: str, status: str) -> QuerySet[Problem]:
        if status == "overdue":
            return rows.filter(state=Problem.State.OPEN, due_on__lt=timezone.localdate())
        if status == "mended":
            return rows.filter(state__in=[Problem.State.REPORTED, Problem.State.CONFIRMED])
        return rows.filter(state=status)


class ChangeRequestFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="机构", method="search", widget=SEARCH)
    region = django_filters.ChoiceFilter(label="地区", method="in_region", empty_label="全部")
    state = django_filters.ChoiceFilter(label="状态", choices=ChangeRequest.State.choices, empty_label="全部")
    field = django_filters.CharFilter(label="栏目", field_name="label", lookup_expr="icontains")

    class Meta:
        model = ChangeRequest
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.request.user
        self.filters["region"].extra["choices"] = choices_of_regions(user.scope, self.data.get("region", ""))

    def search(self, rows: QuerySet[ChangeRequest], name: str, text: str) -> QuerySet[ChangeRequest]:
        return rows.filter(matches(text.strip(), "institution__"))

    def in_region(self, rows: QuerySet[ChangeRequest], name: str, code: str) -> QuerySet[ChangeRequest]:
        return rows.filter(institution__county__code__startswith=scope_of(code))
