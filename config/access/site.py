"""The public site: for everybody."""

from accounts.access import PUBLIC

ROUTES = {
    f"site:{name}": {"GET": PUBLIC}
    for name in (
        "front", "search", "figures", "matters", "plans", "bulletins", "publications", "publication", "version",
        "campaigns", "campaign", "results", "result", "penalties", "institutions", "institution", "disclosure", "data",
        "dataset", "feed", "robots", "sitemap", "sitemap_section",
    )
}  # fmt: skip
