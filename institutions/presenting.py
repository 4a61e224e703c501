"""Facts of one institution as its page shows them."""

from typing import Any

from accounts.templatetags.wording import cn_date, cn_moment
from institutions.models import Certificate, CertificateState, ImportRun, ImportState, Institution
from institutions.queries import region_label
from institutions.tables import CERTIFICATE_TONES, expiry_tone, expiry_words


def facts(institution: Institution) -> list[dict[str, Any]]:
    owner = institution.owner_department
    return [
        {"label": "统一社会信用代码", "value": institution.uscc, "code": True},
        {"label": "组织机构代码", "value": institution.organisation_code, "code": True},
        {"label": "法人类型", "value": institution.get_legal_type_display()},
        {"label": "所属部门", "value": owner.name if owner else "", "note": "由行政部门举办" if owner else ""},
        {"label": "所在县区", "value": region_label(institution.county)},
        {"label": "单位地址", "value": institution.address},
        {"label": "法定代表人", "value": institution.legal_representative},
        {"label": "法定代表人电话", "value": institution.legal_representative_phone},
        {"label": "联系人", "value": institution.contact},
        {"label": "联系电话", "value": institution.contact_phone},
    ]


def certificate_cards(institution: Institution) -> list[dict[str, Any]]:
    """For each certificate: its facts, a word about its end, its sites."""
    return [_card(certificate) for certificate in institution.certificates.all()]


def _card(certificate: Certificate) -> dict[str, Any]:
    state = CertificateState(certificate.state)
    counts = state == CertificateState.VALID
    return {
        "certificate": certificate,
        "tag": certificate.get_state_display(),
        "tone": CERTIFICATE_TONES[state],
        "expiry": expiry_words(certificate.valid_until) if counts else "",
        "expiry_tone": expiry_tone(certificate.valid_until) if counts else "plain",
        "facts": _certificate_facts(certificate),
        "sites": [{"site": site, "county": region_label(site.county)} for site in certificate.sites.all()],
    }


def _certificate_facts(certificate: Certificate) -> list[dict[str, Any]]:
    level = certificate.get_level_display() + ("（国家质检中心）" if certificate.is_national_centre else "")
    return [
        {"label": "被授权机构名称", "value": certificate.authorised_name, "wide": True},
        {"label": "领域", "value": "、".join(domain.name for domain in certificate.domains.all()), "wide": True},
        {"label": "资质认定级别", "value": level},
        {"label": "发证机关", "value": certificate.issuer},
        {"label": "批准日期", "value": cn_date(certificate.approved_on)},
        {"label": "有效期至", "value": cn_date(certificate.valid_until)},
        {"label": "最高管理者", "value": _with_phone(certificate.top_manager, certificate.top_manager_phone)},
        {"label": "技术负责人", "value": certificate.technical_lead},
        {"label": "授权签字人", "value": "、".join(certificate.signatories), "wide": True},
    ]


def _with_phone(name: str, phone: str) -> str:
    return f"{name} {phone}".strip()


def import_figures(run: ImportRun) -> list[dict[str, Any]]:
    if not run.counts:
        return []
    counts = run.counts
    return [
        {"label": "读到的行", "value": counts["rows"], "unit": "行"},
        {"label": "新增机构", "value": counts["institutions_added"], "unit": "家", "note": f"证书 {counts['certificates_added']:,} 张"},
        {"label": "变更机构", "value": counts["institutions_changed"], "unit": "家", "note": f"证书 {counts['certificates_changed']:,} 张"},
        {"label": "不变", "value": counts["institutions_same"], "unit": "家", "note": f"证书 {counts['certificates_same']:,} 张"},
        {"label": "文件未提到，保持不变", "value": counts["absent"], "unit": "家"},
        {"label": "错误", "value": counts["errors"], "unit": "处", "tone": "overdue" if counts["errors"] else "",
         "note": f"提醒 {counts['warnings']:,} 处"},
    ]  # fmt: skip


def verdict(run: ImportRun) -> str:
    """One sentence: where this upload stands and what to do."""
    if not run.counts:
        return ""
    if run.state == ImportState.IMPORTED:
        return f"已于 {cn_moment(run.imported_at)} 全部导入。"
    if run.counts["errors"]:
        return f"有 {run.counts['errors']:,} 处错误，没有导入任何内容。请按下表改正原文件后重新上传；“下载问题标注”可得到标红的行。"
    if not any(
        run.counts[f"{thing}_{kind}"] for thing in ("institutions", "certificates") for kind in ("added", "changed")
    ):
        return "文件内容与名录库完全一致，导入不会改动任何内容。"
    return "没有错误。名录库尚未改动，核对无误后请点“确认导入”。"
