"""The pool workbook: read and check every row (dry run), stage what it says, then write all of it or nothing."""
