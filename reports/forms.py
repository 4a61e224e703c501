from typing import Any

from django import forms
from django.db.models import QuerySet

from campaigns.models import Campaign


class CampaignChoice(forms.Form):
    """Which campaign the pictures are of; the newest while none is chosen."""

    def __init__(self, *args: Any, campaigns: QuerySet[Campaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaigns = list(campaigns[:100])
        self.fields["campaign"] = forms.ModelChoiceField(
            campaigns,
            label="抽查活动",
            required=False,
            empty_label=None,
            initial=self.campaigns[0] if self.campaigns else None,
        )

    def chosen(self) -> Campaign | None:
        """Raises nothing: an unknown campaign gives the newest."""
        if self.is_valid() and self.cleaned_data["campaign"]:
            found: Campaign = self.cleaned_data["campaign"]
            return found
        return self.campaigns[0] if self.campaigns else None
