"""The reference data: what every database starts with."""

import io
import re

import pytest
from django.core.management import call_command

from accounts.models import Bureau, Department, Region
from campaigns.models import InspectionMatter, LegalBasis
from institutions.models import Domain

pytestmark = pytest.mark.django_db


@pytest.fixture
def reference() -> str:
    output = io.StringIO()
    call_command("load_reference", stdout=output)
    return output.getvalue()


def test_reference_loads_once_and_keeps_what_was_edited(reference):
    Bureau.objects.filter(pk="scjg:140200").update(contact_phone="0352-0000001")
    again = io.StringIO()
    call_command("load_reference", stdout=again)
    assert again.getvalue() == (
        "added: regions 0, departments 0, domains 0, legal_bases 0, matters 0, bureaus 0, forms 0\n"
    )
    assert Bureau.objects.get(pk="scjg:140200").contact_phone == "0352-0000001"
    LegalBasis.objects.create(title="新办法", article="第一条", valid_from="2026-01-01")


def test_regions_are_shanxi_in_full_and_of_the_other_provinces_one_place_each(reference):
    counts = {level: Region.objects.filter(level=level).count() for level in Region.Level.values}
    assert counts == {"nation": 1, "province": 31, "city": 37, "county": 150}
    shanxi = {level: Region.objects.filter(level=level, code__startswith="14").count() for level in counts}
    assert shanxi == {"nation": 0, "province": 1, "city": 11, "county": 120}
    zones = Region.objects.filter(kind=Region.Kind.ZONE).values_list("code", "name")
    assert list(zones) == [
        ("140271", "大同经济技术开发区"), ("140571", "晋城经济技术开发区"), ("140971", "五台山风景名胜区"),
    ]  # fmt: skip


def test_region_codes_lie_below_their_parents(reference):
    for region in Region.objects.exclude(level=Region.Level.NATION).select_related("parent"):
        assert re.fullmatch(r"[1-6]\d{5}", region.code)
        assert region.code.startswith(region.parent.scope)
        assert region.scope != region.parent.scope


def test_departments_are_named_in_their_order(reference):
    assert list(Department.objects.values_list("code", "name", "short_name"))[:3] == [
        ("scjg", "市场监督管理", "市场监管"), ("ga", "公安", "公安"), ("sthj", "生态环境", "生态环境"),
    ]  # fmt: skip
    assert Department.objects.count() == 9


def test_bureaus_of_datong_and_its_counties(reference):
    names = dict(Bureau.objects.filter(region_id__in=["140200", "140213", "140271"]).values_list("code", "name"))
    assert names == {
        "scjg:140200": "大同市市场监督管理局",
        "ga:140200": "大同市公安局",
        "sthj:140200": "大同市生态环境局",
        "zj:140200": "大同市住房和城乡建设局",
        "jt:140200": "大同市交通运输局",
        "zrzy:140200": "大同市自然资源局",
        "sl:140200": "大同市水利局",
        "hg:140200": "大同海关",
        "scjg:140213": "大同市平城区市场监督管理局",
        "ga:140213": "大同市平城区公安局",
        "sthj:140213": "大同市生态环境局平城分局",
        "scjg:140271": "大同市市场监督管理局经开区分局",
        "ga:140271": "大同市公安局经开区分局",
        "sthj:140271": "大同市生态环境局经开区分局",
    }
    assert Bureau.objects.get(pk="scjg:140200").document_prefix == "同市监认证"
    assert Bureau.objects.get(pk="sthj:140213").branch_of_id == "sthj:140200"


def test_bureaus_of_the_nation_and_of_other_provinces(reference):
    names = list(Bureau.objects.filter(region_id="000000").values_list("pk", "short_name"))
    assert names == [
        ("scjg:000000", "市场监管总局"), ("ga:000000", "公安部"), ("sthj:000000", "生态环境部"),
        ("zj:000000", "住房城乡建设部"), ("jt:000000", "交通运输部"), ("zrzy:000000", "自然资源部"),
        ("sl:000000", "水利部"), ("hg:000000", "海关总署"), ("yj:000000", "国家药监局"),
    ]  # fmt: skip
    assert Bureau.objects.get(pk="scjg:000000").document_prefix == "国市监认证"
    beyond = Bureau.objects.filter(region__code__startswith="11").values_list("pk", "name")
    assert list(beyond) == [
        ("scjg:110000", "北京市市场监督管理局"), ("scjg:110108", "北京市海淀区市场监督管理局"),
    ]  # fmt: skip


def test_every_bureau_is_well_formed(reference):
    for bureau in Bureau.objects.all():
        bureau.full_clean()
    names = list(Bureau.objects.values_list("name", flat=True))
    assert len(names) == len(set(names)) == 542


def test_matters_name_existing_departments_domains_and_bases(reference):
    for matter in InspectionMatter.objects.prefetch_related("domains", "legal_bases"):
        matter.full_clean()
        assert matter.method_labels
        assert matter.legal_bases.exists()
    assert InspectionMatter.objects.get(pk="GA-01").domains.get() == Domain.objects.get(pk="vehicle-safety")


def test_the_supervision_measure_is_renumbered_by_its_revision(reference):
    title = "检验检测机构监督管理办法"
    old = LegalBasis.objects.filter(title=title).valid_on("2025-03-17").values_list("article", flat=True)
    new = LegalBasis.objects.filter(title=title).valid_on("2025-03-18").values_list("article", flat=True)
    assert len(old) == len(new) == 11
    assert set(new) - set(old) == {"第十五条", "第十八条", "第二十三条", "第二十七条"}
