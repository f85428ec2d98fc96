"""Carries out what the outbox holds for Slack (`bot.sending.Sender`)."""

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
from bot.messages import Place
from bot.sending import Content, ExpertAnswer, Going, IfUnsure, Notice, Parcel, Refused, TryLater, for_one

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

    def if_unsure(self, parcel: Parcel) -> IfUnsure:
        """In direct messages it can look. It asks for no scope to read channels, so a message that may stand there is
        not posted again; but what is shown there to one person alone is."""
        place, content = _place_of(parcel), parcel.content
        if _is_direct(place):
            return "look"
        return "again" if isinstance(content, Notice) else "never"

    async def send(self, parcel: Parcel, going: Going) -> str:
        assert parcel.content is not None, "only a deletion carries nothing"  # noqa: S101
        place, person = _place_of(parcel), for_one(parcel.content)
        try:
            return await self._send(parcel, parcel.content, place, going)
        except Refused as refused:
            if not person or place.channel == person or refused.why not in CLOSED:
                raise
        return await self._send(parcel, parcel.content, _alone(place, person), going)

    async def _send(self, parcel: Parcel, content: Content, place: Place, going: Going) -> str:
        shown = message_of(content)
        where = _where(place)
        await self._wait(place)
        client = await self._client(parcel)
        await going()
        if isinstance(content, Notice) and not _is_direct(place):
            body = {key: value for key, value in shown.items() if not key.startswith("unfurl")}
            sent = await _call(client, "chat.postEphemeral", json={"user": content.person, **where, **body})
            return str(sent.get("message_ts", ""))
        metadata = {"event_type": EVENT, "event_payload": {"id": parcel.id}}
        sent = await _call(client, "chat.postMessage", json={"metadata": metadata, **where, **shown})
        if _is_person(place.channel):
            self._note_direct((place.tenant, place.channel), str(sent["channel"]))
        return str(sent.get("ts", ""))

    async def find(self, parcel: Parcel, going: Going) -> str | None:
        """By the metadata of what stands there."""
        parcel = replace(parcel, place=_place_of(parcel))
        if _is_person(parcel.place.channel):
            return await self._find_alone(parcel, going)
        standing = await self._standing(parcel)
        person = for_one(parcel.content) if parcel.content else ""
        if not standing and person and (parcel.place.tenant, person) in self._directs:
            return await self._find_alone(replace(parcel, place=_alone(parcel.place, person)), going)
        return next(iter(standing), None)

    async def _find_alone(self, parcel: Parcel, going: Going) -> str | None:
        """In the private messages with a person. Slack takes the person's id for them where something is written, but
        not where it is read, and their own id can be asked for only with a scope more. Whatever is written there is
        answered with it, though: where nothing was yet, the parcel is sent once more. The first one that arrived stays.
        """
        place, sent = parcel.place, set[str]()
        if (place.tenant, place.channel) not in self._directs:
            sent.add(await self.send(parcel, going))
        direct = self._directs[place.tenant, place.channel]
        parcel = replace(parcel, place=replace(place, channel=direct))
        standing = sorted(sent.union(await self._standing(parcel)))
        for copy in standing[1:]:
            with contextlib.suppress(Refused):
                await self.delete(parcel, copy)
        return standing[0] if standing else None

    async def _standing(self, parcel: Parcel) -> list[str]:
        """The ids of the messages that `parcel` left in its place, the earliest first."""
        method = "conversations.replies" if parcel.place.thread else "conversations.history"
        thread = {"ts": parcel.place.thread} if parcel.place.thread else {}
        try:
            found = await self._read(
                parcel, method, channel=parcel.place.channel, limit=LOOKED_THROUGH, include_all_metadata=True, **thread
            )
        except Refused:
            return []
        return sorted(
            str(message["ts"])
            for message in found.get("messages", ())
            if (metadata := message.get("metadata", {})).get("event_type") == EVENT
            and metadata.get("event_payload", {}).get("id") == parcel.id
        )

    async def update(self, parcel: Parcel, reference: str) -> None:
        assert parcel.content is not None, "only a deletion carries nothing"  # noqa: S101
        shown = {key: value for key, value in message_of(parcel.content).items() if not key.startswith("unfurl")}
        await self._write(parcel, "chat.update", channel=parcel.place.channel, ts=reference, **shown)

    async def delete(self, parcel: Parcel, reference: str) -> None:
        try:
            await self._write(parcel, "chat.delete", channel=parcel.place.channel, ts=reference)
        except Refused as refused:
            if refused.why != "message_not_found":  # gone already
                raise

    async def link(self, parcel: Parcel, reference: str) -> str:
        found = await self._read(parcel, "chat.getPermalink", channel=parcel.place.channel, message_ts=reference)
        return str(found.get("permalink", ""))

    async def _wait(self, place: Place) -> None:
        """For the channel's turn; where that is far away, the outbox comes again."""
        wait = self._pace.wait(place.tenant, place.channel, at_most=LONGEST_WAIT)
        if wait > LONGEST_WAIT:
            raise TryLater(wait)
        if wait:
            await asyncio.sleep(wait)

    async def _write(self, parcel: Parcel, method: str, **arguments: Any) -> dict[str, Any]:
        return await self._call(parcel, method, json=arguments)

    async def _read(self, parcel: Parcel, method: str, **arguments: Any) -> dict[str, Any]:
        return await self._call(parcel, method, http_verb="GET", params=arguments)

    async def _call(self, parcel: Parcel, method: str, **body: Any) -> dict[str, Any]:
        return await _call(await self._client(parcel), method, **body)

    async def _client(self, parcel: Parcel) -> Any:
        client = await self._clients(parcel.place.tenant)
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


def _place_of(parcel: Parcel) -> Place:
    """Where `parcel` is sent to. What was asked in a channel and not in a thread was asked by `/advisor`, which nobody
    else saw, so an answer to it is for the asker alone."""
    place = parcel.place
    match parcel.content:
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
