"""Workbooks of inspectors and experts: every row read and checked (dry run), then all of it written or nothing."""
