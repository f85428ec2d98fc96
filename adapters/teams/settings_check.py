"""Whether the settings of this surface can be used, before anything is started."""

from __future__ import annotations

from dataclasses import replace

from adapters.loopback import is_loopback_host, is_loopback_origin
from adapters.surface import SurfaceMisconfigured, SurfaceOff
from adapters.teams.cloud import CLOUDS, PUBLIC, Cloud, TeamsSettings, cloud_named, is_safe_url
from adapters.teams.login_settings import LogIn, log_in_by, ways_set


def check(settings: TeamsSettings, cloud: Cloud | None = None) -> tuple[Cloud, LogIn | None]:
    """The cloud, and how to log in there; None for a bot without an app id. `cloud`: instead of that in the settings.

    Raises SurfaceOff where nothing is set, and SurfaceMisconfigured where the settings would let anybody in, are
    incomplete, or can't be used."""
    cloud = cloud or cloud_named(settings.teams_cloud)
    if cloud is None:
        raise SurfaceMisconfigured(f"TEAMS_CLOUD must be one of {', '.join(CLOUDS)}.")
    cloud = replace(cloud, service_url=settings.teams_service_url or cloud.service_url)
    if not is_safe_url(cloud.service_url or PUBLIC.service_url):
        raise SurfaceMisconfigured("TEAMS_SERVICE_URL must be an https address.")
    if not settings.microsoft_app_id:
        _check_development(settings)
        return cloud, None
    if settings.teams_development:
        raise SurfaceMisconfigured(
            "MicrosoftAppId and TEAMS_DEVELOPMENT are both set. Take away TEAMS_DEVELOPMENT to serve Teams, or "
            "MicrosoftAppId to develop."
        )
    return cloud, log_in_by(settings, cloud)


def _check_development(settings: TeamsSettings) -> None:
    """Raises unless the settings name a development client on this machine, and only this machine is served."""
    if not settings.teams_development:
        if ways := ways_set(settings):
            raise SurfaceMisconfigured(f"{' and '.join(ways)} is set, and MicrosoftAppId is not.")
        raise SurfaceOff(
            "Set MicrosoftAppId to switch it on. To try it with a client on this machine, set TEAMS_DEVELOPMENT to the "
            "client's address, such as http://127.0.0.1:56150."
        )
    if not is_loopback_origin(settings.teams_development):
        raise SurfaceMisconfigured(
            "TEAMS_DEVELOPMENT must be an address on this machine, such as http://127.0.0.1:56150."
        )
    if not is_loopback_host(settings.host):
        raise SurfaceMisconfigured("TEAMS_DEVELOPMENT is for HOST 127.0.0.1 only, and HOST is another.")
