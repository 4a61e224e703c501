import pytest

from accounts.models import Bureau
from campaigns.models import Campaign, Stage
from institutions.models import Institution
from reports.campaign_notice import compose_campaign_notice, line_figures
from reports.documents import Heading, Paragraph, Table
from tests.campaigns import datong
from tests.factories import accounts
from tests.reports import dispatched

pytestmark = pytest.mark.django_db


def composed(campaign):
    return compose_campaign_notice(Campaign.objects.select_related("lead_bureau__region").get(pk=campaign.pk))


def headings(document, level):
    return [block.text for block in document.body if isinstance(block, Heading) and block.level == level]


def paragraphs(document):
    return [block.text for block in document.body if isinstance(block, Paragraph)]


def follow_on(document, heading):
    return next(block.follow_on for block in document.body if isinstance(block, Heading) and block.text == heading)


def test_notice_has_the_parts_of_datongs_with_the_campaigns_figures():
    document = composed(dispatched.campaign())

    assert document.issuers == ("大同市市场监督管理局", "大同市公安局", "大同市生态环境局")
    assert (document.number, document.title) == (
        "同市监认证〔2025〕92号", "关于组织开展2025年度检验检测机构监督抽查工作的通知",
    )  # fmt: skip
    assert headings(document, 1) == ["抽查对象", "重点任务", "实施进度", "工作要求"]
    assert headings(document, 2)[:5] == [
        "联合实施机动车检验“双随机、一公开”监督抽查。", "联合实施生态环境监测“双随机、一公开”监督抽查。",
        "实施其他“双随机、一公开”监督抽查。", "现场检查。", "抽查结果处置。",
    ]  # fmt: skip
    opening, scope, received = paragraphs(document)
    assert "根据《山西省通知》（晋市监发〔2025〕174号）及2025年度" in opening
    assert scope == (
        "本次监督抽查对象为全市范围内获得CMA资质认定的检验检测机构。"
        "共计划抽查4家（机动车检验2家、生态环境监测1家、其他1家）。"
    )
    assert received.startswith("上级分配我市的机构（省局下发名单所列2家），从中随机抽取对应领域的机构")
    assert follow_on(document, "现场检查。").startswith(
        "本次监督抽查采用现场检查的方式进行，原则上于2025年11月15日前完成。在现场检查前24小时内告知被检查机构，"
    )
    assert follow_on(document, "联合实施机动车检验“双随机、一公开”监督抽查。").startswith(
        "大同市市场监督管理局、大同市公安局、大同市生态环境局联合对机动车检验实施监督检查，计划抽查机构2家。抽查事项为资质认定监督检查。"
    )
    table = next(block for block in document.body if isinstance(block, Table))
    assert table.rows[1] == ("2", "生态环境监测", "2", "1", "大同市市场监督管理局、大同市生态环境局")


def test_figures_before_and_after_the_freeze_agree():
    datong.pool(vehicle=3, eco=1, food=1, state="operating")
    owned = datong.institutions.institution(owner_department=datong.accounts.department("sthj"))
    datong.institutions.certificate(owned, datong.institutions.domain("eco", "生态环境监测"))
    datong.officers()
    campaign = datong.campaign()
    datong.line(campaign, "vehicle", 2)
    datong.line(campaign, "eco", 1, exclusions=[datong.owned_by("sthj")])

    before = [(each.population, each.size, each.excluded) for each in line_figures(campaign)]
    datong.frozen(campaign)
    after = [(each.population, each.size, each.excluded) for each in line_figures(campaign)]

    assert before == after == [(3, 2, ()), (1, 1, (("生态环境部门所属机构", 1),))]
    excluded = "下列机构不列入抽取范围：生态环境监测中生态环境部门所属机构的1家。"
    assert excluded in paragraphs(composed(campaign))


def test_report_stages_stand_among_the_requirements():
    campaign = dispatched.campaign()
    report = Stage(kind=Stage.Kind.REPORT, name="报送总结", ends_on=datong.date(2025, 11, 25))
    on_site = Stage(kind=Stage.Kind.ON_SITE, name="现场检查", ends_on=datong.date(2025, 11, 15))
    dispatched.stages(campaign, on_site, report)

    document = composed(campaign)

    assert follow_on(document, "加强信息报送。") == "于2025年11月25日前将总结报送大同市市场监督管理局。"
    assert "报送总结。" not in headings(document, 2)


def test_a_notice_without_a_draw_says_what_is_handed_in_and_brings_the_blank_sheet():
    campaign = datong.campaign(draws_lots=False, blueprint="jincheng-2022")
    datong.line(campaign, "food", 1)

    document = composed(campaign)

    assert follow_on(document, "加强信息报送。") == (
        "于2025年7月31日前将专项整治行动总结、检查信息汇总表报送市局认证科；遇有社会影响较大的违法案件，及时报告市局认证科。"
    )
    assert "公开检查结果。" in headings(document, 2)
    [annex] = document.attachments
    assert annex.title == f"{campaign.title}检查信息汇总表"
    assert [column.title for column in annex.body[0].columns][2:4] == [
        "检查机构数（家）",
        "存在违法违规行为的机构（家）",
    ]
    assert annex.body[0].rows[-1] == ("总数", *[""] * 8)


@pytest.mark.parametrize(("branch_of", "words"), [(None, "公安局"), ("ga:140200", "公安分局")])
def test_recipients_are_the_bodies_below_the_issuers(branch_of, words):
    accounts.bureau("ga:140213")
    Bureau.objects.filter(pk="ga:140213").update(branch_of=branch_of)
    campaign = datong.campaign()

    assert composed(campaign).recipients == f"各县区市场监管局、{words}、生态环境局，各检验检测机构"


def test_draft_without_number_and_lines_is_still_a_document():
    document = composed(datong.campaign())

    assert (document.number, document.issued_on, document.printed_by) == ("（发文字号待编）", None, "")
    assert "共计划抽查0家" in paragraphs(document)[1]


def test_notice_of_a_campaign_without_a_draw_says_who_is_listed_before_and_after():
    accounts.bureau("scjg:140213")
    datong.pool(vehicle=3, eco=2, food=0)
    Institution.objects.filter(certificates__domains="eco").update(owner_department=accounts.department("sthj"))
    campaign = datong.campaign(draws_lots=False, discipline="不得参加任何宴请。")
    datong.line(campaign, "vehicle", size_kind="all", count=None)
    datong.line(campaign, "eco", size_kind="all", count=None, exclusions=[datong.owned_by("sthj")])
    before = words_of(compose_campaign_notice(campaign))

    campaign = datong.list_all(datong.agreed(campaign))

    assert words_of(compose_campaign_notice(campaign)) == before
    assert "下列领域的机构全部列入检查，不作抽取，共3家（机动车检验3家、生态环境监测0家）。" in before
    assert "下列机构不列入检查范围：生态环境监测中生态环境部门所属机构的2家。" in before
    assert "列入机构3家，由各机构所在县区市场监管部门组织检查" in before
    assert "不得参加任何宴请。" in before
    assert "随机" not in before


def words_of(document) -> str:
    return "\n".join(str(block) for block in document.body)
