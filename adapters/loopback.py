"""Loopback and origin checks on URLs, without any DNS look-up."""

from __future__ import annotations

import ipaddress

from yarl import URL

NAMES = ("localhost", "127.0.0.1")  # one machine by two names


def is_loopback_host(host: str) -> bool:
    """True for localhost and loopback IP addresses. Other names are not resolved."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_loopback_url(url: str) -> bool:
    """True if a request to `url` stays on this machine. Parsed by yarl, as the HTTP client does."""
    try:
        parsed = URL(url)
    except ValueError:
        return False
    return parsed.scheme in ("http", "https") and parsed.host is not None and is_loopback_host(parsed.host)


def is_loopback_origin(url: str) -> bool:
    """True if `url` is just scheme, loopback host and port."""
    if not is_loopback_url(url) or "\\" in url:
        return False
    parsed = URL(url)
    bare = parsed.path in ("", "/") and not parsed.query_string and not parsed.fragment
    return bare and parsed.user is None and parsed.password is None and bool(parsed.port)


def has_origin(url: str, origin: str) -> bool:
    """True if `url` has the loopback `origin` and no user info. localhost and 127.0.0.1 count as the same host."""
    if not is_loopback_url(url) or "\\" in url:
        return False
    asked, wanted = URL(url), URL(origin)
    return asked.user is None and asked.password is None and _origin(asked) == _origin(wanted)


def _origin(url: URL) -> tuple[str, str, int | None]:
    host = (url.host or "").rstrip(".").lower()
    return url.scheme, NAMES[0] if host in NAMES else host, url.port
