"""What was published, corrected or withdrawn, the newest first, for feed readers (Atom)."""

from datetime import UTC, datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from campaigns.addresses import public_address
from publications.site import counting, public
from publications.site.answers import public as public_view
from publications.site.answers import tagged

NEWEST = 50
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class SteadyFeed(Atom1Feed):
    """Says the same until something is published: Django's, while it is empty, says what time it is."""

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else LONG_AGO


class NewestPublications(Feed):  # type: ignore[type-arg]
    feed_type = SteadyFeed
    title = "联抽：公示更新"
    subtitle = "抽查计划、抽取名单、抽查结果、行政处罚、典型案例和通报的公布、更正和撤回"
    language = "zh-CN"

    def link(self) -> str:
        return public_address(reverse("site:front"))

    def feed_url(self) -> str:
        return public_address(reverse("site:feed"))

    def items(self) -> list[public.Version]:
        return public.version_rows(public.versions()[:NEWEST])

    def item_title(self, item: public.Version) -> str:
        mark = "【撤回】" if item.is_withdrawn else "【更正】" if item.number > 1 else ""
        return f"{mark}{item.title}"

    def item_description(self, item: public.Version) -> str:
        words = [f"{item.bureau}　{counting.KINDS[item.kind]}　第 {item.number} 版"]
        words += [f"更正说明：{item.reason}"] if item.reason else []
        words += [f"撤回理由：{item.withdrawn_because}"] if item.withdrawn_because else []
        return "；".join(words)

    def item_link(self, item: public.Version) -> str:
        name, arguments = ("publication", [item.code]) if item.is_current else ("version", [item.code, item.number])
        return public_address(reverse(f"site:{name}", args=arguments))

    def item_guid(self, item: public.Version) -> str:
        return public_address(reverse("site:version", args=[item.code, item.number]))

    def item_author_name(self, item: public.Version) -> str:
        return item.bureau

    def item_pubdate(self, item: public.Version) -> datetime:
        return item.published_at

    def item_updateddate(self, item: public.Version) -> datetime:
        return item.ended_at or item.published_at

    def item_categories(self, item: public.Version) -> list[str]:
        return [counting.KINDS[item.kind]]


newest_publications = NewestPublications()


@public_view
def feed(request: HttpRequest) -> HttpResponseBase:
    response = newest_publications(request)
    return tagged(response, response.content, public.last_change())
