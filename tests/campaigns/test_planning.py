from datetime import date

import pytest

from campaigns import allotment, planning
from campaigns.models import Exclusion, ExclusionKind, Rounding, SizeKind
from campaigns.models.plan import KeyTargetRule
from institutions.models import RiskFlag, RiskKind
from tests.campaigns import datong
from tests.factories import inspectors, institutions

pytestmark = pytest.mark.django_db


def preview_of(campaign, code):
    return next(line for line in planning.preview_plan(campaign).lines if line.line.code == code)


@pytest.mark.parametrize(
    ("rounding", "vehicle", "eco"),
    [(Rounding.CEIL, 14, 9), (Rounding.HALF_UP, 14, 8), (Rounding.FLOOR, 13, 8)],
)
def test_ratios_of_xinzhou_round_as_the_line_says(rounding, vehicle, eco):
    datong.pool(vehicle=137, eco=33, food=0)
    owned = institutions.institution(owner_department=datong.accounts.department("sthj"))
    institutions.certificate(owned, institutions.domain("eco", "生态环境监测"))
    campaign = datong.campaign()
    ratio = {"size_kind": SizeKind.RATIO, "count": None, "rounding": rounding}
    datong.line(campaign, "vehicle", ratio="10%", **ratio)
    datong.line(campaign, "eco", ratio="25%", exclusions=[datong.owned_by("sthj")], **ratio)

    found = [
        (line.considered, line.excluded, line.population, line.size) for line in planning.preview_plan(campaign).lines
    ]

    assert found == [(137, (), 137, vehicle), (34, (("生态环境部门所属机构", 1),), 33, eco)]


def test_sentence_says_population_exclusions_rule_and_size():
    datong.pool(vehicle=12, eco=0, food=0)
    closed = institutions.institution(state="suspended")
    institutions.certificate(closed, institutions.domain())
    campaign = datong.campaign()
    excluded = [Exclusion(kind=ExclusionKind.INSTITUTION_STATE)]
    datong.line(campaign, "vehicle", size_kind=SizeKind.RATIO, count=None, ratio="10%", exclusions=excluded)

    assert (
        preview_of(campaign, "vehicle").sentence
        == "机动车检验 13 家，排除 1 家（机构已停业 1），按 10% 向上取整抽 2 家"
    )


def test_institution_of_two_domains_belongs_to_the_first_line_that_covers_it():
    both = institutions.institution()
    institutions.certificate(both, institutions.domain("vehicle", "机动车检验"))
    institutions.certificate(both, institutions.domain("eco", "生态环境监测"))
    campaign = datong.planned()

    found = {line.line.code: line.considered for line in planning.preview_plan(campaign).lines}

    assert found == {"vehicle": 1, "eco": 0, "other": 0}


def test_certificate_that_has_run_out_excludes_only_where_the_line_says_so():
    late = institutions.institution()
    institutions.certificate(late, institutions.domain(), valid_until=date(2024, 1, 1))
    campaign = datong.campaign()
    datong.line(campaign, "vehicle", exclusions=[Exclusion(kind=ExclusionKind.CERTIFICATE_STATE)])

    assert preview_of(campaign, "vehicle").excluded == (("资质认定证书已过有效期", 1),)


def test_line_larger_than_its_population_is_an_error_with_the_figures():
    datong.pool(vehicle=3, eco=0, food=0)
    datong.officers()
    campaign = datong.campaign()
    datong.line(campaign, "vehicle", 5)

    problems = [problem.text for problem in preview_of(campaign, "vehicle").problems]

    assert problems == ["条目“机动车检验”需抽 5 家，可抽的只有 3 家，缺 2 家。请减少数量或调整排除情形。"]


