"""Whether the settings of this surface can be used, before anything is started."""

from __future__ import annotations

import re

from adapters.settings import Settings
from adapters.slack.token_cipher import KeyUnusable, TokenCipher
from adapters.surface import SurfaceMisconfigured, SurfaceOff
from bot.domain.messages import Place

_EXPERTS = re.compile(r"([A-Z0-9]{1,30}/)?[CG][A-Z0-9]{1,30}", re.ASCII)
_CLIENT_ID = re.compile(r"[0-9]{1,30}\.[0-9]{1,30}", re.ASCII)


def check(settings: Settings) -> TokenCipher:
    """The cipher for tokens. Raises SurfaceOff where nothing is set, and SurfaceMisconfigured with the setting that is
    missing or can't be used."""
    token = settings.slack_bot_token.get_secret_value()
    secret = signing_secret(settings)
    socket = settings.slack_app_token.get_secret_value()
    id, client_secret = settings.slack_client_id, settings.slack_client_secret.get_secret_value()
    try:
        cipher = TokenCipher(settings.encryption_key.get_secret_value())
    except KeyUnusable as unusable:
        raise SurfaceMisconfigured(str(unusable)) from None
    experts = filter(None, (one.strip() for one in settings.slack_experts_channel.split(",")))
    if not all(_EXPERTS.fullmatch(one) for one in experts):
        raise SurfaceMisconfigured(
            "SLACK_EXPERTS_CHANNEL must be the id of a channel, such as C0123456789, not its name; for several "
            "workspaces TEAM/CHANNEL for each."
        )
    if not any((token, secret, socket, id, client_secret)):
        raise SurfaceOff("Set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET to switch it on; docs/slack.md says how.")
    if token.startswith("xoxe."):
        raise SurfaceMisconfigured(
            "SLACK_BOT_TOKEN expires after twelve hours, as the app has token rotation. Set SLACK_CLIENT_ID and its "
            "secret instead, and open /slack/install."
        )
    if token and not token.startswith("xoxb-"):
        raise SurfaceMisconfigured("SLACK_BOT_TOKEN must be the Bot User OAuth Token, which begins with xoxb-.")
    if socket and not socket.startswith("xapp-"):
        raise SurfaceMisconfigured("SLACK_APP_TOKEN must be an app-level token, which begins with xapp-.")
    if id and not _CLIENT_ID.fullmatch(id):
        raise SurfaceMisconfigured("SLACK_CLIENT_ID must be the client id from Basic Information, two numbers.")
    if token and id:
        raise SurfaceMisconfigured(
            "Set SLACK_BOT_TOKEN for one workspace, or SLACK_CLIENT_ID and its secret for several, not both."
        )
    if not token and not id:
        given = {"SLACK_SIGNING_SECRET": secret, "SLACK_APP_TOKEN": socket, "SLACK_CLIENT_SECRET": client_secret}
        names = " and ".join(name for name, value in given.items() if value)
        raise SurfaceMisconfigured(
            f"{names} is set, and neither SLACK_BOT_TOKEN, for one workspace, nor SLACK_CLIENT_ID, for several."
        )
    if id and not client_secret:
        raise SurfaceMisconfigured("SLACK_CLIENT_ID is set, and SLACK_CLIENT_SECRET is not.")
    if not secret and (id or not socket):
        raise SurfaceMisconfigured(
            "SLACK_SIGNING_SECRET is not set: requests could not be checked. Or set SLACK_APP_TOKEN for Socket Mode."
        )
    return cipher


def signing_secret(settings: Settings) -> str:
    """The signing secret; empty where none is set, or only blanks."""
    return settings.slack_signing_secret.get_secret_value().strip()


def experts_in(setting: str) -> dict[str, Place]:
    """The channels in SLACK_EXPERTS_CHANNEL by workspace: one id, under "", or TEAM/CHANNEL separated by commas."""
    found = {}
    for part in filter(None, (one.strip() for one in setting.split(","))):
        team, _, channel = part.rpartition("/")
        found[team] = Place("slack", team, channel)
    return found
