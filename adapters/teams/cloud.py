"""Where Microsoft's services are, and which of the bot's settings this door reads."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from yarl import URL


class TeamsSettings(Protocol):
    """The settings that this door needs; `adapters.settings` has them all."""

    @property
    def microsoft_app_id(self) -> str: ...
    @property
    def microsoft_app_password(self) -> str: ...
    @property
    def microsoft_app_tenant_id(self) -> str: ...
    @property
    def microsoft_app_type(self) -> str:
        """SingleTenant, MultiTenant or UserAssignedMSI."""
        ...

    @property
    def allowed_tenants(self) -> Sequence[str]:
        """Ids of the tenants that are answered; empty: all."""
        ...

    @property
    def teams_experts_channel(self) -> str:
        """The id of the channel to which questions to a person go; empty: it is chosen in Teams."""
        ...

    @property
    def teams_service_url(self) -> str:
        """Where tenants are reached that nothing was heard from; empty: Microsoft's global address."""
        ...

    @property
    def allow_emulator(self) -> bool:
        """Take the tokens of Microsoft's emulator as well. For development."""
        ...

    @property
    def host(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Cloud:
    """The addresses and names that tokens are checked against. Another cloud, or a test, is another value."""

    login_url: str
    scope: str  # what the bot's own tokens are for
    issuer: str  # who signs the tokens of incoming requests
    openid_url: str  # where that issuer says which keys it signs with
    service_url: str  # of tenants that were not heard from yet; empty: unknown
    emulator_issuers: tuple[str, ...]
    emulator_openid_url: str
    emulator_allowed: bool = False


PUBLIC = Cloud(
    login_url="https://login.microsoftonline.com",
    scope="https://api.botframework.com/.default",
    issuer="https://api.botframework.com",
    openid_url="https://login.botframework.com/v1/.well-known/openidconfiguration",
    service_url="https://smba.trafficmanager.net/teams/",
    emulator_issuers=tuple(
        url
        for tenant in ("d6d49420-f39b-4df7-a1dc-d59a935871db", "f8cdef31-a31e-4b4a-93e4-5f571e91255a")
        for url in (f"https://sts.windows.net/{tenant}/", f"https://login.microsoftonline.com/{tenant}/v2.0")
    ),
    emulator_openid_url="https://login.microsoftonline.com/botframework.com/v2.0/.well-known/openid-configuration",
)


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


def is_safe_url(url: str) -> bool:
    """Whether tokens may be sent to `url`: encrypted, or not leaving this machine."""
    try:
        parsed = URL(url)
    except ValueError:
        return False
    return bool(parsed.host) and (parsed.scheme == "https" or is_loopback_url(url))