@pytest.mark.parametrize(
    ("institutions_in_all", "warns"), [(75, True), (76, False), (100, False), (124, False), (125, True)]
)
def test_four_percent_that_does_not_give_four_is_said_with_all_roundings(institutions_in_all, warns):
    datong.pool(vehicle=institutions_in_all, eco=0, food=0)
    campaign = datong.campaign(overall_ratio="4%", overall_count=4)
    datong.line(campaign, "vehicle", 4)

    texts = [problem.text for problem in planning.preview_plan(campaign).problems]

    assert any("都不是通知写明的 4 家" in text for text in texts) == warns


def test_national_centres_that_cannot_be_met_are_refused_with_both_figures():
    datong.pool(vehicle=4, eco=0, food=0)
    centre = institutions.institution()
    institutions.certificate(centre, institutions.domain(), is_national_centre=True)
    campaign = datong.campaign(quota_count=2)
    datong.line(campaign, "vehicle", 3)

    errors = [problem.text for problem in planning.preview_plan(campaign).errors]

    assert "国家质检中心数无法满足：各条目合计可含 0 至 1 家，请调整数量或各条目的抽取数。" in errors


def test_line_with_one_valid_officer_cannot_be_frozen():
    datong.pool(vehicle=3, eco=0, food=0)
    datong.officers(city=1)
    inspectors.inspector(datong.CITY, department_certificate_until=date(2025, 10, 1))
    campaign = datong.campaign()
    datong.line(campaign, "vehicle", 1)

    problems = [(problem.level, problem.text) for problem in preview_of(campaign, "vehicle").problems]

    assert problems == [
        (
            "error",
            "条目“机动车检验”：大同市市场监管局在检查期间证件有效、可参加的执法检查人员只有 1 名，每个检查组需要 2 名。",
        )
    ]


def test_key_targets_are_counted_and_go_first():
    found = datong.pool(vehicle=6, eco=0, food=0)["vehicle"]
    RiskFlag.objects.create(institution=found[2], kind=RiskKind.COMPLAINT, evidence="投诉", noted_on=date(2025, 8, 1))
    RiskFlag.objects.create(
        institution=found[3], kind=RiskKind.GOVERNMENT_SAMPLING, evidence="抽样", noted_on=date(2025, 8, 1)
    )
    campaign = datong.campaign()
    datong.line(campaign, "vehicle", 1, key_target_rule=KeyTargetRule.CERTAIN)

    assert preview_of(campaign, "vehicle").key_targets == 1


ALLOTMENTS = {
    "A4 nine received: two, one and one are drawn inside, five go to counties": (
        {"vehicle": 5, "eco": 2, "food": 2}, {"vehicle": (2, 0, 3), "eco": (1, 0, 1), "other": (1, 0, 1)},
    ),
    "A5 six received, none in ecology: one ecology lab is supplemented": (
        {"vehicle": 4, "eco": 0, "food": 2}, {"vehicle": (2, 0, 2), "eco": (0, 1, 0), "other": (1, 0, 1)},
    ),
    "A6 three received: what is missing is supplemented": (
        {"vehicle": 1, "eco": 1, "food": 1}, {"vehicle": (1, 1, 0), "eco": (1, 0, 0), "other": (1, 0, 0)},
    ),
    "A7 exactly four, all vehicle: two stay, two go to counties, two are supplemented": (
        {"vehicle": 4, "eco": 0, "food": 0}, {"vehicle": (2, 0, 2), "eco": (0, 1, 0), "other": (0, 1, 0)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ALLOTMENTS)
def test_allotment_table_of_datong(case):
    received, expected = ALLOTMENTS[case]
    found = datong.pool()
    campaign = datong.planned()
    chosen = {each.pk: True for code, count in received.items() for each in found[code][:count]}
    allotment.receive(campaign, chosen, origin="省局下发", by=datong.officer())

    table = allotment.allotment_table(campaign)

    shares = {
        each.line.line.code: (each.line.inside, each.line.supplement, each.line.left_to_counties)
        for each in table.shares
    }
    assert shares == expected
