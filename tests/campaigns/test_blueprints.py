"""Each notice's figures, as printed, against the draft that its blueprint gives (domain.md section 1)."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from accounts.models import Bureau, Role, RoleAssignment, User
from campaigns import planning, services
from campaigns.blueprints import BLUEPRINTS, Wishes, create_from_blueprint, duties_in, place
from campaigns.errors import CampaignError
from campaigns.models import Campaign, InspectionMatter, PlanLine
from institutions.models import Domain, Institution
from reports.campaign_notice import compose_campaign_notice
from tests.factories import institutions

pytestmark = pytest.mark.django_db

LEADS = {
    "xinzhou-2023": "scjg:140900",
    "datong-2025": "scjg:140200",
    "shanxi-2024": "scjg:140000",
    "national-2023": "scjg:000000",
    "jincheng-2022": "scjg:140500",
}

HEADS = {
    "xinzhou-2023": ("140900-2023-221", "double_random", True, None, "none", "", None, None, True, True),
    "datong-2025": ("140200-2025-92", "double_random", True, date(2025, 9, 9), "within_24h", "4%", 4, None, True, True),
    "shanxi-2024": ("140000-2024-193", "look_back", False, date(2024, 9, 29), "none", "", None, None, False, True),
    "national-2023": ("000000-2023-90", "double_random", True, None, "none", "", 100, 20, True, True),
    "jincheng-2022": ("140500-2022-34", "special", False, date(2022, 4, 22), "none", "", None, None, False, True),
}
"""Number, kind, whether lots are drawn, issued on, notice window, ratio and count over all, national centres, publishes
plan, publishes results."""

ISSUERS = {
    "xinzhou-2023": ["忻州市市场监管局", "忻州市公安局", "忻州市生态环境局"],
    "datong-2025": ["大同市市场监管局", "大同市公安局", "大同市生态环境局"],
    "shanxi-2024": ["山西省市场监管局", "山西省公安厅", "山西省生态环境厅", "山西省住建厅", "山西省交通运输厅"],
    "national-2023": [
        "市场监管总局", "公安部", "自然资源部", "生态环境部", "交通运输部", "水利部", "海关总署", "国家药监局",
    ],
    "jincheng-2022": ["晋城市市场监管局"],
}  # fmt: skip

STAGES = {
    "xinzhou-2023": [
        ("on_site", None, date(2023, 10, 20), False),
        ("entry", None, date(2023, 10, 31), False),
        ("follow_up", None, date(2023, 11, 10), False),
    ],
    "datong-2025": [
        ("self_check", date(2025, 9, 9), date(2025, 9, 15), False),
        ("report", None, date(2025, 9, 15), False),
        ("on_site", date(2025, 9, 16), date(2025, 11, 15), True),
        ("report", None, date(2025, 11, 25), False),
    ],
    "shanxi-2024": [
        ("on_site", date(2024, 9, 29), date(2024, 12, 8), True),
        ("report", None, date(2024, 12, 8), False),
        ("report", None, date(2024, 12, 10), False),
    ],
    "national-2023": [
        ("self_check", None, date(2023, 10, 27), False),
        ("report", None, date(2023, 10, 27), False),
        ("on_site", date(2023, 10, 1), date(2023, 11, 20), True),
        ("report", None, date(2023, 11, 24), False),
    ],
    "jincheng-2022": [
        ("other", date(2022, 4, 20), date(2022, 4, 30), False),
        ("on_site", date(2022, 4, 30), date(2022, 7, 25), False),
        ("report", date(2022, 7, 25), date(2022, 7, 31), False),
    ],
}

GONE = ["资质认定证书不在有效状态", "机构不在营"]
OWNED = "生态环境部门所属机构"
AGAIN = "本年度已被检查"
UPPER = "已被上级抽取"
BEFORE = "回头看的活动中没有认定问题"
LINES = {
    "xinzhou-2023": [
        ("vehicle", "vehicle", "scjg", ["ga", "sthj"], "province", "10%", [*GONE, AGAIN]),
        ("eco", "eco", "sthj", ["scjg"], "province", "25%", [OWNED, *GONE, AGAIN]),
    ],
    "datong-2025": [
        ("vehicle", "vehicle", "scjg", ["ga", "sthj"], "", 2, [*GONE, UPPER, AGAIN]),
        ("eco", "eco", "scjg", ["sthj"], "", 1, [OWNED, *GONE, UPPER, AGAIN]),
        ("other", None, "scjg", [], "", 1, [*GONE, UPPER, AGAIN]),
    ],
    "shanxi-2024": [
        ("food", "food", "scjg", [], "", "all", [*GONE, BEFORE]),
        ("special", "special-equipment", "scjg", [], "", "all", [*GONE, BEFORE]),
        ("vehicle", "vehicle", "scjg", ["ga", "jt", "sthj"], "", "all", [*GONE, BEFORE]),
        ("tank", "tank", "scjg", ["jt"], "", "all", [*GONE, BEFORE]),
        ("construction", "construction", "zj", ["scjg"], "", "all", [*GONE, BEFORE]),
        ("eco", "eco", "scjg", ["sthj"], "", "all", [*GONE, BEFORE]),
        ("product", None, "scjg", [], "", "all", [*GONE, BEFORE]),
    ],
    "national-2023": [
        ("natural-resources", "natural-resources", "scjg", ["zrzy"], "national", 5, GONE),
        ("eco", "eco", "scjg", ["sthj"], "national", 10, GONE),
        ("vehicle", "vehicle", "scjg", ["ga", "jt", "sthj"], "national", 10, GONE),
        ("water", "water", "scjg", ["sl"], "national", 5, GONE),
        ("import-export", "import-export", "hg", ["scjg"], "national", 5, GONE),
        ("medical-protection", "medical-protection", "scjg", ["yj"], "national", 5, GONE),
        ("food", "food", "scjg", [], "national", 10, GONE),
        ("oil", "oil", "scjg", [], "national", 5, GONE),
        ("cyber", "cyber", "scjg", [], "national", 5, GONE),
        ("tank", "tank", "scjg", ["jt"], "national", 5, GONE),
        ("other", None, "scjg", [], "national", 35, GONE),
    ],
    "jincheng-2022": [
        (code, code, "scjg", [], "", "all", GONE)
        for code in ("medical-protection", "food", "personal-protection", "building-materials", "tank", "carbon")
    ],
}
"""Code, domain, initiator, partners, level, ratio or count, who is left out."""


@pytest.fixture(scope="module")
def drafts(django_db_setup, django_db_blocker) -> Iterator[dict[str, Campaign]]:
    """The reference data and a draft of every notice, by whoever leads it there."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_reference", verbosity=0)
        yield {
            key: create_from_blueprint(BLUEPRINTS[key], lead_bureau=Bureau.objects.get(pk=code), by=officer(code))
            for key, code in LEADS.items()
        }
        transaction.set_rollback(True)


