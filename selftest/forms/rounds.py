"""What regulators type when they plan a round."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from campaigns.forms.campaign import DayInput
from campaigns.forms.choosing import offer, offer_choices
from selftest.carrying import Pair, pairs
from selftest.models import FormTemplate, Round
from selftest.states import FormState, RoundState

WHY_NOTIFIED = (
    "只请抽中的机构自查，等于提前告诉它们已被抽中。所以除了请辖区内全部机构自查，只能选择已经收到检查通知书的机构；"
    "以后收到通知书的，可以随时补充启动。"
)


class RoundForm(forms.ModelForm[Round]):
    class Meta:
        model = Round
        fields = ["title", "form", "population", "deadline", "needs_letter", "materials"]
        widgets = {"population": forms.RadioSelect, "materials": forms.RadioSelect, "deadline": DayInput()}
        help_texts = {
            "title": "机构在邀请函和填报页面上看到的名称",
            "form": "只能选已发布的自查表",
            "population": WHY_NOTIFIED,
            "deadline": "到这一天结束为止，遇周末不顺延；逾期仍可报送，但标明逾期",
            "needs_letter": "提交后由法定代表人阅读并签署",
            "materials": "选“由机构留存备查”的，机构只填写，不上传证明材料",
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        forms_seen = FormTemplate.objects.visible_to(user).filter(state=FormState.PUBLISHED).defer("content")
        offer(self, "form", forms_seen)

    def clean_deadline(self) -> date:
        deadline: date = self.cleaned_data["deadline"]
        if deadline < timezone.localdate():
            raise forms.ValidationError("截止日期已经过去。")
        return deadline


class CarryForm(forms.Form):
    """Which items of the round are not asked again: those answered and accepted in an earlier round."""

    items = forms.TypedMultipleChoiceField(
        label="不再重复自查的项目", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, round: Round, earlier: Round) -> None:
        kept = round.carried_items if round.carries_from_id == earlier.pk else []
        super().__init__(data, initial={"items": kept})
        self.pairs: list[Pair] = pairs(round.form.parsed, earlier.form.parsed)
        open_pairs = [pair for pair in self.pairs if pair.can_be_carried]
        offer_choices(self, "items", [(str(pair.item.number), pair.item.title) for pair in open_pairs])

    @property
    def rows(self) -> list[tuple[Pair, bool]]:
        """Each pair with whether it is ticked."""
        ticked = {str(value) for value in self["items"].value() or []}
        return [(pair, str(pair.item.number) in ticked) for pair in self.pairs]


def earlier_rounds(round: Round, user: User) -> list[Round]:
    """The rounds whose answers this one may carry over, the newest first."""
    rounds = Round.objects.visible_to(user).exclude(pk=round.pk).exclude(state=RoundState.DRAFT)
    return list(rounds.select_related("form", "campaign"))
