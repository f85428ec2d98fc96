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

_MARK = re.compile(r" # (agent|assistant|step)\b")  # at the end of a line that not every manifest has


def manifest(url: str, say: Phrases, kind: Kind = "agent", *, step: bool = False) -> str:
    """The manifest in YAML for an advisor at `url` (https, without a slash at its end), which speaks in `say`.

    `step`: with the step for workflows, for which Slack wants an app that can be installed in an organisation.
    """
    return _worded("".join(_lines(kind, step)), say).replace(ADDRESS, url)


def socket_manifest(say: Phrases, kind: Kind = "agent", *, step: bool = False) -> str:
    """The same for Socket Mode, without an address."""
    lines = _lines(kind, step)
    remaining = "".join(line for line in lines if ADDRESS not in line and line.strip() != "redirect_urls:")
    return _worded(remaining.replace("socket_mode_enabled: false", "socket_mode_enabled: true"), say)


def _lines(kind: Kind, step: bool) -> list[str]:
    text = FILE.read_text(encoding="utf-8")
    marks = {kind, "step"} if step else {kind}
    return [line for line in text.splitlines(keepends=True) if (mark := _MARK.search(line)) is None or mark[1] in marks]


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
        "slack-step-title": say("slack-step-title"),
        "slack-step-description": say("slack-step-description"),
        "slack-step-channel": say("slack-step-channel"),
        "slack-step-channel-hint": say("slack-step-channel-hint"),
        "slack-step-topic": say("slack-step-topic"),
        "slack-step-topic-hint": say("slack-step-topic-hint"),
        "slack-step-output": say("slack-step-output"),
    }
    for name, said in phrases.items():
        text = text.replace(f'"{{{name}}}"', json.dumps(said, ensure_ascii=False))
    return text
