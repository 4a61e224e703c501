"""The first pool 检查对象名录库: institutions, their certificates and sites, risk flags, and who may act for them."""

from institutions.models.certificates import Certificate, CertificateLevel, CertificateState, Domain, Site
from institutions.models.institution import (
    CreditClass,
    Institution,
    InstitutionState,
    LegalType,
    Representative,
)
from institutions.models.risks import RiskFlag, RiskKind

__all__ = [
    "Certificate",
    "CertificateLevel",
    "CertificateState",
    "CreditClass",
    "Domain",
    "Institution",
    "InstitutionState",
    "LegalType",
    "Representative",
    "RiskFlag",
    "RiskKind",
    "Site",
]
