"""Workbooks in and out: guarded reading of uploaded .xlsx, templates, exports. Plain Python, imports nothing of ours.

Describe a table once (workbooks.columns); the same TableSpec reads uploads and writes the template:

    from workbooks.columns import Column, TableSpec, Fault, ParsedRow, Problem
    from workbooks.guard import WorkbookRefused, check_workbook
    from workbooks.tables import read_table
    from workbooks.template import write_template
    from workbooks.writing import ExportColumn, ExportSheet, write_csv, write_table

    SPEC = TableSpec("检查对象名录", (
        Column("name", "机构名称", "name", required=True, aliases=("单位名称",), max_length=120, example="山西某某检测有限公司"),
        Column("uscc", "统一社会信用代码", "code", required=True, lengths=(18,), check=uscc_problem),
        Column("level", "发证级别", "choice", choices={"国家级": "national", "省级": "province"}, synonyms={"省局": "省级"}),
        Column("valid_to", "有效期至", "date"),
        Column("domains", "检验检测领域", "list", choices={"机动车检验": 3, "生态环境监测": 1}),
    ))

    def uscc_problem(code: str) -> Problem | None: ...      # Problem(code, message, level="error" | "warning")

    try:
        with read_table(path, SPEC) as table:               # checks the file, opens it in a bounded child process
            for row in table:                               # ParsedRow, while the child reads on
                row.number, row.values["uscc"], row.faults, row.is_valid
        table.notices                                       # Faults about the sheet; complete after the loop
    except WorkbookRefused as refusal:                      # the file as a whole; also raised inside the loop
        refusal.code, refusal.message                       # message: what is wrong and what to do, in Chinese

Values by kind: text, note, name, code, phone → str; date → date; choice → the value of the chosen label; list →
tuple (of choice values when there are choices); boolean → bool; integer → int; decimal → Decimal; an empty cell →
Column.default (None). A faulty cell has the value None and a Fault(sheet, row, column, title, code, message, level);
`fault.place` words the place. Leave checks that need the database or several columns to the importer and make
further Faults with `table.fault(row, key, Problem(…))`. A notice of level "error" (content after a long gap) should
stop an import as a row's error does.

`check_workbook(path)` refuses at once what an upload form need not keep; read_table runs it again in the child.
"""
