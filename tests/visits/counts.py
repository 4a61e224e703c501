"""The figures of the boards, counted by SQL of its own that knows nothing of the code that shows them."""
# ruff: noqa: S608 -- put together of texts of this file alone

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

WRITES = "('draft', 'returned')"
OPEN_ORDER = "('ordered', 'reported', 'returned')"
OPEN_REFERRAL = "('sent', 'accepted')"
NEVER_HELD = "v.state = 'planned' AND t.state IN ('replaced', 'cancelled')"
UNVISITED = """FROM campaigns_task t WHERE t.state IN ('dispatched', 'notified', 'inspecting')
    AND NOT EXISTS (SELECT 1 FROM visits_visit v WHERE v.task_id = t.id AND v.state = 'ended')"""

BOARD = {
    "tasks_due": f"SELECT t.bureau_id, count(*) {UNVISITED} GROUP BY t.bureau_id",
    "tasks_late": f"SELECT t.bureau_id, count(*) {UNVISITED} AND t.due_on < %(today)s GROUP BY t.bureau_id",
    "results_to_write": f"""SELECT bureau_id, count(*) FROM visits_departmentresult WHERE state IN {WRITES}
        GROUP BY bureau_id""",
    "results_to_review": """SELECT t.bureau_id, count(*) FROM visits_departmentresult r
        JOIN campaigns_task t ON t.id = r.task_id WHERE r.state = 'submitted' GROUP BY t.bureau_id""",
    "to_conclude": "SELECT bureau_id, count(*) FROM campaigns_task WHERE state = 'joint' GROUP BY bureau_id",
    "measures_to_decide": "SELECT bureau_id, count(*) FROM visits_measure WHERE state = 'planned' GROUP BY bureau_id",
    "to_verify": "SELECT bureau_id, count(*) FROM visits_rectification WHERE state = 'reported' GROUP BY bureau_id",
    "rectifications_late": f"""SELECT bureau_id, count(*) FROM visits_rectification WHERE state IN {OPEN_ORDER}
        AND due_on < %(today)s GROUP BY bureau_id""",
    "referrals_to_answer": f"""SELECT receiver_id, count(*) FROM visits_referral WHERE state IN {OPEN_REFERRAL}
        AND receiver_id IS NOT NULL GROUP BY receiver_id""",
    "referrals_late": f"""SELECT receiver_id, count(*) FROM visits_referral WHERE state IN {OPEN_REFERRAL}
        AND receiver_id IS NOT NULL AND due_on < %(today)s GROUP BY receiver_id""",
}
"""Figure → (bureau, count)."""

WAITS = {
    "results": f"""SELECT t.bureau_id, r.bureau_id, count(*), 0 FROM visits_departmentresult r
        JOIN campaigns_task t ON t.id = r.task_id WHERE r.state IN {WRITES} AND r.bureau_id <> t.bureau_id
        GROUP BY t.bureau_id, r.bureau_id""",
    "measures": """SELECT t.bureau_id, m.bureau_id, count(*), 0 FROM visits_measure m
        JOIN campaigns_task t ON t.id = m.task_id WHERE m.state = 'planned' AND m.bureau_id <> t.bureau_id
        GROUP BY t.bureau_id, m.bureau_id""",
    "referrals": f"""SELECT sender_id, coalesce(receiver_id, outside), count(*),
        sum(CASE WHEN due_on < %(today)s THEN 1 ELSE 0 END) FROM visits_referral WHERE state IN {OPEN_REFERRAL}
        GROUP BY sender_id, coalesce(receiver_id, outside)""",
    "rectifications": """SELECT bureau_id, '', count(*), sum(CASE WHEN due_on < %(today)s THEN 1 ELSE 0 END)
        FROM visits_rectification WHERE state IN ('ordered', 'returned') GROUP BY bureau_id""",
}
"""What → (bureau that waits, for whom, count, of them late)."""

REACHED = {
    "drawn": "t.state NOT IN ('replaced', 'cancelled')",
    "dispatched": "t.state NOT IN ('pending', 'replaced', 'cancelled')",
    "begun": "t.state IN ('inspecting', 'reviewing', 'joint', 'concluded', 'closed', 'adopted')",
    "handed_in": "t.state IN ('reviewing', 'joint', 'concluded', 'closed', 'adopted')",
    "concluded": "t.state IN ('concluded', 'closed', 'adopted')",
    "closed": "t.state IN ('closed', 'adopted')",
}
FUNNEL = ", ".join(f"sum(CASE WHEN {reached} THEN 1 ELSE 0 END)" for reached in REACHED.values())

WORKLOAD = f"""SELECT i.bureau_id, i.name, sum(CASE WHEN v.state = 'ended' THEN 1 ELSE 0 END),
    sum(CASE WHEN v.state IN ('planned', 'started') THEN 1 ELSE 0 END)
    FROM visits_attendee a JOIN visits_visit v ON v.id = a.visit_id JOIN campaigns_task t ON t.id = v.task_id
    JOIN campaigns_campaign c ON c.id = t.campaign_id JOIN inspectors_inspector i ON i.id = a.inspector_id
    WHERE a.kind IN ('officer', 'guest') AND c.year = %(year)s AND v.state <> 'cancelled' AND NOT ({NEVER_HELD})
    GROUP BY i.bureau_id, i.id, i.name"""

