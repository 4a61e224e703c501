import django_filters
from django import forms
from django.apps import apps
from django.db.models import Q, QuerySet

from accounts import actions
from accounts.models import AuditEvent, Bureau, Department, Region, Role, User

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class UserFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="姓名、用户名", method="search", widget=forms.SearchInput)
    bureau = django_filters.ModelChoiceFilter(label="单位", queryset=Bureau.objects.all(), empty_label="全部")
    role = django_filters.ChoiceFilter(
        label="角色", choices=Role.choices, field_name="role_assignments__role", empty_label="全部"
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=[("1", "在用"), ("0", "已停用")], field_name="is_active", empty_label="全部"
    )

    class Meta:
        model = User
        fields: list[str] = []

    def search(self, users: QuerySet[User], name: str, text: str) -> QuerySet[User]:
        return users.filter(Q(name__icontains=text) | Q(username__icontains=text))


class BureauFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称、代码", method="search", widget=forms.SearchInput)
    department = django_filters.ModelChoiceFilter(label="部门", queryset=Department.objects.all(), empty_label="全部")
    city = django_filters.ModelChoiceFilter(
        label="市", queryset=Region.objects.filter(level=Region.Level.CITY), method="in_city", empty_label="全部"
    )

    class Meta:
        model = Bureau
        fields: list[str] = []

    def search(self, bureaus: QuerySet[Bureau], name: str, text: str) -> QuerySet[Bureau]:
        return bureaus.filter(Q(name__icontains=text) | Q(short_name__icontains=text) | Q(code__icontains=text))

    def in_city(self, bureaus: QuerySet[Bureau], name: str, city: Region) -> QuerySet[Bureau]:
        return bureaus.filter(region__code__startswith=city.scope)


class RegionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称、代码", method="search", widget=forms.SearchInput)
    level = django_filters.ChoiceFilter(label="级别", choices=Region.Level.choices, empty_label="全部")
    kind = django_filters.ChoiceFilter(label="类别", choices=Region.Kind.choices, empty_label="全部")

    class Meta:
        model = Region
        fields: list[str] = []

    def search(self, regions: QuerySet[Region], name: str, text: str) -> QuerySet[Region]:
        return regions.filter(Q(name__icontains=text) | Q(code__startswith=text))


def action_choices() -> list[tuple[str, str]]:
    return list(actions.labels().items())


def subject_choices() -> list[tuple[str, str]]:
    """The kinds of objects that appear in the trail, by their Chinese names."""
    kinds = {model._meta.label_lower: str(model._meta.verbose_name) for model in apps.get_models()}
    return sorted((key, name) for key, name in kinds.items() if key.split(".")[0] in OUR_APPS)


OUR_APPS = frozenset({"accounts", "jobs", "institutions", "inspectors", "campaigns", "reports", "selftest"})


class AuditFilter(django_filters.FilterSet):
    since = django_filters.DateFilter(label="自", field_name="at", lookup_expr="date__gte", widget=DAY)
    until = django_filters.DateFilter(label="至", field_name="at", lookup_expr="date__lte", widget=DAY)
    person = django_filters.CharFilter(label="操作人", method="by_person", widget=forms.SearchInput)
    action = django_filters.ChoiceFilter(label="操作", choices=action_choices, empty_label="全部")
    subject = django_filters.ChoiceFilter(
        label="对象类别", choices=subject_choices, field_name="subject_type", empty_label="全部"
    )

    class Meta:
        model = AuditEvent
        fields: list[str] = []

    def by_person(self, events: QuerySet[AuditEvent], name: str, text: str) -> QuerySet[AuditEvent]:
        return events.filter(Q(actor__name__icontains=text) | Q(actor__username__icontains=text))
