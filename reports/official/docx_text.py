"""Text that XML can hold."""

import re

FORBIDDEN = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Without the control characters that a copied text may carry."""
    return FORBIDDEN.sub("", text)