DOSSIER = {
    "tasks": """SELECT t.institution_id, count(*) FROM campaigns_task t WHERE t.state NOT IN ('replaced', 'cancelled')
        GROUP BY t.institution_id""",
    "results": """SELECT t.institution_id, count(*) FROM visits_departmentresult r
        JOIN campaigns_task t ON t.id = r.task_id WHERE r.state = 'final' GROUP BY t.institution_id""",
    "findings": """SELECT t.institution_id, count(*) FROM visits_finding f JOIN visits_departmentresult r
        ON r.id = f.result_id JOIN campaigns_task t ON t.id = r.task_id WHERE f.state <> 'withdrawn'
        GROUP BY t.institution_id""",
    "open_findings": """SELECT t.institution_id, count(*) FROM visits_finding f JOIN visits_departmentresult r
        ON r.id = f.result_id JOIN campaigns_task t ON t.id = r.task_id WHERE f.state IN ('open', 'rectifying')
        GROUP BY t.institution_id""",
    "measures": """SELECT t.institution_id, count(*) FROM visits_measure m JOIN campaigns_task t ON t.id = m.task_id
        WHERE m.state <> 'dropped' GROUP BY t.institution_id""",
    "rectifications": """SELECT t.institution_id, count(*) FROM visits_rectification r
        JOIN campaigns_task t ON t.id = r.task_id GROUP BY t.institution_id""",
}
"""Figure → (institution, count)."""

STANDS = f"v.state <> 'cancelled' AND NOT ({NEVER_HELD})"
MONTH = f"""SELECT count(*) FROM visits_visit v JOIN campaigns_task t ON t.id = v.task_id
    WHERE v.planned_start >= %(first)s AND v.planned_start < %(after)s AND {STANDS} AND (t.bureau_id = %(bureau)s
    OR EXISTS (SELECT 1 FROM visits_attendee a JOIN inspectors_inspector i ON i.id = a.inspector_id
        WHERE a.visit_id = v.id AND i.bureau_id = %(bureau)s))"""
UNPLANNED = f"""SELECT count(*) FROM campaigns_task t WHERE t.bureau_id = %(bureau)s
    AND t.state IN ('dispatched', 'notified')
    AND NOT EXISTS (SELECT 1 FROM visits_visit v WHERE v.task_id = t.id AND {STANDS})"""


def ask(sql: str, **given: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [tuple(row) for row in cursor.fetchall()]


def boards(today: date) -> dict[str, dict[str, int]]:
    """Bureau → figure → count; without those that are zero."""
    return _by_first(BOARD, today=today)


def dossiers() -> dict[int, dict[str, int]]:
    """Institution → figure → count; without those that are zero."""
    return _by_first(DOSSIER)


def _by_first(questions: dict[str, str], **given: object) -> dict[Any, dict[str, int]]:
    found: dict[Any, dict[str, int]] = defaultdict(dict)
    for figure, sql in questions.items():
        for whose, count in ask(sql, **given):
            found[whose][figure] = count
    return found


def waits(today: date) -> dict[str, set[tuple[str, str, int, int]]]:
    """Bureau → (what, whom, count, late)."""
    found: dict[str, set[tuple[str, str, int, int]]] = defaultdict(set)
    for what, sql in WAITS.items():
        for bureau, whom, count, late in ask(sql, today=today):
            found[bureau].add((what, whom, count, late))
    return found


def funnel(campaign: int, *, place: str = "") -> dict[str, int]:
    """Of the campaign's tasks in places whose code begins so; those not handed out only with the campaign itself."""
    seen = "AND t.state <> 'pending'" if place else ""
    rows = ask(
        f"""SELECT {FUNNEL} FROM campaigns_task t JOIN institutions_institution i ON i.id = t.institution_id
        WHERE t.campaign_id = %(campaign)s AND i.county_id LIKE %(place)s {seen}""",
        campaign=campaign, place=f"{place}%",
    )  # fmt: skip
    return dict(zip(REACHED, rows[0], strict=True))


def funnels(campaign: int) -> dict[str, dict[str, int]]:
    sql = f"SELECT t.bureau_id, {FUNNEL} FROM campaigns_task t WHERE t.campaign_id = %(campaign)s GROUP BY t.bureau_id"
    return {bureau: dict(zip(REACHED, counts, strict=True)) for bureau, *counts in ask(sql, campaign=campaign)}


def workloads(year: int) -> dict[str, list[tuple[str, int, int]]]:
    found: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for bureau, *row in ask(WORKLOAD, year=year):
        found[bureau].append((row[0], row[1], row[2]))
    return {bureau: sorted(rows) for bureau, rows in found.items()}


def month(bureau: str, first: date) -> int:
    """Visits of this bureau's calendar in the month that begins on that day."""
    after = (first + timedelta(days=31)).replace(day=1)
    return _one(MONTH, bureau=bureau, first=_moment(first), after=_moment(after))


def unplanned(bureau: str) -> int:
    return _one(UNPLANNED, bureau=bureau)


def _one(sql: str, **given: object) -> int:
    return int(ask(sql, **given)[0][0])


def _moment(day: date) -> datetime:
    """As the databases keep it: in UTC, without saying so."""
    local = timezone.make_aware(datetime(day.year, day.month, day.day))
    return local.astimezone(UTC).replace(tzinfo=None)
