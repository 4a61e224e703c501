"""What every part of the API shares: who may call, what bodies and errors look like, lists and their pages.

Each room's own `api` builds on this; config/api.py gathers the addresses.
"""

from accounts.api.permissions import InDeclaredAudience

__all__ = ["InDeclaredAudience"]
