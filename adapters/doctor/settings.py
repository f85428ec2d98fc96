"""Settings: names that are none, values that can't be used, and what is unsafe together."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.findings import Finding
from adapters.loopback import is_loopback_url
from adapters.server import SHORT_PASSWORD
from adapters.settings import Settings, SettingsError
from adapters.surface_check import check_surfaces
from adapters.unknown_settings import unknown_settings

ABOUT = "settings"
SHORT_TOKEN = 16  # characters


def of_settings(settings: Settings) -> list[Finding]:
    """All findings on settings that could be read."""
    try:
        check_surfaces(settings)
        unusable = []
    except SettingsError as error:
        unusable = _wrong(error.problems)
    return unusable + (_unknown() + _unsafe(settings) or [Finding("ok", ABOUT, "can all be used")])


def of_unreadable_settings(error: SettingsError) -> list[Finding]:
    """Where they could not be read, so that nothing else can be looked at."""
    rest = Finding("look", "the rest", "is not looked at before the settings can be used", "correct them first")
    return [*_wrong(error.problems), *_unknown(), rest]


def _wrong(problems: Sequence[str]) -> list[Finding]:
    return [Finding("wrong", ABOUT, "one can't be used, and the start ends there", problem) for problem in problems]


def _unknown() -> list[Finding]:
    return [
        Finding("look", ABOUT, f"{name} is no setting", f"set {nearest} instead" if nearest else "take it away")
        for name, nearest in unknown_settings()
    ]


def _unsafe(settings: Settings) -> list[Finding]:
    """What works, and should not be left so."""
    found = []

    def look(said: str, remedy: str) -> None:
        found.append(Finding("look", ABOUT, said, remedy))

    tls = settings.public_url.lower().startswith("https://")
    if not settings.on_loopback and not tls:
        look(
            f"HOST {settings.host} lets other machines in, and PUBLIC_URL names no https address",
            "put a proxy with TLS in front, and set PUBLIC_URL to its address",
        )
    elif settings.public_url and not tls and not is_loopback_url(settings.public_url):
        look("PUBLIC_URL is without TLS, so that anybody on the way can read along", "set it to an https address")
    if tls and not settings.trusted_proxies:
        look(
            "PUBLIC_URL leads through a proxy and TRUSTED_PROXIES is 0, so that all visitors count as one address",
            "set TRUSTED_PROXIES to the number of your proxies",
        )
    if settings.slack_client_id and not settings.encryption_key.get_secret_value():
        look(
            "ENCRYPTION_KEY is not set, so that Slack's tokens stand in the database as they are",
            "make a key as docs/slack.md says",
        )
    if settings.slack_client_id and not tls:
        look("SLACK_CLIENT_ID is set, and PUBLIC_URL names no https address", "set it: Slack leads people back to it")
    if 0 < len(settings.workbench_password.get_secret_value()) < SHORT_PASSWORD:
        look("WORKBENCH_PASSWORD is short", f"set it to {SHORT_PASSWORD} characters or more")
    if 0 < len(settings.metrics_token.get_secret_value()) < SHORT_TOKEN:
        look("METRICS_TOKEN is short", f"set it to {SHORT_TOKEN} characters or more, at random")
    return found
