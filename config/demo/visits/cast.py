"""Who acts in the demo's inspections: its accounts, and those of colleagues and institutions, opened when needed."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone

from accounts.demo import DEMO_PASSWORD
from accounts.models import Bureau, Department, Region, Role, User
from accounts.services import roles, users
from campaigns.models import Campaign, Task
from config.demo.names import person
from inspectors.models import Inspector
from inspectors.services.inspectors import link_account
from institutions.models import Institution, Representative
from selftest import activating, inviting
from visits.models import Visit

SPEAKING = (Role.LEAD_OFFICER, Role.PARTNER_LIAISON, Role.COUNTY_OFFICER)


@dataclass(frozen=True, slots=True)
class Cast:
    """`now` is the moment at which the demo is made, or the one that its story leads to; `place`: how the accounts of
    the lead bureau begin."""

    accounts: Mapping[str, User]
    now: datetime
    place: str = "datong"
    opened: dict[str, User] = field(default_factory=dict)
    recording: dict[int, dict[str, User]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    def __getitem__(self, username: str) -> User:
        return self.accounts[username]

    @property
    def officer(self) -> User:
        return self.accounts[f"{self.place}-officer"]

    @property
    def approver(self) -> User:
        return self.accounts[f"{self.place}-approver"]

    @property
    def supervisor(self) -> User:
        return self.accounts[f"{self.place}-supervisor"]

    @property
    def home(self) -> str:
        """The lead bureau's code."""
        return str(self.officer.bureau_id)

    def speaker(self, bureau: str | None) -> User:
        """Who plans visits and enters results and decisions of this bureau."""
        known = [user for user in self.accounts.values() if user.bureau_id == bureau and user.has_role(*SPEAKING)]
        if known or not bureau:
            return known[0] if known else self.officer
        if bureau not in self.opened:
            self.opened[bureau] = self._open_speaker(Bureau.objects.select_related("region").get(pk=bureau))
        return self.opened[bureau]

    def decider(self, bureau: str) -> User:
        """Who holds the joint review: the person in charge, in a county whoever runs its inspections."""
        return self.approver if bureau == self.home else self.speaker(bureau)

    def _open_speaker(self, bureau: Bureau) -> User:
        is_market = bureau.department_id == Department.MARKET_REGULATION
        role = Role.LEAD_OFFICER if is_market else Role.PARTNER_LIAISON
        if is_market and bureau.region.level == Region.Level.COUNTY:
            role = Role.COUNTY_OFFICER
        return self._open_user(f"demo-{bureau.pk.replace(':', '-')}", person(random.Random(bureau.pk)), bureau, role)

    def _open_user(self, username: str, name: str, bureau: Bureau, role: Role) -> User:
        user, _ = users.create_user(username, name, bureau=bureau, password=DEMO_PASSWORD, by=self.accounts["sysadmin"])
        roles.grant_role(user, role, by=self.accounts["secadmin"])
        return User.objects.select_related("bureau__region").get(pk=user.pk)

    def account_of(self, inspector: Inspector) -> User:
        inspector.refresh_from_db()
        return inspector.user or self._open(inspector)

    def _open(self, inspector: Inspector) -> User:
        username = f"demo-inspector-{inspector.number.lower()}"
        user = self._open_user(username, inspector.name, inspector.bureau, Role.INSPECTOR)
        link_account(inspector, user, by=self.speaker(inspector.bureau_id))
        return user

    def recorders(self, visit: Visit) -> dict[str, User]:
        """By department, one of those who enforce; somebody who has an account already, if possible. First asked when
        the visit starts, after which nobody joins it."""
        if visit.pk not in self.recording:
            self.recording[visit.pk] = self._recorders(visit)
        return self.recording[visit.pk]

    def _recorders(self, visit: Visit) -> dict[str, User]:
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
        code = inviting.invite(institution, Role.INSTITUTION_CLERK, by=self.officer)
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
