"""Who acts in the demo's inspections: its accounts, and those of colleagues and institutions, opened when needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from accounts.demo import DEMO_PASSWORD
from accounts.models import Role, User
from accounts.services import roles, users
from campaigns.models import Campaign, Task
from inspectors.models import Inspector
from inspectors.services.inspectors import link_account
from institutions.models import Institution, Representative
from selftest import activating, inviting
from visits.models import Visit

SPEAKERS = {"scjg:140200": "datong-officer", "ga:140200": "datong-police", "sthj:140200": "datong-ecology"}


@dataclass(frozen=True, slots=True)
class Cast:
    """`now` is the moment at which the demo is made."""

    accounts: Mapping[str, User]
    now: datetime

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    def __getitem__(self, username: str) -> User:
        return self.accounts[username]

    def speaker(self, bureau: str | None) -> User:
        """Who enters results and decisions of this bureau."""
        return self.accounts[SPEAKERS.get(bureau or "", "datong-officer")]

    def account_of(self, inspector: Inspector) -> User:
        inspector.refresh_from_db()
        return inspector.user or self._open(inspector)

    def _open(self, inspector: Inspector) -> User:
        officer = self.accounts["datong-officer"]
        user, _ = users.create_user(
            f"demo-inspector-{inspector.number.lower()}", inspector.name, bureau=inspector.bureau,
            password=DEMO_PASSWORD, by=self.accounts["sysadmin"],
        )  # fmt: skip
        roles.grant_role(user, Role.INSPECTOR, by=self.accounts["secadmin"])
        user = User.objects.get(pk=user.pk)
        link_account(inspector, user, by=officer)
        return user

    def recorders(self, visit: Visit) -> dict[str, User]:
        """By department, one of those who enforce; somebody who has an account already, if possible."""
        going = [each.inspector for each in visit.attendees.select_related("inspector__bureau", "inspector__user")]
        found: dict[str, Inspector] = {}
        for inspector in sorted((each for each in going if each), key=lambda each: each.user_id is None):
            if visit.attendees.filter(inspector=inspector, kind__in=["officer", "guest"]).exists():
                found.setdefault(inspector.bureau.department_id, inspector)
        return {department: self.account_of(inspector) for department, inspector in found.items()}

    def clerk_of(self, institution: Institution) -> User:
        """Who reports for the institution, with an account as the letter's code opens it."""
        known = Representative.objects.filter(institution=institution, role=Role.INSTITUTION_CLERK).first()
        if known:
            return known.user
        code = inviting.invite(institution, Role.INSTITUTION_CLERK, by=self.accounts["datong-officer"])
        return activating.activate(
            activating.find(code), username=f"demo-rep-{institution.pk}", name=institution.legal_representative,
            phone="0352-0000000", password=DEMO_PASSWORD,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tasks:
    """The tasks of the campaign that is being inspected, by what is told of them."""

    campaign: Campaign
    by_role: Mapping[str, Task]
    of_county: Institution
    """Of no task yet: a county makes it its own target."""

    def __getitem__(self, role: str) -> Task:
        return self.by_role[role]