def officer(bureau: str) -> User:
    user = User.objects.create(username=bureau.replace(":", "-"), name="经办人", bureau_id=bureau)
    RoleAssignment.objects.create(user=user, role=Role.LEAD_OFFICER)
    return user


def head(of: Campaign) -> tuple[object, ...]:
    return (
        of.number, of.kind, of.draws_lots, of.issued_on, of.notice_window, of.overall_ratio, of.overall_count,
        of.quota_count, of.publishes_plan, of.publishes_results,
    )  # fmt: skip


def figures(line: PlanLine) -> tuple[object, ...]:
    size = {"count": line.count, "ratio": line.ratio, "all": "all"}[line.size_kind]
    partners = sorted(partner.department_id for partner in line.partners.all())
    excluded = [str(each) for each in line.exclusions.all()]
    return (line.code, line.domain_id, line.lead_bureau.department_id, partners, line.level, size, excluded)


@pytest.mark.parametrize("key", LEADS)
def test_draft_has_the_figures_of_the_notice(drafts, key):
    campaign, blueprint = drafts[key], BLUEPRINTS[key]

    assert (campaign.blueprint, campaign.document_number) == (key, blueprint.document_number)
    assert head(campaign) == HEADS[key]
    assert [issuer.bureau.short_name for issuer in campaign.issuers.all()] == ISSUERS[key]
    stages = list(campaign.stages.order_by("pk"))
    assert [(each.kind, each.starts_on, each.ends_on, each.is_soft) for each in stages] == STAGES[key]
    assert [figures(line) for line in campaign.lines.all()] == LINES[key]
    assert (campaign.sources.exists(), any(line.slots.exists() for line in campaign.lines.all())) == (
        campaign.draws_lots, campaign.draws_lots,
    )  # fmt: skip


