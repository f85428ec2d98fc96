"""What of an address can be told from the address alone: whether it is this very machine, and which origin it has."""

from __future__ import annotations

import ipaddress

from yarl import URL

NAMES = ("localhost", "127.0.0.1")  # one machine by two names


def is_loopback_host(host: str) -> bool:
    """Whether `host` is this machine and nothing else. Other names than localhost are not looked up."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_loopback_url(url: str) -> bool:
    """Whether a request to `url` stays on this machine. Read by the parser that the HTTP client uses as well."""
    try:
        parsed = URL(url)
    except ValueError:
        return False
    return parsed.scheme in ("http", "https") and parsed.host is not None and is_loopback_host(parsed.host)


def is_loopback_origin(url: str) -> bool:
    """Whether `url` is scheme, this machine and a port, and nothing besides."""
    if not is_loopback_url(url) or "\\" in url:
        return False
    parsed = URL(url)
    bare = parsed.path in ("", "/") and not parsed.query_string and not parsed.fragment
    return bare and parsed.user is None and parsed.password is None and bool(parsed.port)


def has_origin(url: str, origin: str) -> bool:
    """Whether `url` leads to the loopback `origin`, without a name or password in it; localhost is 127.0.0.1."""
    if not is_loopback_url(url) or "\\" in url:
        return False
    asked, wanted = URL(url), URL(origin)
    return asked.user is None and asked.password is None and _where(asked) == _where(wanted)


def _where(url: URL) -> tuple[str, str, int | None]:
    host = (url.host or "").rstrip(".").lower()
    return url.scheme, NAMES[0] if host in NAMES else host, url.port
