"""Pages of accounts: the person's own, users and roles, bureaus and regions, the audit trail, the workbench."""
