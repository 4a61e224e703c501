"""What the documents of a bureau share: head, addressees, contacts, and what a person has to write."""

from collections.abc import Iterable

from accounts.models import Bureau, Region
from campaigns.models import Campaign
from reports.campaign_notice import BELOW
from reports.documents import Attachment, Block, Column, Contact, OfficialDocument
from reports.official.content import TO_FILL_IN

WHAT_COUNTS = "注：问题以各部门联合研判后认定的检查结果为准，处理措施以已作出的决定为准。"
ORDINAL = Column("序号", 0.5, "center", unbroken=True)


def fill_in(what: str) -> str:
    return f"{TO_FILL_IN}{what}】"


def joined(parts: Iterable[str], none: str) -> str:
    return "、".join(parts) or none


def official(
    bureau: Bureau, title: str, recipients: str, body: Iterable[Block], *, issuers: tuple[str, ...] = (),
    attachments: Iterable[Attachment] = (), openness: str = "",
) -> OfficialDocument:  # fmt: skip
    return OfficialDocument(
        issuers=issuers or (bureau.name,),
        number="",
        title=title,
        recipients=recipients,
        body=tuple(body),
        attachments=tuple(attachments),
        openness=openness,
        printed_by=f"{bureau.name}办公室",
        contacts=_contacts(bureau),
    )


def _contacts(bureau: Bureau) -> tuple[Contact, ...]:
    phone = bureau.contact_phone
    return (Contact(bureau.contact_office or bureau.short_name, phone),) if phone else ()


def issuers_of(campaign: Campaign) -> tuple[str, ...]:
    """In the order of the red head."""
    names = campaign.issuers.select_related("bureau").values_list("bureau__name", flat=True)
    return tuple(names) or (campaign.lead_bureau.name,)


def those_below(bureau: Bureau) -> str:
    """The same department in the regions below."""
    below = BELOW[Region.Level(bureau.region.level)]
    return f"{below}{bureau.department.short_name}局" if below else "各有关单位"


def the_one_above(bureau: Bureau) -> str:
    parent = bureau.branch_of
    if parent is None:
        parent = Bureau.objects.filter(department=bureau.department, region=bureau.region.parent_id).first()
    return parent.name if parent else fill_in("主送机关")