def test_every_draft_can_be_printed_as_a_notice(drafts):
    notices = {key: compose_campaign_notice(campaign) for key, campaign in drafts.items()}
    texts = {key: "\n".join(str(block) for block in notice.body) for key, notice in notices.items()}
    targets = {
        "xinzhou-2023": "全市范围内获得省级资质认定的检验检测机构",
        "datong-2025": "全市范围内获得CMA资质认定的检验检测机构",
        "shanxi-2024": "全省范围内获得CMA资质认定的检验检测机构",
        "national-2023": "全国范围内获得国家级资质认定的检验检测机构",
        "jincheng-2022": "全市范围内获得CMA资质认定的检验检测机构",
    }

    assert [key for key, words in targets.items() if words not in texts[key]] == []
    assert {key: (notice.openness, notice.cc) for key, notice in notices.items()} == {
        "xinzhou-2023": ("", ()),
        "datong-2025": ("此件公开发布", ()),
        "shanxi-2024": ("此件公开发布", ()),
        "national-2023": ("此件公开发布", ()),
        "jincheng-2022": ("此件主动公开", ("驻局纪检监察组",)),
    }
    assert {key: texts[key].count(BLUEPRINTS[key].discipline) for key in drafts if BLUEPRINTS[key].discipline} == {
        "xinzhou-2023": 1, "datong-2025": 1, "shanxi-2024": 1, "national-2023": 1,
    }  # fmt: skip
    assert texts["datong-2025"].count("抽查计划") == 1


def test_national_lines_give_a_hundred(drafts):
    lines = drafts["national-2023"].lines.all()

    assert (lines.count(), sum(line.count for line in lines)) == (11, 100)


def test_the_nation_counts_its_whole_country_and_at_least_twenty_centres(drafts):
    campaign = drafts["national-2023"]
    with transaction.atomic():
        for county in ("110108", "140105", "440106"):
            found = institutions.institution(county="140213")
            Institution.objects.filter(pk=found.pk).update(county_id=county)
            domain = Domain.objects.get(pk="eco")
            institutions.certificate(found, domain, level="national", is_national_centre=county == "110108")
        institutions.certificate(institutions.institution(county="140213"), Domain.objects.get(pk="eco"))
        preview = planning.preview_plan(campaign)
        transaction.set_rollback(True)

    assert {row.line.code: row.considered for row in preview.lines if row.considered} == {"eco": 3}
    assert (campaign.scope, campaign.quota_mode) == ("", "at_least")
    assert [each.text for each in preview.problems if "国家质检中心" in each.text] == [
        "国家质检中心数无法满足：各条目合计可含 0 至 1 家，请调整数量或各条目的抽取数。"
    ]


def test_every_line_names_the_matters_of_its_departments(drafts):
    lines = PlanLine.objects.filter(campaign__in=drafts.values())
    matters = {
        line.code: {each.pk for each in line.matters.all()} for line in lines.filter(campaign__blueprint="datong-2025")
    }

    assert [line.title for line in lines if not line.matters.exists()] == []
    assert matters["eco"] - matters["other"] == {"HB-02"}
    assert matters["vehicle"] - matters["other"] == {"GA-01", "HB-01"}
    assert InspectionMatter.objects.get(pk="HB-02").department_id == "sthj"


def test_another_year_moves_the_dates_but_never_off_a_weekend(drafts):
    lead = Bureau.objects.get(pk="scjg:140500")
    user = User.objects.get(username="scjg-140500")
    wishes = Wishes(number="140500-2024-1", year=2024, document_number="晋市市监办发〔2024〕5号")

    with transaction.atomic():
        campaign = create_from_blueprint(BLUEPRINTS["jincheng-2022"], lead_bureau=lead, by=user, wishes=wishes)
        stages = campaign.stages.order_by("pk").values_list("starts_on", "ends_on")
        assert (campaign.title, campaign.issued_on) == ("2024年检验检测市场专项整治行动", date(2024, 4, 22))
        assert list(stages) == [
            (date(2024, 4, 20), date(2024, 4, 30)),
            (date(2024, 4, 30), date(2024, 7, 25)),
            (date(2024, 7, 25), date(2024, 7, 31)),
        ]
        due = [each.due_on for each in duties_in(BLUEPRINTS["jincheng-2022"], campaign)]
        assert due == [date(2024, 7, 31), None]
        transaction.set_rollback(True)


