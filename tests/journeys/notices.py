"""What is done at the screen in every campaign that began from a notice; what lies between is played by the services."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from types import ModuleType

from django.urls import reverse

from accounts.demo import DEMO_PASSWORD
from accounts.models import User
from campaigns import transitions
from campaigns.models import Campaign, Draw, LineAgreement, Task
from config.demo.notices import planning, playing
from config.demo.notices.opening import open_place
from config.demo.notices.playing import Fate
from config.demo.visits.cast import Cast
from config.demo.visits.clock import at, play, turned_clock, workday
from inspectors.models import Inspector
from institutions.models import Certificate
from publications.models import Publication
from reports.models import Document
from reports.official.content import TO_FILL_IN
from tests.journeys import datong
from tests.journeys.visitor import Visitor, cells
from tests.journeys.visits import follow

ALWAYS = date(2099, 12, 31)
WRITTEN = "按通知要求落实，结合本地实际推进"
"""What people write where no record could tell."""

FIGURES = (1, 3, 4)
"""Of a row of the statistics table, behind its title: institutions drawn or listed, inspected, with problems."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The lead bureau's two people before their browsers, and all whom the services play. `eventually` waits for what a
    worker does."""

    officer: Visitor
    approver: Visitor
    cast: Cast
    eventually: Callable[..., object]

    def agree(self, campaign: Campaign) -> None:
        """Every bureau that was asked, by the services."""
        for agreement in LineAgreement.objects.filter(line__campaign=campaign):
            transitions.answer(agreement, agrees=True, words="", by=self.cast.speaker(agreement.bureau_id))

    def freeze_and_draw(self, campaign: Campaign) -> None:
        """Two people each time; the random numbers come by the services, as the draw's own journey has them typed."""
        self._two_people("提请冻结", "冻结两库")
        self.eventually(lambda: Draw.objects.filter(campaign=campaign, state="frozen").exists())
        planning.contribute(Draw.objects.get(campaign=campaign), self.cast)
        self._two_people("提请抽取", "抽取")
        self.eventually(lambda: Draw.objects.filter(campaign=campaign, state="drawn").exists())
        datong.dispatch(self.officer)
        campaign.refresh_from_db()

    def list_all(self, campaign: Campaign) -> None:
        self.officer.go(campaign.get_absolute_url())
        self.officer.open("提请列入")
        self.officer.press("提请列入")
        datong.approve(self.approver, "列入全部对象", password=DEMO_PASSWORD)
        self.eventually(lambda: Campaign.objects.get(pk=campaign.pk).state == "dispatched")
        campaign.refresh_from_db()

    def _two_people(self, request: str, act: str) -> None:
        self.officer.go("/workbench/")
        self.officer.open(f"去{request}")
        self.officer.press(request)
        datong.approve(self.approver, act, password=DEMO_PASSWORD)

    def visit(self, notice: ModuleType, tasks: Sequence[Task], fates: Iterable[Fate]) -> None:
        """By the services, on the days of the notice, as if the tasks had been handed out just before."""
        with turned_clock() as clock:
            before = at(workday(notice.VISITS.first - 3, notice.DAY), "09:00")
            Task.objects.filter(pk__in=[each.pk for each in tasks]).update(dispatched_at=before)
            play(playing.visits(tasks, fates, notice.VISITS, self.cast), clock)

    def open_result(self, task: Task, *seen: str) -> None:
        self.officer.go(task.get_absolute_url())
        self.officer.sees("检查结果", task.institution.name)
        self.officer.go(reverse("visits:results", args=[task.pk]))
        self.officer.sees("已认定", *seen)

    def issue(self, campaign: Campaign, kind: str, number: str) -> None:
        """Begun of the campaign's data, completed where no record could tell, presented and issued with its number."""
        code_word, year, serial = re.findall(r"[^〔〕号]+", number)
        self.officer.go(f"{reverse('reports:document_new')}?campaign={campaign.pk}")
        self.officer.fill("文种", kind)
        self.officer.press("起草")
        complete(self.officer)
        self.officer.press("保存为新版本")
        self.officer.press("送签")
        self.officer.sees("待签发")
        document = Document.objects.latest("pk")
        self.approver.go("/workbench/")
        self.approver.sees(f"待签发：{document.title}".replace("\n", ""))
        self.approver.go(document.get_absolute_url())
        follow(self.approver, "签发")
        for label, value in {"发文代字": code_word, "年份": year, "顺序号": serial}.items():
            self.approver.fill(label, value)
        self.approver.press("签发")
        self.approver.sees("已签发", number)

    def publish_results(self, campaign: Campaign) -> None:
        self.officer.go(reverse("publications:campaign", args=[campaign.pk]))
        self.officer.open("检查结果（")
        self.officer.press("起草公示")
        self.officer.press("提请审批")
        publication = Publication.objects.latest("pk")
        self.approver.go(publication.get_absolute_url())
        self.approver.press("批准公示")
        self.approver.sees("已公示")

    def public_sees(self, campaign: Campaign, published: Sequence[Task], hidden: str) -> None:
        """The results of these tasks, on the list and on the campaign's own page, and nothing of `hidden`."""
        names = [each.institution.name for each in published]
        self.officer.go("/public/results/")
        self.officer.sees(campaign.title, *names)
        self.officer.sees_no(hidden)
        self.officer.go(f"/public/campaigns/{campaign.number}/")
        self.officer.sees(campaign.title, f"{len(names)} 家次")


def open_up(notice: str, fill: Callable[[dict[str, User], int | None], None], *, visits: int | None) -> dict[str, User]:
    """The place of a notice, whose certificates hold today as they held then."""
    accounts = open_place(notice)
    fill(accounts, visits)
    Certificate.objects.update(valid_until=ALWAYS)
    Inspector.objects.update(department_certificate_until=ALWAYS, province_certificate_until=ALWAYS)
    return accounts


def open_wizard(officer: Visitor, notice: str, *demands: str) -> dict[str, list[str]]:
    """What it says that only this notice demands; the lines of the plan by title: initiator, partners, how many."""
    officer.go("/campaigns/new/")
    officer.page.locator(f'main a[href="/campaigns/new/{notice}/"]').first.click()
    officer.sees("从通知新建", *demands)
    rows = cells(officer.page.get_by_role("region", name="计划条目"))
    return {title: rest for title, *rest in rows}


def make_draft(officer: Visitor, notice: str, *, looks_back_at: str = "") -> Campaign:
    """With the days that the notice prints."""
    officer.tick("照通知原文")
    if looks_back_at:
        officer.page.get_by_label(re.compile(re.escape(looks_back_at))).check()
    officer.press("建立草稿")
    officer.sees("草稿已按通知建立")
    return Campaign.objects.get(blueprint=notice)


def complete(officer: Visitor) -> None:
    for field in officer.page.locator("main").locator("textarea, input[type=text], input:not([type])").all():
        if TO_FILL_IN in (text := field.input_value()):
            field.fill(re.sub(rf"{TO_FILL_IN}[^】]*】", WRITTEN, text))


def sheet(officer: Visitor, campaign: Campaign, key: str) -> dict[str, list[str]]:
    """Rows of a sheet as its page shows them, by their first cell; the last is that of the sums."""
    officer.go(reverse("reports:sheet", args=[campaign.pk, key]))
    rows = officer.page.locator("table.sheet-table").first.locator("tbody tr, tfoot tr").all()
    found = [row.locator("td").all_inner_texts() for row in rows]
    return {cells[0]: cells[1:] for cells in found}
