"""The addresses of Microsoft's services, and the settings that this surface reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    def microsoft_app_certificate(self) -> str:
        """The path of a PEM file with the app's certificate and private key; empty: none."""
        ...

    @property
    def microsoft_app_federated_token_file(self) -> str:
        """The path of a file with a token that the app trusts; empty: none."""
        ...

    @property
    def microsoft_app_federated_identity(self) -> str:
        """The client id of a managed identity that the app trusts, or "system"; empty: none."""
        ...

    @property
    def teams_cloud(self) -> str:
        """One of `CLOUDS`, in any case."""
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
    def teams_feedback(self) -> bool:
        """Whether people vote on answers by Teams' own buttons, where Teams has them."""
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
    login_tenant: str = "botframework.com"  # where bots of many tenants log in
    exchange: str = "api://AzureADTokenExchange"  # the audience of tokens that federated credentials trust
    feedback: bool = True  # Microsoft says that its feedback buttons are there


PUBLIC = Cloud(
    login_url="https://login.microsoftonline.com",
    scope="https://api.botframework.com/.default",
    issuer="https://api.botframework.com",
    openid_url="https://login.botframework.com/v1/.well-known/openidconfiguration",
    service_url="https://smba.trafficmanager.net/teams/",
)
GCC = replace(PUBLIC, service_url="https://smba.infra.gcc.teams.microsoft.com/teams")
GCC_HIGH = Cloud(
    login_url="https://login.microsoftonline.us",
    scope="https://api.botframework.us/.default",
    issuer="https://api.botframework.us",
    openid_url="https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
    service_url="https://smba.infra.gov.teams.microsoft.us/teams",
    login_tenant="MicrosoftServices.onmicrosoft.us",
    exchange="api://AzureADTokenExchangeUSGov",
)
CHINA = Cloud(
    login_url="https://login.partner.microsoftonline.cn",
    scope="https://api.botframework.azure.cn/.default",
    issuer="https://api.botframework.azure.cn",
    openid_url="https://login.botframework.azure.cn/v1/.well-known/openidconfiguration",
    service_url="",  # Microsoft names none
    login_tenant="microsoftservices.partner.onmschina.cn",
    exchange="api://AzureADTokenExchangeChina",
    feedback=False,
)
# By what Microsoft's Teams SDK calls them, which has no name for GCC.
CLOUDS = {
    "Public": PUBLIC,
    "GCC": GCC,
    "USGov": GCC_HIGH,
    "USGovDoD": replace(GCC_HIGH, service_url="https://smba.infra.dod.teams.microsoft.us/teams"),
    "China": CHINA,
}


def cloud_named(name: str) -> Cloud | None:
    """The cloud of that name in any case; None where there is none."""
    return {known.lower(): cloud for known, cloud in CLOUDS.items()}.get(name.lower())


def is_safe_url(url: str) -> bool:
    """True if tokens may be sent to the base address `url`: it is encrypted, or on this machine."""
    if not is_base_url(url):
        return False
    try:
        parsed = URL(url)
    except ValueError:
        return False
    return bool(parsed.host) and (parsed.scheme == "https" or is_loopback_url(url))
