from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Bureau, User
from campaigns.blueprints import Blueprint, Wishes
from campaigns.blueprints.creating import moved_title
from campaigns.forms.campaign import DayInput
from campaigns.forms.choosing import offer
from campaigns.models import Campaign, CampaignKind

PRINTED, MOVED = "printed", "moved"


class BlueprintForm(forms.ModelForm[Campaign]):
    """What differs from the notice: year, dates, numbers, and for a look-back the campaigns it looks back at."""

    dates = forms.ChoiceField(
        label="日期",
        choices=[(MOVED, "移到所填年度"), (PRINTED, "照通知原文")],
        widget=forms.RadioSelect,
        help_text="两种日期对照见“日期”表。照通知原文的，年度也按通知。",
    )

    class Meta:
        model = Campaign
        fields = ["year", "dates", "number", "title", "document_number", "issued_on", "parent", "looks_back_at"]
        widgets = {"issued_on": DayInput(), "looks_back_at": forms.CheckboxSelectMultiple}
        help_texts = {
            "number": "用于任务编号，如 140200-2025-92",
            "document_number": "尚未编号的可以留空",
            "issued_on": "留空的，按日期表",
            "parent": "本活动承接的上级活动",
            "looks_back_at": "检查对象限于这些活动中认定问题的机构",
        }

    def __init__(
        self, data: Any = None, *, blueprint: Blueprint, lead: Bureau, user: User, year: int | None = None
    ) -> None:
        year = year or timezone.localdate().year
        number = f"{lead.region_id}-{year}-{blueprint.serial}"
        super().__init__(data, initial={
            "year": year, "dates": MOVED, "number": _free(number), "title": moved_title(blueprint, year),
        })  # fmt: skip
        self.blueprint = blueprint
        offer(self, "parent", Campaign.objects.visible_to(user).exclude(kind=CampaignKind.PRACTICE))
        earlier = Campaign.objects.visible_to(user).with_tasks().exclude(kind=CampaignKind.PRACTICE)
        offer(self, "looks_back_at", earlier)
        if blueprint.kind != CampaignKind.LOOK_BACK:
            del self.fields["looks_back_at"]

    @property
    def keeps_dates(self) -> bool:
        return str(self["dates"].value()) == PRINTED

    @property
    def shown_year(self) -> int:
        """Into which the dates move, as typed so far."""
        return year_in(str(self["year"].value() or "")) or self.blueprint.year

    @property
    def wishes(self) -> Wishes:
        given = self.cleaned_data
        year = self.blueprint.year if self.keeps_dates else given["year"]
        suggested = moved_title(self.blueprint, given["year"])
        return Wishes(
            number=given["number"],
            title="" if given["title"] == suggested else given["title"],
            year=year,
            document_number=given["document_number"],
            issued_on=given["issued_on"],
            parent=given["parent"],
            looks_back_at=tuple(given.get("looks_back_at", ())),
        )

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if year_in(str(year)) is None:
            raise forms.ValidationError("请填写 2000 至 2100 之间的年度。")
        return year


def year_in(text: str) -> int | None:
    """The year that the text names, within reason."""
    return int(text) if text.isascii() and text.isdigit() and 2000 <= int(text) <= 2100 else None


def _free(number: str) -> str:
    """The number, or one that says it is another of the same."""
    taken = set(Campaign.objects.filter(number__startswith=number).values_list("number", flat=True))
    further = (f"{number}-{count}" for count in range(2, len(taken) + 3))
    return next(each for each in (number, *further) if each not in taken)
