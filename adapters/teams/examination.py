"""What `advisor doctor` finds out about Teams: it logs in, and fetches what requests are checked with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from cryptography import x509

from adapters.findings import WAIT, Finding, clock_by
from adapters.surface import SurfaceMisconfigured, SurfaceOff
from adapters.teams.cloud import Cloud, TeamsSettings
from adapters.teams.credentials import Acquire, LoginFailed
from adapters.teams.remedies import LOGIN
from adapters.teams.settings_check import check

UNREACHABLE = "check the connection, the proxy and TEAMS_CLOUD"
SOON = 30  # days before its end in which a certificate should be renewed


async def examine(settings: TeamsSettings, cloud: Cloud | None = None, wait: float = WAIT) -> list[Finding]:
    """Login, certificate, Microsoft's keys, clock, each by that name; an empty one is Teams as a whole. What is
    wrong with the settings themselves is not repeated here.
    `cloud`: instead of the one in the settings."""
    try:
        cloud, log_in = check(settings, cloud)
    except SurfaceMisconfigured:
        return []
    except SurfaceOff:
        return [Finding("ok", "", "is not set up")]
    if log_in is None:
        remedy = "leave it where you develop; to serve Teams set MicrosoftAppId instead"
        return [Finding("look", "", "serves a development client on this machine, without any token", remedy)]
    async with aiohttp.ClientSession(trust_env=True) as http:
        found = [await _login(log_in(http), wait)]
        keys, headers = await _keys(http, cloud, wait)
    return [*found, *_certificate(settings.microsoft_app_certificate), keys, *clock_by(headers)]


async def _login(acquire: Acquire, wait: float) -> Finding:
    try:
        async with asyncio.timeout(wait):
            await acquire()
    except TimeoutError:
        return Finding("wrong", "login", "does not answer in time", UNREACHABLE)
    except LoginFailed as error:
        said = f"Microsoft gives no token: {error.code}"
        return Finding("wrong", "login", said, LOGIN.get(error.code, UNREACHABLE))
    return Finding("ok", "login", "Microsoft gives the bot a token")


async def _keys(http: aiohttp.ClientSession, cloud: Cloud, wait: float) -> tuple[Finding, Mapping[str, str]]:
    timeout = aiohttp.ClientTimeout(total=wait)
    try:
        async with http.get(cloud.openid_url, timeout=timeout, raise_for_status=True) as response:
            known = isinstance(await response.json(content_type=None), dict)
            headers = dict(response.headers)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        known, headers = False, {}
    if known:
        return Finding("ok", "keys", "can be fetched, so that requests can be checked"), headers
    return Finding("wrong", "keys", "can't be fetched, so that no request can be checked", UNREACHABLE), headers


def _certificate(path: str) -> list[Finding]:
    """When the certificate ends; nothing where there is none."""
    if not path:
        return []
    ends = x509.load_pem_x509_certificate(Path(path).read_bytes()).not_valid_after_utc
    days = (ends - datetime.now(UTC)).days
    said = f"ends on {ends:%Y-%m-%d}"
    if days >= SOON:
        return [Finding("ok", "certificate", said)]
    remedy = "make another one, upload it to the app's registration, and set MicrosoftAppCertificate"
    return [Finding("look" if days >= 0 else "wrong", "certificate", said, remedy)]
