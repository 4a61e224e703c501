import re
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from accounts.rules import can
from institutions.models import (
    Certificate,
    CertificateLevel,
    CertificateState,
    CreditClass,
    ImportDifference,
    ImportFault,
    Institution,
    InstitutionState,
    RiskKind,
)
from institutions.models.risks import KEY_TARGET_KINDS
from institutions.queries import (
    DomainTree,
    ends_within,
    has_certificate,
    has_flag,
    has_valid_certificate,
    region_choices,
    scope_of,
)

KEY_TARGET = "key"
EXPIRY = (
    ("valid", "有有效证书"), ("30", "30 日内到期"), ("90", "90 日内到期"), ("180", "180 日内到期"), ("none", "没有有效证书"),
)  # fmt: skip
LATIN = re.compile(r"[A-Za-z0-9 ]+")


class InstitutionFilter(django_filters.FilterSet):
    """The list, its counters' links and the export all read the same address."""

    q = django_filters.CharFilter(
        label="查找",
        method="search",
        widget=forms.SearchInput(attrs={"placeholder": "名称、代码、首字母"}),
    )
    region = django_filters.ChoiceFilter(label="地区", method="in_region", empty_label="全部")
    domain = django_filters.ChoiceFilter(label="领域", method="in_domain", empty_label="全部")
    state = django_filters.ChoiceFilter(label="经营状态", choices=InstitutionState.choices, empty_label="全部")
    level = django_filters.ChoiceFilter(
        label="资质认定级别", choices=CertificateLevel.choices, method="of_level", empty_label="全部"
    )
    certificate_state = django_filters.ChoiceFilter(
        label="证书状态", choices=CertificateState.choices, method="with_certificate_state", empty_label="全部"
    )
    expiry = django_filters.ChoiceFilter(label="证书到期", choices=EXPIRY, method="by_expiry", empty_label="全部")
    national_centre = django_filters.ChoiceFilter(
        label="国家质检中心", choices=(("1", "是"),), method="of_national_centre", empty_label="全部"
    )
    credit_class = django_filters.ChoiceFilter(label="信用风险分类", choices=CreditClass.choices, empty_label="全部")
    flag = django_filters.ChoiceFilter(
        label="风险标记",
        choices=((KEY_TARGET, "重点抽查对象"), *RiskKind.choices),
        method="flagged",
        empty_label="全部",
    )

    class Meta:
        model = Institution
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.request.user
        self._tree = DomainTree()
        self.filters["domain"].extra["choices"] = self._tree.choices()
        self.filters["region"].extra["choices"] = region_choices(user.scope or "") if user.scope is not None else []
        if not can(user, "see_risk", Institution):
            del self.filters["credit_class"], self.filters["flag"]

    def search(self, rows: QuerySet[Institution], name: str, text: str) -> QuerySet[Institution]:
        words = text.split()
        for word in words[:5]:
            rows = rows.filter(pk__in=_matching(word))
        return rows

    def in_region(self, rows: QuerySet[Institution], name: str, code: str) -> QuerySet[Institution]:
        return rows.filter(county__code__startswith=scope_of(code))

    def in_domain(self, rows: QuerySet[Institution], name: str, code: str) -> QuerySet[Institution]:
        return rows.filter(has_certificate(domains__in=self._tree.below(code)))

    def of_level(self, rows: QuerySet[Institution], name: str, level: str) -> QuerySet[Institution]:
        return rows.filter(has_certificate(level=level))

    def with_certificate_state(self, rows: QuerySet[Institution], name: str, state: str) -> QuerySet[Institution]:
        return rows.filter(has_certificate(state=state))

    def by_expiry(self, rows: QuerySet[Institution], name: str, choice: str) -> QuerySet[Institution]:
        today = timezone.localdate()
        if choice == "none":
            return rows.filter(state=InstitutionState.OPERATING).exclude(has_valid_certificate(today))
        return rows.filter(has_valid_certificate(today) if choice == "valid" else ends_within(int(choice), today))

    def of_national_centre(self, rows: QuerySet[Institution], name: str, value: str) -> QuerySet[Institution]:
        return rows.filter(has_certificate(is_national_centre=True))

    def flagged(self, rows: QuerySet[Institution], name: str, kind: str) -> QuerySet[Institution]:
        return rows.filter(has_flag(*KEY_TARGET_KINDS) if kind == KEY_TARGET else has_flag(kind))


def _matching(word: str) -> QuerySet[Any, int]:
    """Names anywhere, codes and certificate numbers from their beginning, initials anywhere.

    Each is looked up by an index of its own: one condition joined by "or" would read every row.
    """
    everyone, certificates = Institution.objects.order_by(), Certificate.objects.order_by()
    found: list[QuerySet[Any, int]] = [
        everyone.filter(name__icontains=word).values_list("pk", flat=True),
        certificates.filter(authorised_name__icontains=word).values_list("institution_id", flat=True),
    ]
    if LATIN.fullmatch(word):
        code = word.upper()
        found += [
            everyone.filter(uscc__startswith=code).values_list("pk", flat=True),
            everyone.filter(organisation_code__startswith=code).values_list("pk", flat=True),
            everyone.filter(initials__contains=word.lower()).values_list("pk", flat=True),
            certificates.filter(number__startswith=code).values_list("institution_id", flat=True),
        ]
    return found[0].union(*found[1:])


class FaultFilter(django_filters.FilterSet):
    level = django_filters.ChoiceFilter(label="级别", choices=ImportFault.Level.choices, empty_label="全部")
    title = django_filters.ChoiceFilter(label="列", empty_label="全部")
    message = django_filters.CharFilter(label="说明", lookup_expr="icontains", widget=forms.SearchInput)

    class Meta:
        model = ImportFault
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = self.queryset.order_by("title").values_list("title", flat=True).distinct()
        self.filters["title"].extra["choices"] = [(title, title) for title in titles if title]


class DifferenceFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="类别", choices=ImportDifference.Kind.choices, empty_label="全部")
    thing = django_filters.ChoiceFilter(label="对象", choices=(("机构", "机构"), ("证书", "证书")), empty_label="全部")
    label = django_filters.CharFilter(label="名称、编号", lookup_expr="icontains", widget=forms.SearchInput)
    show = django_filters.CharFilter(widget=forms.HiddenInput, method="stay")

    class Meta:
        model = ImportDifference
        fields: list[str] = []

    def stay(self, rows: QuerySet[ImportDifference], name: str, value: str) -> QuerySet[ImportDifference]:
        """The tab, kept in the address while its rows are filtered."""
        return rows
