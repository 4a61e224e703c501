import re
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Bureau
from inspectors.models import ConflictOfInterest, Expert, Inspector, Leave, PersonState
from inspectors.queries import certificates_ending, certificates_valid, on_leave
from institutions.queries import DomainTree, region_choices, scope_of

LATIN = re.compile(r"[A-Za-z0-9]+")
CERTIFICATES = (("valid", "两证有效"), ("gap", "两证不全或过期"), ("ending", "90 日内到期"))
LEAVE = (("away", "请假"), ("here", "在岗"))
BANS = (("none", "未禁用"), ("banned", "已禁用"), ("permanent", "终生禁用"))
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def in_region(rows: QuerySet[Any], path: str, code: str) -> QuerySet[Any]:
    return rows.filter(**{f"{path}__startswith": scope_of(code)})


def named(text: str, *also: str) -> Q:
    """Every word somewhere in the name, the number, the initials or one of the fields named."""
    found = Q()
    for word in text.split()[:5]:
        one = Q(name__icontains=word) | Q(number__istartswith=word)
        for field in also:
            one |= Q(**{f"{field}__icontains": word})
        if LATIN.fullmatch(word):
            one |= Q(initials__startswith=word.lower())
        found &= one
    return found


class InspectorFilter(django_filters.FilterSet):
    """The list, its counters' links and the export all read the same address."""

    q = django_filters.CharFilter(label="姓名、编号、首字母", method="search", widget=forms.SearchInput)
    bureau = django_filters.ChoiceFilter(label="所在单位", empty_label="全部")
    region = django_filters.ChoiceFilter(label="地区", method="of_region", empty_label="全部")
    certificate = django_filters.ChoiceFilter(
        label="执法证", choices=CERTIFICATES, method="by_certificate", empty_label="全部"
    )
    on = django_filters.DateFilter(label="按这一天看证件", method="keep", widget=DAY)
    department = django_filters.ChoiceFilter(label="部门", field_name="bureau__department", empty_label="全部")
    domain = django_filters.ChoiceFilter(label="可检查领域", method="of_domain", empty_label="全部")
    state = django_filters.ChoiceFilter(label="状态", choices=PersonState.choices, empty_label="全部")
    leave = django_filters.ChoiceFilter(label="请假", choices=LEAVE, method="by_leave", empty_label="全部")
    can_lead = django_filters.ChoiceFilter(label="可任组长", choices=(("1", "是"), ("0", "否")), empty_label="全部")

    class Meta:
        model = Inspector
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = self.request.user.scope
        self._tree = DomainTree()
        self.filters["domain"].extra["choices"] = self._tree.choices()
        self.filters["region"].extra["choices"] = region_choices(scope) if scope is not None else []
        in_scope = Bureau.objects.filter(region__code__startswith=scope if scope is not None else "-")
        bureaus = list(in_scope.select_related("department"))
        departments = {bureau.department_id: bureau.department.name for bureau in bureaus}
        self.filters["bureau"].extra["choices"] = [(bureau.pk, bureau.name) for bureau in bureaus]
        self.filters["department"].extra["choices"] = list(departments.items())

    @property
    def day(self) -> date:
        """The day on which certificates and leave are judged: the one asked for, or today."""
        self.form.is_valid()
        return self.form.cleaned_data.get("on") or timezone.localdate()

    def search(self, rows: QuerySet[Inspector], name: str, text: str) -> QuerySet[Inspector]:
        return rows.filter(named(text, "department_certificate", "province_certificate"))

    def of_region(self, rows: QuerySet[Inspector], name: str, code: str) -> QuerySet[Inspector]:
        return in_region(rows, "bureau__region__code", code)

    def of_domain(self, rows: QuerySet[Inspector], name: str, code: str) -> QuerySet[Inspector]:
        """Also those who name no domain: they may check all."""
        named_here = Inspector.domains.through.objects.filter(domain__in=self._tree.below(code))
        named_any = Inspector.domains.through.objects.all()
        return rows.filter(Q(pk__in=named_here.values("inspector")) | ~Q(pk__in=named_any.values("inspector")))

    def by_certificate(self, rows: QuerySet[Inspector], name: str, choice: str) -> QuerySet[Inspector]:
        if choice == "ending":
            return rows.filter(certificates_ending(self.day))
        valid = certificates_valid(self.day)
        return rows.filter(valid) if choice == "valid" else rows.exclude(valid)

    def by_leave(self, rows: QuerySet[Inspector], name: str, choice: str) -> QuerySet[Inspector]:
        away = on_leave(self.day)
        return rows.filter(away) if choice == "away" else rows.exclude(away)

    def keep(self, rows: QuerySet[Inspector], name: str, value: object) -> QuerySet[Inspector]:
        return rows


class ExpertFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="姓名、编号、首字母", method="search", widget=forms.SearchInput)
    region = django_filters.ChoiceFilter(label="地区", method="of_region", empty_label="全部")
    domain = django_filters.ChoiceFilter(label="擅长领域", method="of_domain", empty_label="全部")
    ban = django_filters.ChoiceFilter(label="禁用", choices=BANS, method="by_ban", empty_label="全部")
    state = django_filters.ChoiceFilter(label="状态", choices=PersonState.choices, empty_label="全部")

    class Meta:
        model = Expert
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = self.request.user.scope
        self._tree = DomainTree()
        self.filters["domain"].extra["choices"] = self._tree.choices()
        self.filters["region"].extra["choices"] = region_choices(scope[:2]) if scope is not None else []

    def search(self, rows: QuerySet[Expert], name: str, text: str) -> QuerySet[Expert]:
        return rows.filter(named(text, "employer"))

    def of_region(self, rows: QuerySet[Expert], name: str, code: str) -> QuerySet[Expert]:
        return in_region(rows, "region__code", code)

    def of_domain(self, rows: QuerySet[Expert], name: str, code: str) -> QuerySet[Expert]:
        links = Expert.domains.through.objects.filter(domain__in=self._tree.below(code))
        return rows.filter(pk__in=links.values("expert"))

    def by_ban(self, rows: QuerySet[Expert], name: str, choice: str) -> QuerySet[Expert]:
        if choice == "permanent":
            return rows.filter(ban_is_permanent=True)
        return rows.filter(banned_on__isnull=choice == "none")


class ConflictFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="人员、机构", method="search", widget=forms.SearchInput)
    decision = django_filters.ChoiceFilter(
        label="决定", choices=ConflictOfInterest.Decision.choices, empty_label="全部"
    )
    kind = django_filters.ChoiceFilter(label="关系", choices=ConflictOfInterest.Kind.choices, empty_label="全部")

    class Meta:
        model = ConflictOfInterest
        fields: list[str] = []

    def search(self, rows: QuerySet[ConflictOfInterest], name: str, text: str) -> QuerySet[ConflictOfInterest]:
        fields = ("inspector__name", "inspector__initials", "expert__name", "expert__initials", "institution__name")
        found = Q()
        for field in fields:
            found |= Q(**{f"{field}__icontains": text})
        return rows.filter(found)


class LeaveFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="姓名、编号、首字母", method="search", widget=forms.SearchInput)
    on = django_filters.DateFilter(label="包含这一天", method="covering", widget=DAY)

    class Meta:
        model = Leave
        fields: list[str] = []

    def search(self, rows: QuerySet[Leave], name: str, text: str) -> QuerySet[Leave]:
        return rows.filter(inspector__in=Inspector.objects.filter(named(text)))

    def covering(self, rows: QuerySet[Leave], name: str, day: date) -> QuerySet[Leave]:
        return rows.filter(starts_on__lte=day, ends_on__gte=day)
