"""Who acts: regions, departments, bureaus, users and roles; sign-in; what a user may see; the audit trail."""
