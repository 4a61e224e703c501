"""What is typed to add checks beside the random ones. Institutions are found by words; `find` only looks for more."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from campaigns.adding import Added, not_covered
from campaigns.forms.choosing import offer
from campaigns.models import ADDED_MODES, Campaign, PlanLine, TaskMode
from inspectors.models import Inspector
from institutions.models import Institution, InstitutionState

MOST_FOUND = 30


class AddTasksForm(forms.Form):
    mode = forms.ChoiceField(
        label="方式", choices=[(mode.value, mode.label) for mode in ADDED_MODES], widget=forms.RadioSelect,
        help_text="与随机抽取分开标明、分开统计；延伸检查指案件或问题牵涉到的其他机构",
    )  # fmt: skip
    line = forms.ModelChoiceField(PlanLine.objects.none(), label="条目", empty_label="请选择")
    everything = forms.BooleanField(label="该条目尚未列入的全部机构（全覆盖检查）", required=False)
    search = forms.CharField(
        label="查找机构", required=False, max_length=40, help_text="名称、拼音首字母或统一社会信用代码",
        widget=forms.TextInput(attrs={"type": "search"}),
    )  # fmt: skip
    institutions = forms.ModelMultipleChoiceField(
        Institution.objects.none(), label="检查对象", required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="为什么增列，如投诉举报线索、专项部署、全覆盖监管要求；只有监管人员能看到",
    )  # fmt: skip
    repeated_because = forms.CharField(
        label="重复检查的理由", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="检查对象本年度已被上级或其他活动列入的才需要填写",
    )  # fmt: skip
    officers = forms.ModelMultipleChoiceField(
        Inspector.objects.none(), label="检查人员", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="两名以上；不选的，安排检查时再确定",
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, campaign: Campaign, user: User, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.campaign = campaign
        offer(self, "line", campaign.lines.order_by("position", "pk"))
        self._offer_institutions(user)
        ready = Inspector.objects.visible_to(user).ready_on(timezone.localdate()).filter(bureau=user.bureau_id)
        offer(self, "officers", ready, [(str(each.pk), f"{each.name}　{each.position}".strip()) for each in ready])

    def _offer_institutions(self, user: User) -> None:
        """Those found by the words, and those ticked already."""
        rows = Institution.objects.in_scope("-" if user.scope is None else user.scope).filter(
            state=InstitutionState.OPERATING
        )
        ticked = [each for each in self["institutions"].value() or [] if str(each).isdigit()]
        found = found_by(rows, str(self["search"].value() or "").strip())
        self.has_too_many = len(found) > MOST_FOUND
        shown = {each.pk: each for each in [*rows.filter(pk__in=ticked), *found[:MOST_FOUND]]}
        choices = [(str(pk), f"{each.name}　{each.identifier}　{each.county.name}") for pk, each in shown.items()]
        offer(self, "institutions", rows, choices)

    @property
    def added(self) -> Added:
        given = self.cleaned_data
        chosen = list(given["institutions"])
        if given["everything"]:
            chosen = not_covered(self.campaign, given["line"])
        return Added(
            TaskMode(given["mode"]), given["line"], chosen, given["reason"], tuple(given["officers"]),
            given["repeated_because"],
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        is_everything = values.get("everything")
        if is_everything and values.get("mode") not in (None, TaskMode.FULL):
            self.add_error("everything", "只有全覆盖检查可以一次列入全部机构。")
        if not is_everything and not values.get("institutions"):
            self.add_error("institutions", "请先查找，再勾选检查对象。")
        return values


def found_by(rows: QuerySet[Institution], words: str) -> list[Institution]:
    """One more than are shown, so that it can be said that there are more; none without words."""
    if not words:
        return []
    said = Q(name__icontains=words) | Q(initials__istartswith=words) | Q(uscc__istartswith=words)
    return list(rows.filter(said).select_related("county").order_by("name", "pk")[: MOST_FOUND + 1])
