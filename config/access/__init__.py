"""One table: who may call which route with which method. Enforced by accounts.access on every request and tested
route × role × object in tests/access. What objects a person then finds is each model's `visible_to`."""

from config.access import api, documents, inspections, pools, publications, site, statistics, visits

ROUTES = {
    **pools.ROUTES,
    **inspections.ROUTES,
    **visits.ROUTES,
    **statistics.ROUTES,
    **documents.ROUTES,
    **publications.ROUTES,
    **site.ROUTES,
    **api.ROUTES,
}
