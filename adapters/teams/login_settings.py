"""Which way of logging in the settings choose."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import aiohttp

from adapters.surface import SurfaceMisconfigured
from adapters.teams import login
from adapters.teams.cloud import Cloud, TeamsSettings
from adapters.teams.credentials import Acquire

LogIn = Callable[[aiohttp.ClientSession], Acquire]
KINDS = ("singletenant", "multitenant", "userassignedmsi")


def log_in_by(settings: TeamsSettings, cloud: Cloud) -> LogIn:
    """The way to log in of a bot that has an app id. Raises SurfaceMisconfigured where that is not one."""
    kind = settings.microsoft_app_type.lower()
    if kind not in KINDS:
        raise SurfaceMisconfigured("MicrosoftAppType must be SingleTenant, MultiTenant or UserAssignedMSI.")
    if kind == "userassignedmsi":
        acquire = login.managed_identity(settings.microsoft_app_id, cloud.scope)
        return lambda http: acquire
    way = _way(settings)
    if kind == "singletenant" and not settings.microsoft_app_tenant_id:
        raise SurfaceMisconfigured("A SingleTenant bot needs MicrosoftAppTenantId.")
    tenant = cloud.login_tenant if kind == "multitenant" else settings.microsoft_app_tenant_id
    url = login.token_url(cloud.login_url, tenant)
    return partial(
        login.client_credentials,
        url=url,
        app_id=settings.microsoft_app_id,
        scope=cloud.scope,
        proof=_proof(way, settings, cloud, url),
    )


def ways_set(settings: TeamsSettings) -> list[str]:
    """The settings that are set of those that say how to log in."""
    given = {
        "MicrosoftAppPassword": settings.microsoft_app_password,
        "MicrosoftAppCertificate": settings.microsoft_app_certificate,
        "MicrosoftAppFederatedTokenFile": settings.microsoft_app_federated_token_file,
        "MicrosoftAppFederatedIdentity": settings.microsoft_app_federated_identity,
    }
    return [name for name, value in given.items() if value]


def _way(settings: TeamsSettings) -> str:
    """The one setting that says how to log in."""
    ways = ways_set(settings)
    if not ways:
        raise SurfaceMisconfigured("MicrosoftAppId is set, and MicrosoftAppPassword is not.")
    if len(ways) > 1:
        raise SurfaceMisconfigured(f"Set one of {' and '.join(ways)}: a bot logs in one way.")
    return ways[0]


def _proof(way: str, settings: TeamsSettings, cloud: Cloud, url: str) -> login.Proof:
    match way:
        case "MicrosoftAppPassword":
            return login.secret(settings.microsoft_app_password)
        case "MicrosoftAppCertificate":
            return _certificate(settings, url)
        case "MicrosoftAppFederatedTokenFile":
            file = Path(settings.microsoft_app_federated_token_file)
            if not file.is_file():
                raise SurfaceMisconfigured("MicrosoftAppFederatedTokenFile must be the path of a file that is there.")
            return login.federated_file(file)
        case _:
            return login.federated_identity(settings.microsoft_app_federated_identity, cloud.exchange)


def _certificate(settings: TeamsSettings, url: str) -> login.Proof:
    try:
        pem = Path(settings.microsoft_app_certificate).read_bytes()
        return login.certificate(pem, url=url, app_id=settings.microsoft_app_id)
    except (OSError, ValueError, TypeError):  # TypeError: the key needs a password
        raise SurfaceMisconfigured(
            "MicrosoftAppCertificate must be a PEM file with a certificate and its private key, without a password."
        ) from None
