import django_filters
from django import forms

from jobs.kinds import known_kinds
from jobs.models import Failure, Job, JobQuerySet, JobQueue, JobState
from jobs.overview import failed_lately

NEEDS = [("attention", "超过 1 分钟无人执行"), ("faults", "近一天因系统原因未完成")]


class JobFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称", field_name="title", lookup_expr="icontains", widget=forms.SearchInput)
    state = django_filters.ChoiceFilter(label="状态", choices=JobState.choices, empty_label="全部")

    class Meta:
        model = Job
        fields: list[str] = []


def kind_choices() -> list[tuple[str, str]]:
    return [(kind.name, kind.label) for kind in known_kinds()]


class OverviewFilter(django_filters.FilterSet):
    needs = django_filters.ChoiceFilter(label="需要处理", choices=NEEDS, method="of_need", empty_label="全部")
    state = django_filters.ChoiceFilter(label="状态", choices=JobState.choices, empty_label="全部")
    queue = django_filters.ChoiceFilter(label="队列", choices=JobQueue.choices, empty_label="全部")
    kind = django_filters.ChoiceFilter(label="类别", choices=kind_choices, empty_label="全部")
    failure = django_filters.ChoiceFilter(label="失败类型", choices=Failure.choices, empty_label="全部")

    class Meta:
        model = Job
        fields: list[str] = []

    def of_need(self, jobs: JobQuerySet, name: str, value: str) -> JobQuerySet:
        if value == "faults":
            return jobs.filter(pk__in=failed_lately().values("pk"))
        return jobs.needing_attention()
