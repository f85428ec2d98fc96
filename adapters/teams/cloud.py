"""Where Microsoft's services are, and which of the bot's settings this door reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from yarl import URL

from adapters.loopback import is_loopback_url


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
    def teams_development(self) -> str:
        """The address of a client on this machine that needs no token; empty: there is none."""
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


PUBLIC = Cloud(
    login_url="https://login.microsoftonline.com",
    scope="https://api.botframework.com/.default",
    issuer="https://api.botframework.com",
    openid_url="https://login.botframework.com/v1/.well-known/openidconfiguration",
    service_url="https://smba.trafficmanager.net/teams/",
)


def is_safe_url(url: str) -> bool:
    """Whether tokens may be sent to `url`: encrypted, or not leaving this machine."""
    try:
        parsed = URL(url)
    except ValueError:
        return False
    return bool(parsed.host) and (parsed.scheme == "https" or is_loopback_url(url))
