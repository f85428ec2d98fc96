"""Carries out the outbox items for Slack (`bot.domain.outbox.Sender`)."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, NoReturn

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack.answers import NotSlacksAnswer
from adapters.slack.blocks import without_unfurling
from adapters.slack.pace import Pace
from adapters.slack.posting import OtherWays, elsewhere, ever_plainer
from adapters.slack.posts import message_of
from adapters.slack.remedies import kind_of, log_refused
from adapters.slack.responses import LONGEST_WAIT, error_of, is_unsent, outcome, retry_after
from adapters.slack.translate import destination
from adapters.slack.workspaces import TokenUnchecked
from bot.domain.messages import Place
from bot.domain.outbox import (
    Content,
    ExpertAnswer,
    Going,
    IfUnsure,
    Notice,
    OutboxItem,
    Refused,
    Replied,
    TryLater,
    addressee,
)
from bot.domain.phrases import Phrases

EVENT = "advisor_parcel"  # the type of the metadata with the id of an item; messages in Slack have it already
WAIT = 30.0  # seconds after a rate limit without Retry-After
SEARCHED = 100  # messages, for one that may have arrived
MAX_PEOPLE = 10_000  # people whose direct messages it can search

Clients = Callable[[str], Awaitable[Any]]
"""Returns the bot's client in a workspace, None where the app is not installed (any more). Raises TokenUnchecked."""