def test_missing_partners_are_named_and_left_out(drafts):
    """A county has no housing and transport bodies: the lead stands in for an initiator that is not there."""
    county = Bureau.objects.get(pk="scjg:140213")
    placed = place(BLUEPRINTS["shanxi-2024"], county)
    lines = {line.code: line for line in BLUEPRINTS["shanxi-2024"].lines}

    assert ([each.pk for each in placed.missing], placed.fits_level) == (["zj", "jt"], False)
    assert (placed.initiator(lines["construction"]), placed.partners(lines["construction"])) == (county, [])
    assert [each.pk for each in placed.partners(lines["vehicle"])] == ["ga:140213", "sthj:140213"]


def test_cards_tell_the_notices_apart(drafts, client):
    client.force_login(User.objects.get(username="scjg-140200"))

    page = client.get(reverse("campaigns:choose"))

    assert [(blueprint.key, is_own) for blueprint, is_own in page.context["cards"]] == [
        ("xinzhou-2023", True), ("datong-2025", True), ("shanxi-2024", False), ("national-2023", False),
        ("jincheng-2022", True),
    ]  # fmt: skip
    for blueprint in BLUEPRINTS.values():
        assert all(words in page.content.decode() for words in (blueprint.document_number, *blueprint.demands))


def test_dates_stand_side_by_side_and_move_with_the_year(drafts, client):
    client.force_login(User.objects.get(username="scjg-140200"))
    address, before = reverse("campaigns:from_blueprint", args=["datong-2025"]), Campaign.objects.count()

    page = client.post(address, {"year": "2027", "again": "1"})

    days = {row.name: (row.printed[1], row.moved[1]) for row in page.context["days"]}
    assert days["现场检查"] == (date(2025, 11, 15), date(2027, 11, 15))
    form = page.context["form"]
    assert (form["title"].value(), form["number"].value()) == (
        "2027年度检验检测机构“双随机、一公开”监督抽查", "140200-2027-92",
    )  # fmt: skip
    assert [bureau.pk for bureau in page.context["bureaus"]] == ["scjg:140200", "ga:140200", "sthj:140200"]
    assert "11月15日（周六）" in page.content.decode()
    assert Campaign.objects.count() == before
    assert client.get(reverse("campaigns:from_blueprint", args=["nothing"])).status_code == 404


def test_draft_is_made_with_what_was_typed(drafts, client):
    client.force_login(User.objects.get(username="scjg-140200"))
    address = reverse("campaigns:from_blueprint", args=["datong-2025"])
    typed = {"year": "2026", "dates": "printed", "number": "140200-2025-93", "title": "大同市再次抽查"}

    refused = client.post(address, typed | {"number": "140200-2025-92"})
    assert list(refused.context["form"].errors) == ["number"]
    made = client.post(address, typed | {"document_number": "同市监认证〔2025〕93号"})

    campaign = Campaign.objects.get(number="140200-2025-93")
    assert made.url == campaign.get_absolute_url()
    assert (campaign.title, campaign.year, campaign.document_number, campaign.issued_on) == (
        "大同市再次抽查", 2025, "同市监认证〔2025〕93号", date(2025, 9, 9),
    )  # fmt: skip
    assert campaign.lines.count() == 3
    assert "大同市 2025 通知的要求" in client.get(made.url).content.decode()


def test_wizard_of_a_look_back_asks_what_to_look_back_at_and_names_what_is_missing(drafts, client):
    county = officer("scjg:140213")
    client.force_login(county)

    page = client.get(reverse("campaigns:from_blueprint", args=["shanxi-2024"]))

    assert "looks_back_at" in page.context["form"].fields
    assert "住房和城乡建设部门、交通运输部门" in page.content.decode()
    assert "这份通知由另一级单位发布" in page.content.decode()


def test_only_the_own_bureau_leads(drafts):
    with pytest.raises(CampaignError, match="本单位"):
        create_from_blueprint(
            BLUEPRINTS["datong-2025"], lead_bureau=Bureau.objects.get(pk="scjg:140200"),
            by=User.objects.get(username="scjg-140900"),
        )  # fmt: skip


def test_draft_is_edited_on_like_any_other(drafts):
    campaign = drafts["datong-2025"]

    with transaction.atomic():
        changed = services.edit_campaign(campaign, by=campaign.created_by, overall_count=5)
        assert changed.overall_count == 5
        transaction.set_rollback(True)
