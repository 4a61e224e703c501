"""From the rows of a workbook to one draft per person, with every fault on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspectors.importing.tables import PeopleTable
from institutions.importing.gathering import ROWS_PER_REPORT, Faults
from workbooks.columns import ParsedRow, Problem
from workbooks.tables import TableReading, read_table


@dataclass(slots=True)
class Draft:
    """What one row says of one person; None where it says nothing."""

    row: int
    number: str
    values: dict[str, Any]


class Reading:
    def __init__(self, people: PeopleTable, table: TableReading) -> None:
        self.people, self.table = people, table
        self.faults = Faults()
        self.drafts: dict[str, Draft] = {}
        self.rows = 0

    def take(self, row: ParsedRow) -> None:
        self.rows += 1
        for fault in row.faults:
            self.faults.add(fault)
        for key, read in self.people.meanings.items():
            if row.values[key] is not None:
                row.values[key], problem = read(row.values[key])
                if problem:
                    self.tell(row.number, key, problem)
        number = row.values["number"]
        if number is None:
            return
        first = self.drafts.setdefault(number, Draft(row.number, number, row.values))
        if first.row != row.number:
            self.tell(row.number, "number", Problem("repeated", f"编号与第 {first.row} 行重复，请删去一行或改正编号。"))

    def tell(self, row: int, key: str, problem: Problem) -> None:
        self.faults.add(self.table.fault(ParsedRow(row, {}, []), key, problem))


def read_people(path: Path, people: PeopleTable, report: Callable[[int], None]) -> Reading:
    """Raises WorkbookRefused."""
    with read_table(path, people.spec) as table:
        reading = Reading(people, table)
        for row in table:
            reading.take(row)
            if reading.rows % ROWS_PER_REPORT == 0:
                report(reading.rows)
    for notice in table.notices:
        reading.faults.add(notice)
    return reading
