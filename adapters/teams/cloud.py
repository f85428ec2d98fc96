"""The addresses of Microsoft's services, and the settings that this surface reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from yarl import URL

from adapters.loopback import is_base_url, is_loopback_url


class TeamsSettings(Protocol):
    """The settings of this surface; `adapters.settings` has them all."""

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
        """Ids of the tenants that are let in; empty: all."""
        ...

    @property
    def teams_experts_channel(self) -> str:
        """The id of the channel to which questions to a person go; empty: it is chosen in Teams."""
        ...

    @property
    def teams_private_answers(self) -> bool:
        """Whether mentions are answered for who asked alone, where Teams can do that."""
        ...

    @property
    def teams_service_url(self) -> str:
        """The connector service of tenants that have sent nothing yet; empty: Microsoft's global address."""
        ...

    @property
    def teams_development(self) -> str:
        """The address of a development client on this machine, which needs no token; empty: none."""
        ...

    @property
    def host(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds: its services, and what tokens are checked against."""

    login_url: str
    scope: str  # of the bot's own access tokens
    issuer: str  # of the tokens of incoming requests
    openid_url: str  # that issuer's OpenID metadata document
    service_url: str  # of tenants that have sent nothing yet; empty: unknown


PUBLIC = Cloud(
    login_url="https://login.microsoftonline.com",
    scope="https://api.botframework.com/.default",
    issuer="https://api.botframework.com",
    openid_url="https://login.botframework.com/v1/.well-known/openidconfiguration",
    service_url="https://smba.trafficmanager.net/teams/",
)


def is_safe_url(url: str) -> bool:
    """True if tokens may be sent to the base address `url`: it is encrypted, or on this machine."""
    if not is_base_url(url):
        return False
    try:
        parsed = URL(url)
    except ValueError:
        return False
    return bool(parsed.host) and (parsed.scheme == "https" or is_loopback_url(url))
