"""What a stranger sees: every page that links lead to from the public site's front."""

import re
from collections import deque
from html import unescape

from django.test import Client

LINK = re.compile(rb'<a [^>]*href="(/[^"#]*)')
OWN = re.compile(
    r'nonce="[^"]+"|name="csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken(": "|&quot;: &quot;)[^"&]+'
    r'|本页生成于 [0-9: -]+|"made_at": "[^"]+"'.encode()
)
"""What differs between two answers that say the same: tokens, and when they were made."""
STARTS = ("/", "/public/", "/public/draws/", "/public/log/", "/public/log.json")


def public_pages(most: int = 150) -> dict[str, tuple[int, bytes]]:
    """Status and body by address, breadth first."""
    client, found = Client(), {}
    waiting = deque(STARTS)
    while waiting and len(found) < most:
        path = waiting.popleft()
        if path in found:
            continue
        answer = client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[path] = (answer.status_code, OWN.sub(b"", body))
        if answer.get("Content-Type", "").startswith("text/html"):
            waiting.extend(unescape(link.decode()) for link in LINK.findall(body))
    return found
