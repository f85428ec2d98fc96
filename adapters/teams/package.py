"""The app package that a Teams administrator uploads: a zip of the manifest and the two icons."""

from __future__ import annotations

import json
import uuid
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yarl import URL

from adapters.teams import icons
from adapters.teams.invokes import message_action, message_extension_query
from bot.domain.phrases import Phrases
from bot.nlu.command_parser import COMMANDS

VERSION = "1.30"  # of the manifest's schema
SCHEMA = f"https://developer.microsoft.com/json-schemas/teams/v{VERSION}/MicrosoftTeams.schema.json"
APP_VERSION = "1.1.0"  # raise it when the manifest changes, so that Teams offers the new one
MAX_COMMANDS = 12  # of a list, by the schema
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file, so that the same content makes the same package


class PackageError(ValueError):
    """A manifest can't be made of the arguments; the text says why."""


def write(url: str, app_id: str, path: Path, say: Phrases, *, prompts: Sequence[str] = ()) -> None:
    """Write the package to `path`. `url`: the advisor's address; `app_id`: the bot's Microsoft app id; `prompts`:
    example questions that Teams offers in a personal chat. Raises PackageError."""
    content = {
        "manifest.json": json.dumps(manifest(url, app_id, say, prompts), indent=2, ensure_ascii=False).encode(),
        "color.png": icons.colour(),
        "outline.png": icons.outline(),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in content.items():
            package.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)


def manifest(url: str, app_id: str, say: Phrases, prompts: Sequence[str] = ()) -> dict[str, Any]:
    """The manifest as data. Raises PackageError."""
    site = _site(url)
    bot_id = _guid(app_id)
    name = say("teams-app-name", advisor=say("name"))
    return {
        "$schema": SCHEMA,
        "manifestVersion": VERSION,
        "version": APP_VERSION,
        "id": bot_id,
        "developer": {
            "name": name,
            "websiteUrl": str(site),
            "privacyUrl": str(site / "privacy"),
            "termsOfUseUrl": str(site / "terms"),
        },
        "name": {"short": name, "full": name},
        "description": {"short": say("teams-app-short"), "full": say("teams-app-full")},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": f"#{bytes(icons.BLUE).hex().upper()}",
        "bots": [
            {
                "botId": bot_id,
                "scopes": ["personal", "team", "groupChat"],
                "isNotificationOnly": False,
                "supportsFiles": False,
                "supportsTargetedMessages": True,
                "commandLists": [
                    {"scopes": ["personal"], "commands": [*_commands(say), *_prompts(say, prompts)][:MAX_COMMANDS]},
                    {
                        "scopes": ["team", "groupChat"],
                        "triggers": ["mention", "slash"],
                        "commands": _commands(say),
                    },
                ],
            }
        ],
        "composeExtensions": [{"botId": bot_id, "commands": [_search(say), _message_action(say)]}],
        "permissions": ["identity"],
        "validDomains": [site.host],  # domains have no port
        # Private and shared channels. Teams refuses the package of an app for teams without it.
        "supportsChannelFeatures": "tier1",
    }


def _commands(say: Phrases) -> list[dict[str, str]]:
    listed = [command for command in COMMANDS if command.listed]
    return [{"title": command.name, "description": say(command.phrase)} for command in listed[:MAX_COMMANDS]]


def _prompts(say: Phrases, questions: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"type": "prompt", "title": question[:128], "description": say("teams-app-prompt"), "prompt": question}
        for question in questions
    ]


def _search(say: Phrases) -> dict[str, Any]:
    return {
        "id": message_extension_query.COMMAND,
        "type": "query",
        "title": say("teams-app-search"),
        "description": say("teams-app-search-what"),
        "context": ["compose", "commandBox"],
        "initialRun": True,
        "parameters": [
            {
                "name": message_extension_query.PARAMETER,
                "title": say("teams-app-search-question"),
                "description": say("teams-app-search-question-what"),
                "inputType": "text",
            }
        ],
    }


def _message_action(say: Phrases) -> dict[str, Any]:
    return {
        "id": message_action.COMMAND,
        "type": "action",
        "title": say("teams-app-advise"),
        "description": say("teams-app-advise-what"),
        "context": ["message"],
        "fetchTask": True,
    }


def _site(url: str) -> URL:
    try:
        site = URL(url)
    except ValueError as error:
        raise PackageError(f"{url!r} is no URL.") from error
    if site.scheme != "https" or not site.host:
        raise PackageError(f"Teams reaches the advisor by https only, and {url!r} is another kind of URL.")
    return site.with_query(None).with_fragment(None).with_user(None)


def _guid(app_id: str) -> str:
    try:
        return str(uuid.UUID(app_id))
    except ValueError as error:
        raise PackageError(f"{app_id!r} is no app id: 32 hexadecimal digits in five groups.") from error
