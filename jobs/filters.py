import django_filters
from django import forms

from jobs.models import Job, JobState


class JobFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称", field_name="title", lookup_expr="icontains", widget=forms.SearchInput)
    state = django_filters.ChoiceFilter(label="状态", choices=JobState.choices, empty_label="全部")

    class Meta:
        model = Job
        fields: list[str] = []
