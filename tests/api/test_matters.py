import pytest

from campaigns.models import InspectionMatter, LegalBasis
from tests.factories import accounts, institutions

pytestmark = pytest.mark.django_db


def test_matter_whole_with_its_legal_basis(program):
    matter = InspectionMatter.objects.create(
        code="jc-01", name="检验检测机构检查", department=accounts.department(), methods=["1", "2"], cap_per_year=1,
        content="资质认定条件保持情况",
    )  # fmt: skip
    matter.domains.add(institutions.domain())
    basis = LegalBasis.objects.create(title="检验检测机构监督管理办法", article="第二十二条", valid_from="2021-06-01")
    matter.legal_bases.add(basis)
    row = {
        "code": "jc-01", "name": "检验检测机构检查", "department": {"code": "scjg", "short_name": "市场监管"},
        "domains": [{"code": "vehicle", "name": "机动车检验"}], "kind": "general", "methods": ["实地检查", "书面检查"],
        "cap_per_year": 1, "cap_ratio": "", "is_active": True,
    }  # fmt: skip
    client = program(accounts.lead_officer())

    assert client.get("/api/matters/?department=scjg").json()["results"] == [row]
    assert client.get("/api/matters/jc-01/").json() == row | {
        "content": "资质认定条件保持情况",
        "legal_bases": [{
            "title": "检验检测机构监督管理办法", "document_number": "", "article": "第二十二条", "valid_from": "2021-06-01",
            "valid_to": None,
        }],
    }  # fmt: skip
    assert client.get("/api/matters/nothing/").status_code == 404
    assert program(accounts.auditor()).get("/api/matters/").status_code == 403
