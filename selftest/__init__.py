"""机构自查: the institution's own self-check before the visit, and its review by the bureau.

Empty until its own issue."""