class SlackSender:
    """Posts, updates and deletes messages outside a turn. `phrases` returns the current ones."""

    def __init__(self, clients: Clients, pace: Pace, phrases: Callable[[], Phrases]) -> None:
        self._clients = clients
        self._pace = pace
        self._phrases = phrases
        self._directs: OrderedDict[tuple[str, str], str] = OrderedDict()  # by workspace and person

    def if_unsure(self, item: OutboxItem) -> IfUnsure:
        """Direct messages can be searched. Channels can't, without a scope to read them: there a message that may have
        arrived is not posted again, unless it is ephemeral."""
        place, content = _place_of(item), item.content
        if _is_direct(place):
            return "look"
        return "again" if isinstance(content, Notice) else "never"

    async def send(self, item: OutboxItem, going: Going, ways: OtherWays | None = None) -> str:
        """`ways`: of the request that is answered, whose response_url is tried before the person's direct messages."""
        assert item.content is not None, "only a deletion has no content"  # noqa: S101
        place, person = _place_of(item), _person_of(item.content)
        try:
            return await self._send(item, item.content, place, going)
        except Refused as refused:
            if ways is not None and await ways.nearby():
                return ""
            direct = _direct(place, person)
            if not person or place == direct or kind_of(refused.why) != "place":
                raise
        return await self._send(item, self._moved(item.content), direct, going)

    async def _send(self, item: OutboxItem, content: Content, place: Place, going: Going) -> str:
        where = destination(place)
        await self._wait(place)
        client = await self._client(item)
        method, id = "chat.postMessage", "ts"
        arguments: dict[str, Any] = {"metadata": {"event_type": EVENT, "event_payload": {"id": item.id}}, **where}
        if isinstance(content, Notice) and not _is_direct(place):
            method, id = "chat.postEphemeral", "message_ts"
            arguments = {"user": content.person, **where}
        drawn = message_of(self._phrases(), content)
        # A post and a question name a person above them, which plain text would leave out.
        for shown in ever_plainer(drawn) if _person_of(content) else (drawn,):
            shown = shown if method == "chat.postMessage" else without_unfurling(shown)
            await going()
            try:
                sent = await _call(client, method, place.tenant, json=arguments | shown)
                break
            except Refused as error:
                if kind_of(error.why) != "content":
                    raise
                refused = error
        else:
            raise refused
        if _is_person(place.channel):
            self._note_direct((place.tenant, place.channel), str(sent["channel"]))
        return str(sent.get(id, ""))

    def _moved(self, content: Content) -> Content:
        """`content` for direct messages instead of where it was asked for."""
        if isinstance(content, Replied):
            return replace(content, reply=elsewhere(self._phrases(), content.reply), person="")
        return content

    async def find(self, item: OutboxItem, going: Going) -> str | None:
        """The message whose metadata has the item's id."""
        item = replace(item, place=_place_of(item))
        if _is_person(item.place.channel):
            return await self._find_direct(item, going)
        sent = await self._sent(item)
        person = _person_of(item.content)
        if not sent and person and (item.place.tenant, person) in self._directs:
            return await self._find_direct(replace(item, place=_direct(item.place, person)), going)
        return next(iter(sent), None)

    async def _find_direct(self, item: OutboxItem, going: Going) -> str | None:
        """Search the direct messages with a person. Slack accepts the person's id as their channel to post in, but not
        to read, and returns the channel's own id only to a post. Where that id is unknown, the item is sent once more.
        The earliest copy stays, and others are deleted."""
        place, copies = item.place, set[str]()
        if (place.tenant, place.channel) not in self._directs:
            copies.add(await self.send(item, going))
        direct = self._directs[place.tenant, place.channel]
        item = replace(item, place=replace(place, channel=direct))
        sent = sorted(copies.union(await self._sent(item)))
        for copy in sent[1:]:
            with contextlib.suppress(Refused):
                await self.delete(item, copy)
        return sent[0] if sent else None

    async def _sent(self, item: OutboxItem) -> list[str]:
        """The timestamps of the messages of `item` in its place, the earliest first."""
        method = "conversations.replies" if item.place.thread else "conversations.history"
        thread = {"ts": item.place.thread} if item.place.thread else {}
        try:
            found = await self._read(
                item, method, channel=item.place.channel, limit=SEARCHED, include_all_metadata=True, **thread
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
        assert item.content is not None, "only a deletion has no content"  # noqa: S101
        shown = without_unfurling(message_of(self._phrases(), item.content))
        await self._write(item, "chat.update", channel=item.place.channel, ts=reference, **shown)

    async def delete(self, item: OutboxItem, reference: str) -> None:
        try:
            await self._write(item, "chat.delete", channel=item.place.channel, ts=reference)
        except Refused as refused:
            if refused.why != "message_not_found":  # deleted already
                raise

    async def link(self, item: OutboxItem, reference: str) -> str:
        found = await self._read(item, "chat.getPermalink", channel=item.place.channel, message_ts=reference)
        return str(found.get("permalink", ""))

    async def _wait(self, place: Place) -> None:
        """Wait until the channel is free. Raises TryLater for more than `LONGEST_WAIT`."""
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
        return await _call(await self._client(item), method, item.place.tenant, **body)

    async def _client(self, item: OutboxItem) -> Any:
        try:
            client = await self._clients(item.place.tenant)
        except TokenUnchecked as error:
            raise TryLater(WAIT) from error
        if client is None:
            raise Refused("not_installed")
        return client

    def _note_direct(self, person: tuple[str, str], channel: str) -> None:
        self._directs[person] = channel
        if len(self._directs) > MAX_PEOPLE:
            self._directs.popitem(last=False)


async def _call(client: Any, method: str, team: str, **body: Any) -> dict[str, Any]:
    """Call by the method's name: the client's own methods search all blocks for objects of the SDK."""
    try:
        response = await client.api_call(method, **body)
    except SlackApiError as error:
        _raise_for_outbox(error, method, team)
    except NotSlacksAnswer as error:
        if error.status == 429:
            raise TryLater(_wait_after(error.headers)) from error
        raise
    except aiohttp.ClientError as error:
        if is_unsent(error):
            raise TryLater(0.0) from error
        raise
    return dict(response.data)


def _place_of(item: OutboxItem) -> Place:
    """Where `item` is sent to. A question from a channel outside a thread came by `/advisor`, which nobody else saw:
    its answer is for the asker only."""
    place = item.place
    match item.content:
        case ExpertAnswer(asked_by=person) if not place.thread and not _is_direct(place):
            return _direct(place, person)
        case Notice(person=person, directly=True) | ExpertAnswer(asked_by=person, directly=True):
            return _direct(place, person)
        case _:
            return place


def _person_of(content: Content | None) -> str:
    """The one person whom `content` is for, and who gets it in direct messages where its place does not take it."""
    return content.to if isinstance(content, Replied) else addressee(content)


def _direct(place: Place, person: str) -> Place:
    return replace(place, channel=person, thread="")


def _is_direct(place: Place) -> bool:
    """True for direct messages with the bot: by their own id, or by the person's, which Slack accepts for it."""
    return place.channel.startswith("D") or _is_person(place.channel)


def _is_person(channel: str) -> bool:
    return channel.startswith(("U", "W"))


def _raise_for_outbox(error: SlackApiError, method: str, team: str) -> NoReturn:
    """Raises TryLater or Refused where nothing was sent, and the error itself where that is unknown."""
    headers = error.response.headers
    match outcome(error):
        case "later" if error.response.status_code == 429:
            raise TryLater(_wait_after(headers)) from error
        case "later":
            raise TryLater(retry_after(headers) or 0.0) from error
        case "refused":
            log_refused(error, method, team)
            raise Refused(error_of(error)) from error
    raise error


def _wait_after(headers: object) -> float:
    """Seconds to wait after a rate limit."""
    wait = retry_after(headers)
    return wait if wait is not None else WAIT
