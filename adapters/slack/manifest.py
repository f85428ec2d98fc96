"""The app's manifest, from which Slack creates it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Literal

import yaml

from bot.domain.phrases import Phrases

FILE = Path(__file__).with_name("manifest.yaml")
ADDRESS = "{url}"  # replaced by the advisor's own address

Kind = Literal["agent", "assistant"]
"""What Slack takes the app for. New apps can only be agents; an assistant can become one, and never the reverse."""

_MARK = re.compile(r" # (agent|assistant)\b")  # at the end of a line for apps of one kind


def manifest(url: str, say: Phrases, kind: Kind = "agent") -> str:
    """The manifest in YAML for an advisor at `url` (https, without a slash at its end), which speaks in `say`."""
    return _worded("".join(_lines(kind)), say).replace(ADDRESS, url)


def socket_manifest(say: Phrases, kind: Kind = "agent") -> str:
    """The same for Socket Mode, without an address."""
    remaining = "".join(line for line in _lines(kind) if ADDRESS not in line and line.strip() != "redirect_urls:")
    return _worded(remaining.replace("socket_mode_enabled: false", "socket_mode_enabled: true"), say)


def _lines(kind: Kind) -> list[str]:
    lines = FILE.read_text(encoding="utf-8").splitlines(keepends=True)
    return [line for line in lines if (mark := _MARK.search(line)) is None or mark[1] == kind]


def bot_scopes() -> list[str]:
    scopes = yaml.safe_load(FILE.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"]
    return [str(scope) for scope in scopes]


def _worded(text: str, say: Phrases) -> str:
    """`text` with the phrases in it, each written as YAML wants it in quotes, whatever is in it."""
    example = next(iter(say.all("help-examples")), say("slack-app-example"))
    phrases = {
        "slack-app-name": say("slack-app-name", advisor=say("name")),
        "slack-app-description": say("slack-app-description"),
        "slack-app-ask": say("slack-app-ask"),
        "slack-app-hint": say("slack-app-hint", example=example),
        "slack-app-triage": say("slack-app-triage"),
        "slack-app-advise": say("slack-app-advise"),
    }
    for name, said in phrases.items():
        text = text.replace(f'"{{{name}}}"', json.dumps(said, ensure_ascii=False))
    return text
