"""What a person may ask to be made of a campaign, and how such work is started; the worker checks again."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Region, User
from accounts.rules import can
from campaigns.models import Campaign, Task
from jobs.models import Job
from jobs.services import start_job

LONGEST_TITLE = 80
UNFIT_FOR_FILE_NAMES = str.maketrans(dict.fromkeys('/\\:*?"<>|\r\n\t', ""))


@dataclass(frozen=True, slots=True)
class Product:
    """A kind of job, the right it needs (campaigns/rules.py), what people call it."""

    kind: str
    right: str
    label: str


TASK_LIST = Product("reports.task_list", "download", "任务清单")
NOTICES = Product("reports.notices", "download", "检查通知书")
DRAWN_LIST = Product("reports.drawn_list", "see_result", "抽取名单")
CAMPAIGN_NOTICE = Product("reports.campaign_notice", "see_result", "抽查通知")


def may_have(user: User, product: Product, campaign: Campaign) -> bool:
    """Lists and inspection notices exist once the campaign is drawn, or listed as a whole."""
    return can(user, product.right, campaign) and (product is CAMPAIGN_NOTICE or campaign.has_tasks)


def county_with_tasks(user: User, campaign: Campaign, code: str) -> Region | None:
    """The county of that code if the user sees a task of the campaign in it."""
    tasks = Task.objects.visible_to(user).live().filter(campaign=campaign, institution__county_id=code)
    return Region.objects.filter(pk=code).first() if tasks.exists() else None


@transaction.atomic
def ask_for(product: Product, campaign: Campaign, *, by: User, county: Region | None = None, **details: str) -> Job:
    """Start the work; asking again while it is under way gives the same job."""
    code = county.pk if county else ""
    parameters = {"campaign": campaign.pk, "county": code, **details}
    place = f"（{county.name}）" if county else ""
    key = ":".join([product.kind, str(campaign.pk), code, details.get("form", ""), str(by.pk)])
    return start_job(product.kind, f"{product.label}{place}：{campaign.title}", by=by, parameters=parameters, key=key)


def file_name(campaign: Campaign, product: str, *, suffix: str, place: str = "", day: date | None = None) -> str:
    """大同市2025年…任务清单（云冈区）20250920.xlsx, fit for every file system."""
    title = campaign.title.translate(UNFIT_FOR_FILE_NAMES)[:LONGEST_TITLE]
    where = f"（{place}）" if place else ""
    return f"{title}{product}{where}{day or timezone.localdate():%Y%m%d}.{suffix}"
