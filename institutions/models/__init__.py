"""The first pool 检查对象名录库: institutions, their certificates and sites, risk flags, imports, and who may act for them."""

from institutions.models.certificates import Certificate, CertificateLevel, CertificateState, Domain, Site
from institutions.models.imports import ImportDifference, ImportFault, ImportRun, ImportState
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
    "ImportDifference",
    "ImportFault",
    "ImportRun",
    "ImportState",
    "Institution",
    "InstitutionState",
    "LegalType",
    "Representative",
    "RiskFlag",
    "RiskKind",
    "Site",
]
