"""晋市市监办发〔2022〕34号 at the screen: from the notice to a draft, everybody listed by two people, and once the counties have
been everywhere, the results, the summary sheet and the public page. The visits themselves are played by the services."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.demo import DEMO_PASSWORD
from campaigns.models import Campaign
from config.demo.notices import jincheng, playing
from config.demo.notices.opening import open_place
from config.demo.visits.cast import Cast
from config.demo.visits.clock import at, play, turned_clock
from institutions.models import Certificate
from publications.models import Publication
from tests.journeys import datong
from tests.journeys.visitor import DESK, Visitor

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]


@pytest.fixture
def accounts(transactional_db):
    opened = open_place("jincheng-2022")
    jincheng.fill(opened, 1)
    Certificate.objects.update(valid_until=date(2099, 12, 31))  # they are listed today, not in 2022
    return opened


@pytest.fixture
def enter(new_context, live_server, worker, faults, accounts):
    def sign_in(username):
        visitor = Visitor(new_context(viewport=DESK).new_page(), live_server.url, faults)
        visitor.go("/accounts/sign-in/")
        visitor.fill("用户名", username)
        visitor.fill("密码", DEMO_PASSWORD)
        visitor.press("登录")
        visitor.sees("您好")
        return visitor

    return sign_in


def test_jincheng_from_the_notice_to_the_summary_sheet(enter, accounts, eventually):
    officer, approver = enter("jincheng-officer"), enter("jincheng-approver")
    officer.go("/campaigns/new/jincheng-2022/")
    officer.sees("疫情防控有关医疗器械防护用品", "全部列入，不抽取")
    officer.press("建立草稿")
    campaign = Campaign.objects.get()
    datong.propose(officer)
    officer.go(f"/campaigns/{campaign.pk}/")
    officer.open("提请列入")
    officer.press("提请列入")
    approver.go("/workbench/")
    approver.open("去审批")
    approver.fill("您的登录密码", DEMO_PASSWORD)
    approver.press("同意列入全部对象")
    eventually(lambda: Campaign.objects.get().state == "dispatched")

    campaign.refresh_from_db()
    assert (campaign.state, campaign.tasks.count()) == ("dispatched", 7)
    everywhere(campaign, accounts)
    officer.go(campaign.tasks.order_by("number")[0].get_absolute_url())
    officer.sees("检查结果")
    officer.go(reverse("reports:sheet", args=[campaign.pk, "inspection-summary"]))
    officer.sees("疫情防控有关医疗器械防护用品", "总数")
    publish(campaign, officer, approver)
    officer.go("/public/results/")
    officer.sees(campaign.title, campaign.tasks.order_by("number")[0].institution.name)


def publish(campaign, officer, approver):
    officer.go(reverse("publications:campaign", args=[campaign.pk]))
    officer.open("检查结果（7 家）")
    officer.press("起草公示")
    officer.press("提请审批")
    approver.go(Publication.objects.get().get_absolute_url())
    approver.press("批准公示")
    approver.sees("已公示")


def everywhere(campaign, accounts):
    with turned_clock() as clock:
        cast = Cast(accounts, at(jincheng.DAY, "17:30"), "jincheng")
        campaign.tasks.update(dispatched_at=at(jincheng.ISSUED, "10:00"))
        tasks = list(campaign.tasks.order_by("number"))
        play(playing.visits(tasks, jincheng.FATES, jincheng.VISITS, cast), clock)
