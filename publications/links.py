"""Where the pages of a task and of a campaign lead when it comes to what is public."""

from collections.abc import Iterator

from accounts.access import routes
from accounts.links import Link, offer
from accounts.models import User
from campaigns import pages
from campaigns.models import Campaign, Task
from campaigns.states import CampaignState
from publications.models import Publication


def of_task(user: User, task: Task) -> Iterator[Link]:
    seen = Publication.objects.visible_to(user).filter(versions__results__task=task).distinct()
    for publication in seen[:3]:
        yield Link("结果公示", publication.get_absolute_url(), "megaphone")


def shows_publications(user: User, campaign: Campaign) -> bool:
    """From the first agreement on, to those who may open the page."""
    return campaign.state != CampaignState.DRAFT and bool(user.roles & routes()["publications:campaign"]["GET"])


offer(Task, of_task)
pages.offer(pages.Page("publications", "公示", "publications:campaign", shows_publications))
