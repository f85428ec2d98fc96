"""Loopback and origin checks on URLs, without any DNS look-up."""

from __future__ import annotations

import ipaddress
import re

from yarl import URL

# A base address as it goes over the wire: RFC 3986's characters for scheme, host, port and path, nothing that a parser
# would have to mend, and no user name, query or fragment.
_BASE = re.compile(r"https?://[a-z0-9.:\[\]_-]+(?:/[a-z0-9._~!$&'()*+,;=:%/-]*)?", re.IGNORECASE | re.ASCII)
NAMES = ("localhost", "127.0.0.1")  # one machine by two names


def is_loopback_host(host: str) -> bool:
    """True for localhost and loopback IP addresses. Other names are not resolved."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_base_url(url: str) -> bool:
    """Whether paths can be appended to `url` and requested as they are. Nothing is said about where it leads."""
    return _BASE.fullmatch(url) is not None


def is_loopback_url(url: str) -> bool:
    """True if a request to `url` stays on this machine. Parsed by yarl, as the HTTP client does."""
    try:
        parsed = URL(url)
    except ValueError:
        return False
    return parsed.scheme in ("http", "https") and parsed.host is not None and is_loopback_host(parsed.host)


def is_loopback_origin(url: str) -> bool:
    """True if `url` is just scheme, loopback host and port."""
    if not is_base_url(url) or not is_loopback_url(url):
        return False
    parsed = URL(url)
    return parsed.path in ("", "/") and bool(parsed.port)


def has_origin(url: str, origin: str) -> bool:
    """True if `url` is a base address at the loopback `origin`. localhost and 127.0.0.1 count as the same host."""
    return is_base_url(url) and is_loopback_url(url) and _origin(URL(url)) == _origin(URL(origin))


def _origin(url: URL) -> tuple[str, str, int | None]:
    host = (url.host or "").lower()
    return url.scheme, NAMES[0] if host in NAMES else host, url.port
