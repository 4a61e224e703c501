"""Invented institutions by the million, made by PostgreSQL itself: valid codes, one certificate and one domain each."""

from typing import Final

from django.db import connection
from stdnum.cn import uscc as stdnum_uscc

from institutions.models import Certificate, Institution
from tests.factories.accounts import region
from tests.factories.institutions import domain

COUNTIES: Final = ("140213", "140214")
DOMAINS: Final = {"vehicle": "机动车检验", "eco": "生态环境监测", "food": "食品"}
ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SIGNS: Final = "云恒晋泰瑞中华鼎众金正诚同嘉启汇博远信安天弘祥润精兴科盛永"
TABLES: Final = (Institution._meta.db_table, Certificate._meta.db_table, "institutions_certificate_domains")

INSTITUTIONS = """
INSERT INTO institutions_institution (name, uscc, legal_type, county_id, address, legal_representative,
  legal_representative_phone, contact, contact_phone, state, credit_class, credit_class_source, initials,
  created_at, updated_at)
SELECT substr('{signs}', 1 + n %% 29, 1) || substr('{signs}', 1 + n / 29 %% 29, 1)
    || substr('{signs}', 1 + n / 841 %% 29, 1) || n || '检测技术服务有限公司',
  body || substr('{alphabet}', 1 + (31 - (base + {digits}) %% 31) %% 31, 1), 'enterprise', county,
  '迎宾街' || n %% 997 || '号', '', '', '', '', CASE WHEN n %% 50 = 7 THEN 'suspended' ELSE 'operating' END,
  substr('ABCD', 1 + n %% 4, 1), '', 'yhjcjsfwyxgs', now(), now()
FROM (SELECT n, county, base, '91' || county || 'MA' || lpad(n::text, 7, '0') AS body
  FROM generate_series(0, %s - 1) AS n JOIN (VALUES {counties}) AS places(number, county, base)
  ON places.number = n %% {places}) AS numbered
"""
CERTIFICATES = """
INSERT INTO institutions_certificate (institution_id, number, authorised_name, level, issuer, approved_on, valid_until,
  state, is_national_centre, top_manager, top_manager_phone, technical_lead, signatories)
SELECT id, '24' || lpad(id::text, 10, '0'), name, 'province', '', DATE '2024-01-01', DATE '2030-01-01', 'valid', FALSE,
  '', '', '', '[]' FROM institutions_institution
"""
LINKS = """
INSERT INTO institutions_certificate_domains (certificate_id, domain_id)
SELECT id, (ARRAY['vehicle', 'eco', 'food'])[1 + id %% 3] FROM institutions_certificate WHERE %s > 0
"""


def fill(count: int) -> None:
    """Indexes are built at the end, and foreign keys, which hold by construction, are not looked up row by row."""
    for code in COUNTIES:
        region(code)
    for code, name in DOMAINS.items():
        domain(code, name)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
        found = _secondary_indexes()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute(_institutions(), [count])
        cursor.execute(CERTIFICATES)
        cursor.execute(LINKS, [count])
        for _, definition in found:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
    for code in Institution.objects.values_list("uscc", flat=True)[: min(count, 100)]:
        stdnum_uscc.validate(code)


def _secondary_indexes() -> list[tuple[str, str]]:
    """Name and definition of all that no constraint stands on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexdef NOT LIKE '%%UNIQUE%%'",
            [list(TABLES)],
        )
        return cursor.fetchall()


def _institutions() -> str:
    places = ", ".join(f"({number}, '{code}', {_sum(f'91{code}MA')})" for number, code in enumerate(COUNTIES))
    digits = " + ".join(f"{3 ** (16 - power) % 31} * (n / {10**power} %% 10)" for power in range(7))
    return INSTITUTIONS.format(signs=SIGNS, alphabet=ALPHABET, digits=digits, counties=places, places=len(COUNTIES))


def _sum(text: str) -> int:
    """Of the weighted digits, as GB 32100-2015 has it."""
    return sum(ALPHABET.index(character) * 3**place for place, character in enumerate(text)) % 31
