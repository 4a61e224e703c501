"""The place of a notice: reference data, its accounts, its two pools, and somebody who reports for an institution."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.management import call_command

from accounts.demo import accounts_of
from accounts.models import Bureau, User
from accounts.services.places import edit_bureau
from campaigns.models import Campaign
from config.demo.notices.stages import Show
from config.demo.seeding import import_institutions, import_people, open_accounts
from inspectors.models import Inspector
from inspectors.models import Pool as PeoplePool
from inspectors.services.inspectors import link_account
from institutions.services import appoint_representative


@dataclass(frozen=True, slots=True)
class Rows:
    institutions: Iterable[Mapping[str, str]]
    inspectors: Iterable[Mapping[str, str]]


def open_place(notice: str) -> dict[str, User]:
    call_command("load_reference", verbosity=0)
    return open_accounts(accounts_of(notice))


def fill_pools(rows: Rows, title: str, *, by: User) -> None:
    import_institutions(rows.institutions, f"{title}检查对象名录库（演示）.xlsx", by=by)
    import_people(rows.inspectors, PeoplePool.INSPECTORS, f"{title}检查人员名录库（演示）.xlsx", by=by)


def appoint(campaign: Campaign, show: Show) -> None:
    """The demo's clerk and legal representative report for the second institution of the campaign."""
    institution = campaign.tasks.order_by("number")[1].institution
    for name in ("institution-clerk", "institution-head"):
        user = show.accounts[name]
        appoint_representative(institution, user, next(iter(user.roles)), by=show.cast.officer)


def link_inspector(account: User, *, by: User) -> None:
    """The first of the account's bureau."""
    inspector = Inspector.objects.active().filter(bureau=account.bureau_id, user=None).order_by("number")[0]
    link_account(inspector, account, by=by)


def name_contacts(contacts: Mapping[str, str], accounts: Mapping[str, User]) -> None:
    """Bureau code → office that answers for it, with a landline that cannot exist."""
    for index, (code, office) in enumerate(contacts.items()):
        values = {"contact_office": office, "contact_phone": f"0350-000000{index + 1}"}
        edit_bureau(Bureau.objects.get(pk=code), values, by=accounts["sysadmin"])
