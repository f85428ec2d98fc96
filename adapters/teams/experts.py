"""Choosing the experts' channel, to which questions to a person go: in it, by members of the organisation."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from adapters.teams.app import App
from adapters.teams.failures import guarded
from bot.domain.messages import Choice, Message, Paragraph, Reply
from bot.domain.phrases import Phrases

Where = Literal["here", "elsewhere"]

_TYPED = re.compile(r"experts?[\s:]+(here|elsewhere)[.!]?", re.IGNORECASE)


def read(message: Message) -> Where | None:
    """What `message` says of the experts' channel; None where it is about something else."""
    found = _TYPED.fullmatch((message.command or message.text).strip())
    if found is None:
        return None
    return "here" if found[1].lower() == "here" else "elsewhere"


async def choose(app: App, message: Message, where: Where) -> Reply:
    """Choose the channel of `message`, or choose it no longer. Returns what happened. Never raises: a failure is a
    notice."""
    return await guarded(app.phrases, lambda: _choose(app, app.phrases, message, where))


async def _choose(app: App, say: Phrases, message: Message, where: Where) -> Reply:
    tenant, channel = message.place.tenant, message.place.channel
    if not message.place.thread:
        return _notice(say("teams-experts-no-channel-title"), say("teams-experts-no-channel"))
    if app.directory.experts_are_set(tenant):
        return _notice(say("teams-experts-set-title"), say("teams-experts-set"))
    if await app.channels.is_outsider(message):
        return _notice(say("teams-experts-guest-title"), say("teams-experts-guest"))
    if where == "elsewhere":
        chosen = await app.directory.experts(tenant)
        if chosen is None or chosen.channel != channel:
            return _notice(say("teams-experts-not-here-title"), say("teams-experts-not-here"))
        await app.directory.unchoose_experts(tenant)
        return replace(_notice(say("teams-experts-ended-title"), say("teams-experts-ended")), private=False)
    if not await app.directory.choose_experts(tenant, channel):
        return _notice(say("teams-experts-another-title"), say("teams-experts-another"))
    return Reply(
        "notice",
        say("teams-experts-here-title"),
        body=(Paragraph(say("teams-experts-here")), Paragraph(say("teams-experts-here-answer"))),
        choices=(Choice(say("teams-experts-here-end"), "experts:elsewhere"),),
        private=False,
    )


def _notice(title: str, text: str) -> Reply:
    return Reply("notice", title, body=(Paragraph(text),))
