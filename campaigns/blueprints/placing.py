"""The departments of a notice as the bureaus of one region; what is missing there is named, never left out silently."""

from dataclasses import dataclass

from accounts.models import Bureau, Department, Region
from campaigns.blueprints.content import MARKET, Blueprint, LinePlan


@dataclass(frozen=True, slots=True)
class Placement:
    """`bureaus` by department: the lead itself and its partners in the region; `missing` are departments without one."""

    lead: Bureau
    bureaus: dict[str, Bureau]
    missing: list[Department]
    fits_level: bool
    """The notice was issued by a bureau of this level."""

    def initiator(self, line: LinePlan) -> Bureau:
        return self.bureaus.get(line.initiator, self.lead)

    def partners(self, line: LinePlan) -> list[Bureau]:
        initiator = self.initiator(line)
        return [bureau for code in line.partners if (bureau := self.bureaus.get(code)) and bureau != initiator]

    def departments(self, line: LinePlan) -> set[str]:
        return {bureau.department_id for bureau in (self.initiator(line), *self.partners(line))}


def place(blueprint: Blueprint, lead: Bureau) -> Placement:
    """Whoever leads stands for market regulation, which leads in all the notices."""
    codes = blueprint.partners
    there = Bureau.objects.filter(region=lead.region_id, department__in=codes).select_related("department")
    found = {MARKET: lead} | {bureau.department_id: bureau for bureau in there}
    missing = Department.objects.filter(code__in=[code for code in codes if code not in found])
    return Placement(lead, found, list(missing), Region.Level(lead.region.level) == blueprint.level)
