from accounts.models import User
from accounts.rules import can
from campaigns import pages
from campaigns.models import Campaign
from selftest.models import Round


def shows_rounds(user: User, campaign: Campaign) -> bool:
    """To whoever may plan a round of the campaign, and to those who see one."""
    if can(user, "edit", Round(campaign=campaign)):
        return not campaign.is_practice
    return user.is_market_regulator and Round.objects.visible_to(user).filter(campaign=campaign).exists()


pages.offer(pages.Page("self_checks", "机构自查", "selftest:campaign_rounds", shows_rounds))
