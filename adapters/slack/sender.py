"""Carries out what the outbox holds for Slack (`bot.domain.outbox.Sender`)."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, NoReturn

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack.pace import Pace
from adapters.slack.posts import message_of
from adapters.slack.responses import LONGEST_WAIT, error_of, is_unsent, retry_after
from bot.domain.messages import Place
from bot.domain.outbox import Content, ExpertAnswer, Going, IfUnsure, Notice, OutboxItem, Refused, TryLater, addressee

EVENT = "advisor_parcel"  # the type of the metadata that names a parcel
WAIT = 30.0  # seconds, where Slack limits the rate and names none
# Either the advisor or the person is not there, or nobody may write there any more.
CLOSED = frozenset({
    "channel_not_found", "not_in_channel", "user_not_in_channel", "is_archived", "restricted_action", "no_permission",
})  # fmt: skip
TRANSIENT = frozenset({"ratelimited", "service_unavailable", "request_timeout"})  # nothing was done
UNKNOWN = frozenset({"internal_error", "fatal_error", "no_json"})  # "some aspect of the operation" may have succeeded
LOOKED_THROUGH = 100  # messages, in search of one that may have arrived
KEPT = 10_000  # people whose private messages it can look through

Clients = Callable[[str], Awaitable[Any]]
"""Gives the client that speaks for the bot in a workspace, or None where the bot is not installed (any more)."""


class SlackSender:
    """Posts, changes and takes away messages outside a turn."""

    def __init__(self, clients: Clients, pace: Pace) -> None:
        self._clients = clients
        self._pace = pace
        self._directs: OrderedDict[tuple[str, str], str] = OrderedDict()  # by workspace and person

    def if_unsure(self, item: OutboxItem) -> IfUnsure:
        """In direct messages it can look. It asks for no scope to read channels, so a message that may stand there is
        not posted again; but what is shown there to one person alone is."""
        place, content = _place_of(item), item.content
        if _is_direct(place):
            return "look"
        return "again" if isinstance(content, Notice) else "never"

    async def send(self, item: OutboxItem, going: Going) -> str:
        assert item.content is not None, "only a deletion carries nothing"  # noqa: S101
        place, person = _place_of(item), addressee(item.content)
        try:
            return await self._send(item, item.content, place, going)
        except Refused as refused:
            if not person or place.channel == person or refused.why not in CLOSED:
                raise
        return await self._send(item, item.content, _alone(place, person), going)

    async def _send(self, item: OutboxItem, content: Content, place: Place, going: Going) -> str:
        shown = message_of(content)
        where = _where(place)
        await self._wait(place)
        client = await self._client(item)
        await going()
        if isinstance(content, Notice) and not _is_direct(place):
            body = {key: value for key, value in shown.items() if not key.startswith("unfurl")}
            sent = await _call(client, "chat.postEphemeral", json={"user": content.person, **where, **body})
            return str(sent.get("message_ts", ""))
        metadata = {"event_type": EVENT, "event_payload": {"id": item.id}}
        sent = await _call(client, "chat.postMessage", json={"metadata": metadata, **where, **shown})
        if _is_person(place.channel):
            self._note_direct((place.tenant, place.channel), str(sent["channel"]))
        return str(sent.get("ts", ""))

    async def find(self, item: OutboxItem, going: Going) -> str | None:
        """By the metadata of what stands there."""
        item = replace(item, place=_place_of(item))
        if _is_person(item.place.channel):
            return await self._find_alone(item, going)
        standing = await self._standing(item)
        person = addressee(item.content) if item.content else ""
        if not standing and person and (item.place.tenant, person) in self._directs:
            return await self._find_alone(replace(item, place=_alone(item.place, person)), going)
        return next(iter(standing), None)

    async def _find_alone(self, item: OutboxItem, going: Going) -> str | None:
        """In the private messages with a person. Slack takes the person's id for them where something is written, but
        not where it is read, and their own id can be asked for only with a scope more. Whatever is written there is
        answered with it, though: where nothing was yet, the parcel is sent once more. The first one that arrived stays.
        """
        place, sent = item.place, set[str]()
        if (place.tenant, place.channel) not in self._directs:
            sent.add(await self.send(item, going))
        direct = self._directs[place.tenant, place.channel]
        item = replace(item, place=replace(place, channel=direct))
        standing = sorted(sent.union(await self._standing(item)))
        for copy in standing[1:]:
            with contextlib.suppress(Refused):
                await self.delete(item, copy)
        return standing[0] if standing else None

    async def _standing(self, item: OutboxItem) -> list[str]:
        """The ids of the messages that `parcel` left in its place, the earliest first."""
        method = "conversations.replies" if item.place.thread else "conversations.history"
        thread = {"ts": item.place.thread} if item.place.thread else {}
        try:
            found = await self._read(
                item, method, channel=item.place.channel, limit=LOOKED_THROUGH, include_all_metadata=True, **thread
            )
        except Refused:
            return []
        return sorted(
            str(message["ts"])
            for message in found.get("messages", ())
            if (metadata := message.get("metadata", {})).get("event_type") == EVENT
            and metadata.get("event_payload", {}).get("id") == item.id
        )

    async def update(self, item: OutboxItem, reference: str) -> None:
        assert item.content is not None, "only a deletion carries nothing"  # noqa: S101
        shown = {key: value for key, value in message_of(item.content).items() if not key.startswith("unfurl")}
        await self._write(item, "chat.update", channel=item.place.channel, ts=reference, **shown)

    async def delete(self, item: OutboxItem, reference: str) -> None:
        try:
            await self._write(item, "chat.delete", channel=item.place.channel, ts=reference)
        except Refused as refused:
            if refused.why != "message_not_found":  # gone already
                raise

    async def link(self, item: OutboxItem, reference: str) -> str:
        found = await self._read(item, "chat.getPermalink", channel=item.place.channel, message_ts=reference)
        return str(found.get("permalink", ""))

    async def _wait(self, place: Place) -> None:
        """For the channel's turn; where that is far away, the outbox comes again."""
        wait = self._pace.wait(place.tenant, place.channel, at_most=LONGEST_WAIT)
        if wait > LONGEST_WAIT:
            raise TryLater(wait)
        if wait:
            await asyncio.sleep(wait)

    async def _write(self, item: OutboxItem, method: str, **arguments: Any) -> dict[str, Any]:
        return await self._call(item, method, json=arguments)

    async def _read(self, item: OutboxItem, method: str, **arguments: Any) -> dict[str, Any]:
        return await self._call(item, method, http_verb="GET", params=arguments)

    async def _call(self, item: OutboxItem, method: str, **body: Any) -> dict[str, Any]:
        return await _call(await self._client(item), method, **body)

    async def _client(self, item: OutboxItem) -> Any:
        client = await self._clients(item.place.tenant)
        if client is None:
            raise Refused("not_installed")
        return client

    def _note_direct(self, person: tuple[str, str], channel: str) -> None:
        self._directs[person] = channel
        if len(self._directs) > KEPT:
            self._directs.popitem(last=False)


