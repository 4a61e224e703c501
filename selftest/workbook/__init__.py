"""The form as a workbook to fill offline: `writing.write_workbook`, `reading.read_workbook`, `applying.apply`.

A hidden sheet holds what was downloaded: of each answer and header block the revision, and of each cell a mark of its
text. A cell that still has its mark was not touched and is left alone, whatever stands online by now; one that was
changed is saved over the revision it was written over, like on the page.
"""
