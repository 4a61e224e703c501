"""Codes by which institutions and certificates are known, and their check digits."""

import re

from django.core.exceptions import ValidationError
from stdnum.cn import uscc as stdnum_uscc
from stdnum.exceptions import ValidationError as StdnumError

USCC_SHAPE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
ORGANISATION_CODE_SHAPE = re.compile(r"[0-9A-Z]{8}[0-9X]")
CERTIFICATE_NUMBER_SHAPE = re.compile(r"\d{12}")

ORGANISATION_CODE_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def is_uscc(code: str) -> bool:
    """统一社会信用代码 with the right check digit (GB 32100-2015); upper case, no spaces."""
    if not USCC_SHAPE.fullmatch(code):
        return False
    try:
        return bool(stdnum_uscc.validate(code))
    except StdnumError:
        return False


def is_organisation_code(code: str) -> bool:
    """组织机构代码 of nine characters, without the hyphen, with the right check digit (GB 11714-1997)."""
    if not ORGANISATION_CODE_SHAPE.fullmatch(code):
        return False
    total = sum(int(char, 36) * weight for char, weight in zip(code, ORGANISATION_CODE_WEIGHTS, strict=False))
    return code[8] == "0123456789X0"[11 - total % 11]


def is_certificate_number(number: str) -> bool:
    """CMA 证书编号: twelve digits, year, issuer, field, sector and serial. A wrong format is only worth a warning."""
    return bool(CERTIFICATE_NUMBER_SHAPE.fullmatch(number))


def validate_uscc(code: str) -> None:
    if not is_uscc(code):
        raise ValidationError("统一社会信用代码应为 18 位且校验码正确，请核对营业执照或法人证书。", code="uscc")


def validate_organisation_code(code: str) -> None:
    if not is_organisation_code(code):
        raise ValidationError("组织机构代码应为 9 位且校验码正确（不含短横线）。", code="organisation_code")
