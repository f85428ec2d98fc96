"""Conversations with the app, which Slack takes for an agent or an assistant: the greeting, suggested prompts, what the
person has in view beside it, the status while a reply is made, threads' titles."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from adapters.slack.block_body import cut, escape
from adapters.slack.deadline import seconds_left
from adapters.slack.remedies import kind_of, log_refused
from adapters.slack.responses import LONGEST_WAIT, error_of
from adapters.slack.translate import channel_in_view
from bot.domain.messages import Message, Paragraph, Place, Reply
from bot.domain.phrases import Phrases
from bot.domain.records import Person
from bot.nlu.text import clean
from bot.service.error_location import error_location

log = structlog.get_logger(__name__)

HELLO = "hello"  # the message that the greeting is the reply to
GREETING_WORDS = 25  # words at most
SUBSCRIBE = "subscribe"  # the message of the prompt that is suggested beside a channel
MAX_PROMPTS = 4
TITLE = 60  # characters
MAX_THREADS = 10_000  # threads whose title is known to be set
MAX_PEOPLE = 10_000  # people of whom it is known which channel they have in view
_SENTENCE_END = re.compile(r"(?<=[.?]) ")


def greeting(reply: Reply) -> Reply:
    """The first sentences of `reply`, as many as have `GREETING_WORDS` words with its title."""
    text = " ".join(block.text for block in reply.body if isinstance(block, Paragraph))
    room = GREETING_WORDS - len(reply.title.split())
    sentences: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        room -= len(sentence.split())
        if room < 0:
            break
        sentences.append(sentence)
    return Reply("help", reply.title, body=(Paragraph(" ".join(sentences)),) if sentences else ())


class InView:
    """The channels that people have in view beside their conversation, as far as this process was told. Nothing but
    suggestions and what is picked beforehand depends on it."""

    def __init__(self) -> None:
        self._channels: OrderedDict[Person, str] = OrderedDict()

    def note(self, person: Person, event: Mapping[str, Any]) -> None:
        channel = channel_in_view(event)
        if channel is None:
            return
        self._channels.pop(person, None)
        if channel:
            self._channels[person] = channel
            if len(self._channels) > MAX_PEOPLE:
                self._channels.popitem(last=False)

    def channel(self, person: Person) -> str:
        """The channel's id; "" for none."""
        return self._channels.get(person, "")


class Assistant:
    """Its threads look like any other thread of direct messages: in those, Slack refuses these calls."""

    def __init__(self) -> None:
        self._titled: OrderedDict[Place, None] = OrderedDict()

    async def show_working(self, say: Phrases, asked: Message, client: Any) -> None:
        """Set the thread's status, which the reply ends, and its title with the first message of this process. What
        Slack refuses is logged."""
        place = asked.place
        where = {"channel_id": place.channel, "thread_ts": place.thread}
        calls = [client.assistant_threads_setStatus(status=say("slack-assistant-status"), **where)]
        if place not in self._titled:
            self._titled[place] = None
            if len(self._titled) > MAX_THREADS:
                self._titled.popitem(last=False)
            if title := " ".join(clean(asked.text).split()):
                calls.append(client.assistant_threads_setTitle(title=escape(cut(title, TITLE)), **where))
        await asyncio.gather(*(_try(call, place.tenant) for call in calls))

    async def suggest(self, say: Phrases, reply: Reply, place: Place, client: Any, *, beside: str) -> None:
        """Suggest the choices of `reply`, and a subscription for the channel `beside` the conversation; "" for none.
        Raises SlackApiError."""
        prompts = [{"title": choice.label, "message": choice.label} for choice in reply.choices]
        if beside:
            subscribe = {"title": say("slack-assistant-subscribe"), "message": SUBSCRIBE}
            prompts = [*prompts[: MAX_PROMPTS - 1], subscribe]
        if prompts:
            await client.assistant_threads_setSuggestedPrompts(
                channel_id=place.channel,
                thread_ts=place.thread or None,  # an agent's are for the whole conversation: with a thread none appear
                title=say("slack-assistant-prompts"),
                prompts=prompts[:MAX_PROMPTS],
            )


async def _try(call: Any, team: str) -> None:
    """Wait for `call` for half of the time that is left: the reply needs the rest. What fails is logged."""
    try:
        async with asyncio.timeout(min(LONGEST_WAIT, seconds_left() / 2)):
            await call
    except SlackApiError as error:
        log.debug("slack.assistant_refused", code=error_of(error))
        # Threads that are not the assistant's refuse it as a matter of course.
        if kind_of(error_of(error)) != "place":
            log_refused(error, "assistant.threads", team)
    except Exception as error:
        log.info("slack.assistant_failed", error=type(error).__name__, at=error_location(error))
