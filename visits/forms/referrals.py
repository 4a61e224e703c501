"""Handing over a referral, and answering one."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Bureau
from campaigns.forms.campaign import DayInput
from visits.models import Referral
from visits.states import OPEN_REFERRALS, ReferralState

MOST_NAMED = 6
YES = (("1", "是"),)


class BureauField(forms.CharField):
    """A bureau by its name, typed or chosen from the page's list (visits/_bureau_names.html); a part of the name will do
    where only one has it."""

    def __init__(self, **more: Any) -> None:
        attrs = {"list": "bureau-names", "autocomplete": "off"}
        super().__init__(max_length=60, widget=forms.TextInput(attrs=attrs), **more)

    def clean(self, value: Any) -> Any:
        name: str = super().clean(value)
        if not name:
            return None
        exact = Bureau.objects.filter(Q(name=name) | Q(short_name=name)).first()
        return exact or self._by_part(name)

    def _by_part(self, name: str) -> Bureau:
        found = list(Bureau.objects.filter(Q(name__icontains=name) | Q(short_name__icontains=name))[: MOST_NAMED + 1])
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(f"没有名称含“{name}”的单位。不使用本系统的单位请填在下一栏。")
        names = "、".join(each.name for each in found[:MOST_NAMED])
        raise forms.ValidationError(
            f"有几个单位的名称含“{name}”，请写全：{names}{'等' if len(found) > MOST_NAMED else ''}。"
        )


class ReferralForm(forms.Form):
    subject = forms.CharField(
        label="线索涉及的单位",
        max_length=120,
        help_text="被检查机构，或者名录库以外的第三方，如设备、软件的生产销售单位。",
    )
    text = forms.CharField(
        label="线索内容", max_length=4000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="时间、地点、事实和已经掌握的证据。接收单位会原文看到。",
    )  # fmt: skip
    receiver = BureauField(
        label="接收单位", required=False, help_text="使用本系统的单位，键入名称的一部分后选择，如“大同市公安”。"
    )
    outside = forms.CharField(
        label="系统外的接收单位", max_length=80, required=False,
        help_text="外省等不使用本系统的单位填在这里；移送后下载移送函和数据文件，对方的回执和反馈由您登记。",
    )  # fmt: skip
    due_on = forms.DateField(label="反馈期限", widget=DayInput(), help_text="要求对方在这一天之前反馈办理情况。")

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day <= timezone.localdate():
            raise forms.ValidationError("反馈期限应晚于今天。")
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "receiver" in values and bool(values["receiver"]) == bool(values.get("outside")):
            self.add_error("receiver", "接收单位和系统外的接收单位，请填其中一个。")
        return values


class AnswerForm(forms.Form):
    """What the receiver says when it accepts, declines or has dealt with the referral."""

    acknowledgement = forms.CharField(
        label="回执编号", max_length=60, required=False, help_text="对方出具的回执或者收文编号。"
    )
    words = forms.CharField(label="意见", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, data: Any = None, *, referral: Referral) -> None:
        super().__init__(data)
        is_sent = referral.state == ReferralState.SENT
        if referral.receiver_id is not None or not is_sent:
            del self.fields["acknowledgement"]
        self.fields["words"].label = "理由" if is_sent else "办理情况"
        self.fields["words"].help_text = (
            "不予接收时必须写明理由，移送单位会看到。" if is_sent else "核查结果、处理决定和文号，移送单位会看到。"
        )


class ReferralFilter(django_filters.FilterSet):
    SIDES = (("received", "收到的"), ("sent", "移送出去的"))

    q = django_filters.CharFilter(label="编号或单位", method="search", widget=forms.SearchInput())
    side = django_filters.ChoiceFilter(label="方向", choices=SIDES, method="on_side", empty_label="全部")
    state = django_filters.ChoiceFilter(label="状态", choices=ReferralState.choices, empty_label="全部")
    late = django_filters.ChoiceFilter(label="逾期", choices=YES, method="is_late", empty_label="全部")

    class Meta:
        model = Referral
        fields: list[str] = []

    def search(self, rows: QuerySet[Referral], name: str, text: str) -> QuerySet[Referral]:
        words = text.strip()
        return rows.filter(Q(number__icontains=words) | Q(subject__icontains=words))

    def on_side(self, rows: QuerySet[Referral], name: str, side: str) -> QuerySet[Referral]:
        bureau = self.request.user.bureau
        return rows.filter(receiver=bureau) if side == "received" else rows.filter(sender=bureau)

    def is_late(self, rows: QuerySet[Referral], name: str, value: str) -> QuerySet[Referral]:
        return rows.filter(state__in=OPEN_REFERRALS, due_on__lt=timezone.localdate())
