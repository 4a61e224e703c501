"""Reads that span models: regions as people write them, counters of the list, what happened to an institution."""

from accounts.models import Region


def region_label(region: Region) -> str:
    """大同市平城区: a county with its city before it. Touches `region.parent`."""
    parent = region.parent
    if parent is None or parent.level != Region.Level.CITY or region.level != Region.Level.COUNTY:
        return region.name
    return f"{parent.name}{region.name}"


def counties_in(scope: str) -> list[Region]:
    """Counties and zones of a region, in the order of their codes, with their cities."""
    counties = Region.objects.filter(code__startswith=scope, level=Region.Level.COUNTY)
    return list(counties.select_related("parent").order_by("code"))
