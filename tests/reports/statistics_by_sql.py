"""The figures of the statistics, counted by SQL that knows nothing of the code that shows them."""

from decimal import Decimal
from typing import Any

from django.db import connection

STANDS = "t.state NOT IN ('replaced', 'cancelled') AND c.kind <> 'practice'"
CONCLUDED = "t.state IN ('concluded', 'closed')"
INSPECTED = """(t.state = 'adopted' OR EXISTS (SELECT 1 FROM visits_visit v
    WHERE v.task_id = t.id AND v.kind = 'first' AND v.state = 'ended'))"""
FINDINGS = """SELECT 1 FROM visits_finding f JOIN visits_departmentresult r ON r.id = f.result_id
    WHERE r.task_id = t.id AND r.state = 'final' AND f.state <> 'withdrawn'"""
FIGURES = {
    "due": "1 = 1",
    "inspected": INSPECTED,
    "late": f"t.due_on < %(today)s AND NOT {INSPECTED}",
    "concluded": CONCLUDED,
    "troubled": f"{CONCLUDED} AND EXISTS ({FINDINGS})",
    "closed": "t.state IN ('closed', 'adopted')",
}
FROM = """FROM campaigns_task t JOIN campaigns_campaign c ON c.id = t.campaign_id
    JOIN institutions_institution i ON i.id = t.institution_id"""
FOUND = f"""FROM visits_finding f JOIN visits_departmentresult r ON r.id = f.result_id
    JOIN campaigns_task t ON t.id = r.task_id JOIN campaigns_campaign c ON c.id = t.campaign_id
    JOIN campaigns_planline l ON l.id = t.line_id
    WHERE {STANDS} AND {CONCLUDED} AND r.state = 'final' AND f.state <> 'withdrawn' AND c.year = %(year)s"""
TAKEN = f"""FROM visits_measure m JOIN campaigns_task t ON t.id = m.task_id JOIN campaigns_campaign c ON c.id = t.campaign_id
    WHERE {STANDS} AND m.state IN ('decided', 'done') AND c.year = %(year)s"""


def ask(sql: str, **given: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [tuple(row) for row in cursor.fetchall()]


def by_place(year: int, today: object, digits: int = 6) -> dict[str, dict[str, int]]:
    """Beginning of the county's code → figure → count."""
    sums = ", ".join(f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)" for condition in FIGURES.values())
    sql = f"""SELECT substr(i.county_id, 1, {digits}), {sums} {FROM} WHERE {STANDS} AND c.year = %(year)s
        GROUP BY substr(i.county_id, 1, {digits})"""
    return {place: dict(zip(FIGURES, counts, strict=True)) for place, *counts in ask(sql, year=year, today=today)}


def findings_by(column: str, year: int) -> dict[str, tuple[int, int]]:
    """Value → (findings, tasks)."""
    sql = f"SELECT {column}, count(*), count(DISTINCT t.id) {FOUND} GROUP BY {column}"
    return {value: (count, tasks) for value, count, tasks in ask(sql, year=year)}


def measures_by_kind(year: int) -> dict[str, tuple[int, Decimal]]:
    sql = f"SELECT m.kind, count(*), coalesce(sum(m.amount), 0) {TAKEN} GROUP BY m.kind"
    return {kind: (count, Decimal(str(money))) for kind, count, money in ask(sql, year=year)}
