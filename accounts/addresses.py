"""Where a request comes from. An address is personal data: pages show it shortened, counting knows it by a digest."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

Address = IPv4Address | IPv6Address


def address_of(request: HttpRequest) -> str:
    """The visitor's address; empty where there is none (a Unix socket without a proxy).

    That of the connection, or behind TRUSTED_PROXIES of our own proxies what the outermost of them wrote into
    X-Forwarded-For. Whatever stands to the left of it was sent by the visitor and is not believed.
    """
    connection = request.META.get("REMOTE_ADDR", "")
    hops = [*request.META.get("HTTP_X_FORWARDED_FOR", "").split(","), connection]
    proxies: int = settings.TRUSTED_PROXIES
    seen = hops[-1 - proxies] if proxies < len(hops) else connection
    found = _parsed(seen) or _parsed(connection)
    return str(found) if found else ""


def shortened(address: str) -> str:
    """Enough to tell one's office from elsewhere: the last part of the address left out."""
    match _parsed(address):
        case IPv4Address() as found:
            return f"{str(found).rpartition('.')[0]}.*"
        case IPv6Address() as found:
            return f"{':'.join(found.exploded.split(':')[:3])}:*"
        case _:
            return ""


def digest_of(address: str) -> str:
    """By which failures are counted: one machine, or one IPv6 network, whose owner has all of its addresses."""
    found = _parsed(address)
    network = str(IPv6Network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address
    return salted_hmac("accounts.addresses", network, algorithm="sha256").hexdigest()[:40] if network else ""


def _parsed(text: str) -> Address | None:
    """Some proxies write the port as well: 192.0.2.7:4711, [2001:db8::7]:4711."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
