from django.urls import path

from publications.site.feeds import feed
from publications.site.sitemap import sitemap_index, sitemap_section
from publications.site.views import campaigns, data, front, institutions, lists, publications, results

app_name = "site"
urlpatterns = [
    path("public/", front.front, name="front"),
    path("public/search/", front.search, name="search"),
    path("public/figures/", front.figures, name="figures"),
    path("public/matters/", lists.matters, name="matters"),
    path("public/plans/", lists.plans, name="plans"),
    path("public/bulletins/", lists.bulletins, name="bulletins"),
    path("public/publications/", lists.publications, name="publications"),
    path("public/publications/<slug:code>/", publications.publication, name="publication"),
    path("public/publications/<slug:code>/<int:number>/", publications.version, name="version"),
    path("public/campaigns/", campaigns.campaigns, name="campaigns"),
    path("public/campaigns/<slug:number>/", campaigns.campaign, name="campaign"),
    path("public/results/", results.results, name="results"),
    path("public/results/<int:pk>/", results.result, name="result"),
    path("public/penalties/", results.penalties, name="penalties"),
    path("public/institutions/", institutions.institutions, name="institutions"),
    path("public/institutions/<slug:code>/", institutions.institution, name="institution"),
    path("public/disclosures/<int:pk>/", institutions.disclosure_file, name="disclosure"),
    path("public/data/", data.description, name="data"),
    path("public/data/<slug:name>.<slug:kind>", data.download, name="dataset"),
    path("public/feed.atom", feed, name="feed"),
    path("robots.txt", data.robots, name="robots"),
    path("sitemap.xml", sitemap_index, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemap_section, name="sitemap_section"),
]