async def _call(client: Any, method: str, **body: Any) -> dict[str, Any]:
    """By the method's name: the client's own methods look through all blocks for objects of the SDK."""
    try:
        response = await client.api_call(method, **body)
    except SlackApiError as error:
        _give_back(error)
    except aiohttp.ClientError as error:
        if is_unsent(error):
            raise TryLater(0.0) from error
        raise
    return dict(response.data)


def _place_of(item: OutboxItem) -> Place:
    """Where `parcel` is sent to. What was asked in a channel and not in a thread was asked by `/advisor`, which nobody
    else saw, so an answer to it is for the asker alone."""
    place = item.place
    match item.content:
        case ExpertAnswer(asked_by=person) if not place.thread and not _is_direct(place):
            return _alone(place, person)
        case Notice(person=person, directly=True) | ExpertAnswer(asked_by=person, directly=True):
            return _alone(place, person)
        case _:
            return place


def _alone(place: Place, person: str) -> Place:
    return replace(place, channel=person, thread="")


def _is_direct(place: Place) -> bool:
    """Direct messages with the bot: by their own id, or by the person's, which Slack takes for it."""
    return place.channel.startswith("D") or _is_person(place.channel)


def _is_person(channel: str) -> bool:
    return channel.startswith(("U", "W"))


def _where(place: Place) -> dict[str, str]:
    return {"channel": place.channel} | ({"thread_ts": place.thread} if place.thread else {})


def _give_back(error: SlackApiError) -> NoReturn:
    """What the outbox makes of it: later, never, or, with the error itself, that nobody knows."""
    status = error.response.status_code if error.response is not None else 0
    code = error_of(error)
    if status == 429 or (code in TRANSIENT and status < 500):
        asked_for = retry_after(error.response.headers)
        raise TryLater(asked_for if asked_for is not None else WAIT if status == 429 else 0.0) from error
    if status >= 500 or code in UNKNOWN:
        raise error
    raise Refused(code) from error
