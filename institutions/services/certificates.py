from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import audit
from accounts.models import User
from accounts.rules import require
from institutions.models import Certificate, Domain, Institution, Site
from institutions.services.saving import save


def add_certificate(
    institution: Institution, values: Mapping[str, Any], *, domains: Iterable[Domain], by: User
) -> Certificate:
    require(by, "edit", institution)
    certificate = Certificate(institution=institution)
    _save("institutions.add_certificate", certificate, values, domains, by)
    return certificate


def edit_certificate(
    certificate: Certificate, values: Mapping[str, Any], *, domains: Iterable[Domain], by: User
) -> Certificate:
    require(by, "edit", certificate)
    _save("institutions.edit_certificate", certificate, values, domains, by)
    return certificate


def _save(
    action: str, certificate: Certificate, values: Mapping[str, Any], domains: Iterable[Domain], by: User
) -> None:
    chosen = list(domains)
    if not chosen:
        raise ValidationError({"domains": "请至少选择一个领域，否则抽查时无法归入任何领域。"})
    save(action, certificate, values, relations={"domains": chosen}, institution=certificate.institution, by=by)


def add_site(certificate: Certificate, values: Mapping[str, Any], *, by: User) -> Site:
    require(by, "edit", certificate)
    site = Site(certificate=certificate)
    save("institutions.add_site", site, values, institution=certificate.institution, by=by)
    return site


def edit_site(site: Site, values: Mapping[str, Any], *, by: User) -> Site:
    require(by, "edit", site)
    save("institutions.edit_site", site, values, institution=site.certificate.institution, by=by)
    return site


@transaction.atomic
def remove_site(site: Site, *, by: User) -> None:
    require(by, "edit", site)
    change = audit.compare(site, audit.snapshot(site), {})
    audit.record("institutions.remove_site", site.certificate.institution, by=by, changes=[change])
    site.delete()
