"""Every change to the second pool: checked, in one transaction with its audit event."""

from inspectors.services.conflicts import decide_conflict, declare_conflict
from inspectors.services.experts import ban_expert, create_expert, edit_expert, lift_ban
from inspectors.services.imports import confirm_import, start_import
from inspectors.services.inspectors import create_inspector, edit_inspector, link_account
from inspectors.services.leaves import add_leave, cancel_leave

__all__ = [
    "add_leave",
    "ban_expert",
    "cancel_leave",
    "confirm_import",
    "create_expert",
    "create_inspector",
    "decide_conflict",
    "declare_conflict",
    "edit_expert",
    "edit_inspector",
    "lift_ban",
    "link_account",
    "start_import",
]
