"""Choosing the channel to which questions to a person go: once, in that channel, by who is no guest there."""

from __future__ import annotations

import re
from typing import Literal

from adapters.teams.app import App
from bot.domain.messages import Choice, Message, Paragraph, Reply

Where = Literal["here", "elsewhere"]

_TYPED = re.compile(r"experts?[\s:]+(here|elsewhere)[.!]?", re.IGNORECASE)


def read(message: Message) -> Where | None:
    """What `message` says of the experts' channel; None where it is about something else."""
    found = _TYPED.fullmatch((message.command or message.text).strip())
    if found is None:
        return None
    return "here" if found[1].lower() == "here" else "elsewhere"


async def choose(app: App, message: Message, where: Where) -> Reply:
    """Do it, and say what happens now. Never raises: see `App.guarded`."""
    return await app.guarded(lambda: _choose(app, message, where))


async def _choose(app: App, message: Message, where: Where) -> Reply:
    tenant, channel = message.place.tenant, message.place.channel
    if not message.place.thread:
        return _notice("Not here", "Mention me with these words in the channel where your experts are.")
    if app.directory.experts_are_set(tenant):
        return _notice("That is set already", "Whoever runs me has set the channel, with TEAMS_EXPERTS_CHANNEL.")
    if await app.channels.is_guest(message):
        return _notice("That is not for guests", "Ask somebody who belongs to this organisation to write it.")
    if where == "elsewhere":
        chosen = await app.directory.experts(tenant)
        if chosen is None or chosen.channel != channel:
            return _notice("They are not here", "Write it in the channel that questions go to now.")
        await app.directory.unchoose_experts(tenant)
        return _notice("Questions come here no more", "Write experts here in the channel where they should go.")
    if not await app.directory.choose_experts(tenant, channel):
        return _notice(
            "Another channel is chosen", "Write experts elsewhere there first, then experts here in this one."
        )
    return Reply(
        "notice",
        "Questions come here",
        body=(
            Paragraph("Who wants to ask a person is shown the question first. Then I post it in this channel."),
            Paragraph("Answer in its thread, by mentioning me. I pass your answer on, under your name."),
        ),
        choices=(Choice("Not here any more", "experts:elsewhere"),),
    )


def _notice(title: str, text: str) -> Reply:
    return Reply("notice", title, body=(Paragraph(text),))
