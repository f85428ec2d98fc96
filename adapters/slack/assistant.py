"""The assistant's container: what it says first, what it suggests, and what is shown while it works."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from adapters.slack.blocks import cut, escape
from adapters.slack.deadline import left
from adapters.slack.responses import LONGEST_WAIT, error_of
from bot.domain.messages import Message, Paragraph, Place, Reply
from bot.nlu.text import clean

log = structlog.get_logger(__name__)

HELLO = "hello"  # what the person is taken to have said; the reply is the greeting
WORDS = 25  # of a greeting
WORKING = "is looking it up…"
PROMPTS_TITLE = "Ask, for instance"
HERE = ("Recommendations for this channel", "subscribe")
MOST_PROMPTS = 4
TITLE = 60  # characters
_SENTENCE_END = re.compile(r"(?<=[.?]) ")
KEPT = 10_000  # threads that have their title


def greeting(reply: Reply) -> Reply:
    """The whole sentences of `reply` that fit into a greeting."""
    said = " ".join(block.text for block in reply.body if isinstance(block, Paragraph))
    room = WORDS - len(reply.title.split())
    sentences: list[str] = []
    for sentence in _SENTENCE_END.split(said):
        room -= len(sentence.split())
        if room < 0:
            break
        sentences.append(sentence)
    return Reply("help", reply.title, body=(Paragraph(" ".join(sentences)),) if sentences else ())


class Assistant:
    """Threads of the container look like any other thread of direct messages: Slack refuses what is no such thread."""

    def __init__(self) -> None:
        self._titled: OrderedDict[Place, None] = OrderedDict()

    async def at_work(self, asked: Message, client: Any) -> None:
        """Show that it works; the reply ends that. The first message that this process sees names the thread."""
        place = asked.place
        where = {"channel_id": place.channel, "thread_ts": place.thread}
        calls = [client.assistant_threads_setStatus(status=WORKING, **where)]
        if place not in self._titled:
            self._titled[place] = None
            if len(self._titled) > KEPT:
                self._titled.popitem(last=False)
            if title := " ".join(clean(asked.text).split()):
                calls.append(client.assistant_threads_setTitle(title=escape(cut(title, TITLE)), **where))
        await asyncio.gather(*(_try(call) for call in calls))

    async def suggest(self, reply: Reply, thread: dict[str, Any], client: Any) -> None:
        """Offer what the greeting offers, and beside a channel what can be had there. Raises SlackApiError."""
        prompts = [{"title": choice.label, "message": choice.label} for choice in reply.choices]
        if (thread.get("context") or {}).get("channel_id"):
            title, message = HERE
            prompts = [*prompts[: MOST_PROMPTS - 1], {"title": title, "message": message}]
        if prompts:
            await client.assistant_threads_setSuggestedPrompts(
                channel_id=thread["channel_id"],
                thread_ts=thread["thread_ts"],
                title=PROMPTS_TITLE,
                prompts=prompts[:MOST_PROMPTS],
            )


async def _try(call: Any) -> None:
    """A reply is worth more than what is shown around it, and does not wait for it long."""
    try:
        async with asyncio.timeout(min(LONGEST_WAIT, left() / 2)):  # the reply itself needs some of that time
            await call
    except SlackApiError as error:
        log.debug("slack.assistant", error=error_of(error))
    except Exception as error:
        log.info("slack.assistant", error=type(error).__name__)
