"""Figures from rows that the user may see; each opens its rows. Only what visits and campaigns hold is counted."""

from reports.statistics.pictures import (
    Chart,
    charts_of_campaign,
    charts_of_pool,
    institutions_by_domain,
    loads_of_people,
)

__all__ = ["Chart", "charts_of_campaign", "charts_of_pool", "institutions_by_domain", "loads_of_people"]
