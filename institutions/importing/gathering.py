"""From the rows of a workbook to one draft per institution, with every fault on the way."""

from collections.abc import Callable
from pathlib import Path

from institutions.importing.checks import Surroundings, check_row, values_agree
from institutions.importing.drafts import (
    INSTITUTION_KEYS,
    NUMBER,
    ORGANISATION_CODE,
    USCC,
    Draft,
    certificate_values,
    institution_values,
)
from workbooks.columns import Fault, ParsedRow, Problem, TableSpec
from workbooks.tables import TableReading, read_table

KEPT_FAULTS = 5000
ROWS_PER_REPORT = 1000


class Faults:
    """Counts all faults and keeps the first KEPT_FAULTS; about a cell with an error nothing more is said."""

    def __init__(self) -> None:
        self.kept: list[Fault] = []
        self.errors = self.warnings = 0
        self._faulty_cells: set[tuple[int, str]] = set()

    def add(self, fault: Fault) -> None:
        cell = (fault.row, fault.column) if fault.row is not None and fault.column else None
        if cell in self._faulty_cells:
            return
        if fault.level == "error":
            self.errors += 1
            if cell is not None:
                self._faulty_cells.add(cell)
        else:
            self.warnings += 1
        if len(self.kept) < KEPT_FAULTS:
            self.kept.append(fault)


class Gathering:
    """The drafts of one workbook in the order of their first rows."""

    def __init__(self, table: TableReading, around: Surroundings, faults: Faults) -> None:
        self.table, self.around, self.faults = table, around, faults
        self.drafts: dict[str, Draft] = {}
        self.rows = 0
        self._numbers: dict[str, int] = {}
        self._organisation_codes: dict[str, str] = {}

    def take(self, row: ParsedRow) -> None:
        self.rows += 1
        problems = check_row(row, self.around)
        for fault in row.faults:
            self.faults.add(fault)
        for key, problem in problems:
            self.tell(row.number, key, problem)
        code = row.values["uscc"] or row.values["organisation_code"]
        if code is not None:
            self._take_certificate(row, self._take_institution(row, code))

    def tell(self, row: int, key: str, problem: Problem) -> None:
        self.faults.add(self.table.fault(ParsedRow(row, {}, []), key, problem))

    def _take_institution(self, row: ParsedRow, code: str) -> Draft:
        values = institution_values(row.values)
        draft = self.drafts.get(code)
        if draft is None:
            draft = self.drafts[code] = Draft(code, row.number, values, [])
        else:
            self._compare_rows(row.number, draft, values)
        self._check_organisation_code(row.number, draft)
        return draft

    def _compare_rows(self, row: int, draft: Draft, values: list[object]) -> None:
        for index in values_agree(draft.values, values):
            said = self.shown(index, draft.values[index])
            self.tell(row, INSTITUTION_KEYS[index], Problem(
                "rows_disagree", f"与第 {draft.row} 行同一机构的内容不一致（第 {draft.row} 行为“{said}”），请改为一致。"
            ))  # fmt: skip

    def shown(self, index: int, value: object) -> str:
        """A value as it is written in the workbook."""
        if INSTITUTION_KEYS[index] == "county":
            return self.around.labels[str(value)]
        column = next(column for column in self.table.spec.columns if column.key == INSTITUTION_KEYS[index])
        return next((label for label, chosen in column.choices.items() if chosen == value), str(value))

    def _check_organisation_code(self, row: int, draft: Draft) -> None:
        code = draft.values[ORGANISATION_CODE]
        owner = self._organisation_codes.setdefault(code, draft.code) if code else draft.code
        if owner != draft.code:
            first = self.drafts[owner].row
            self.tell(row, "organisation_code", Problem(
                "repeated_organisation_code", f"与第 {first} 行另一家机构的组织机构代码相同，请核对。"
            ))  # fmt: skip

    def _take_certificate(self, row: ParsedRow, draft: Draft) -> None:
        values = certificate_values(row.values)
        number = values[NUMBER]
        if number is None:
            return
        first = self._numbers.setdefault(number, row.number)
        if first != row.number:
            self.tell(
                row.number, "number", Problem("repeated_certificate", f"证书编号与第 {first} 行重复，请删去一行。")
            )
        else:
            draft.certificates.append((row.number, values))


def gather(
    path: Path, spec: TableSpec, around: Surroundings, faults: Faults, report: Callable[[int], None]
) -> Gathering:
    """Read and check every row; `report` hears how many were read. Raises WorkbookRefused."""
    with read_table(path, spec) as table:
        gathering = Gathering(table, around, faults)
        for row in table:
            gathering.take(row)
            if gathering.rows % ROWS_PER_REPORT == 0:
                report(gathering.rows)
    for notice in table.notices:
        faults.add(notice)
    _refuse_mixed_codes(gathering)
    return gathering


def _refuse_mixed_codes(gathering: Gathering) -> None:
    """An institution written with its USCC in one row and only with its organisation code in another."""
    by_code = {draft.values[ORGANISATION_CODE]: draft for draft in gathering.drafts.values() if draft.values[USCC]}
    for draft in gathering.drafts.values():
        other = by_code.get(draft.code) if draft.values[USCC] is None else None
        if other is not None:
            gathering.tell(draft.row, "organisation_code", Problem(
                "mixed_codes", f"与第 {other.row} 行是同一个组织机构代码，请在每一行都填写统一社会信用代码。"
            ))  # fmt: skip
