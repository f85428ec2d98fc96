"""Carries out what the outbox holds for Teams (`bot.domain.outbox.Sender`)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from yarl import URL

from adapters.teams.app import activity_of
from adapters.teams.channels import Channels
from adapters.teams.connector import Connector, SendFailed, is_shared, raise_for_outbox
from adapters.teams.directory import Directory
from adapters.teams.posts import card_of
from bot.domain.effects import Post
from bot.domain.messages import Place
from bot.domain.outbox import (
    Content,
    ExpertAnswer,
    ExpertQuestion,
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

MESSAGES = "https://teams.microsoft.com/l/message"  # before a message's id, where people open it
NOT_ALLOWED = frozenset({"http-403", "http-404"})  # the bot was removed, or may not write there any more
WAIT = 60.0  # seconds between two attempts while the service URL is unknown


class TeamsSender:
    """Sends, updates and deletes messages outside a turn. `phrases`: those of the moment."""

    def __init__(
        self, connector: Connector, directory: Directory, channels: Channels, phrases: Callable[[], Phrases]
    ) -> None:
        self._connector = connector
        self._directory = directory
        self._channels = channels
        self._phrases = phrases

    def if_unsure(self, item: OutboxItem) -> IfUnsure:
        """`never` in channels and group chats, as a bot can't look for its messages without permission to read
        everybody's. `again` in a chat with one person: an answer that comes twice is better than none."""
        directly = isinstance(item.content, Notice | ExpertAnswer) and item.content.directly
        return "never" if is_shared(item.place.channel) and not directly else "again"

    async def send(self, item: OutboxItem, going: Going) -> str:
        if isinstance(item.content, Notice | ExpertAnswer) and item.content.directly:
            return await self._send_directly(item, going, Refused("no_chat"))
        try:
            return await self._send(item, item.place, going)
        except Refused as refused:
            if not addressee(item.content) or refused.why not in NOT_ALLOWED:
                raise
            return await self._send_directly(item, going, refused)

    async def _send_directly(self, item: OutboxItem, going: Going, refused: Refused) -> str:
        chat = await self._directory.chat(item.place.tenant, addressee(item.content))
        if chat is not None and chat != item.place:
            return await self._send(item, chat, going)
        if isinstance(item.content, Notice) and item.content.otherwise:
            otherwise = replace(item.content, reply=item.content.otherwise)
            return await self._send(replace(item, content=otherwise), item.place, going)
        raise refused

    async def _send(self, item: OutboxItem, place: Place, going: Going) -> str:
        conversations = await self._conversations(place)
        activity = await self._activity(conversations, item, place)
        await going()
        try:
            sent = await conversations.send_to_conversation(conversation_id(place), activity)
        except SendFailed as error:
            raise_for_outbox(error)
        return str(sent.id or "") if sent else ""

    async def find(self, item: OutboxItem, going: Going) -> str | None:
        raise NotImplementedError("if_unsure never says look")

    async def update(self, item: OutboxItem, reference: str) -> None:
        conversations = await self._conversations(item.place)
        activity = await self._activity(conversations, item, item.place)
        activity.id = reference
        try:
            await conversations.update_activity(conversation_id(item.place), reference, activity)
        except SendFailed as error:
            raise_for_outbox(error)

    async def delete(self, item: OutboxItem, reference: str) -> None:
        conversations = await self._conversations(item.place)
        try:
            await conversations.delete_activity(conversation_id(item.place), reference)
        except SendFailed as error:
            if error.status not in (404, 410):  # gone already
                raise_for_outbox(error)

    async def link(self, item: OutboxItem, reference: str) -> str:
        place = item.place
        query = {"tenantId": place.tenant, "parentMessageId": place.thread or reference}
        return str((URL(MESSAGES) / place.channel / reference).with_query(query))

    async def _conversations(self, place: Place) -> Any:
        url = await self._directory.service_url(place)
        if not url:
            raise TryLater(WAIT)  # known as soon as anybody there writes something
        return (await self._connector.create(url)).conversations

    async def _activity(self, conversations: Any, item: OutboxItem, place: Place) -> Any:
        content, say, owner = item.content, self._phrases(), ""
        assert content is not None, "only a deletion has no content"  # noqa: S101
        if isinstance(content, Notice):
            shown = await self._channels.with_options(say, content.reply, place, content.person)
            content = replace(content, reply=shown)
            owner = content.person if is_shared(place.channel) else ""
        name = await self._name(conversations, item.place, _author(content))
        return activity_of(*card_of(say, content, name, owner=owner))

    async def _name(self, conversations: Any, place: Place, person: str) -> str:
        """The name of a person; empty: unknown. It is looked for in the experts' channel as well, where an expert is a
        member and the person who asked need not be."""
        if not person:
            return ""
        if name := await self._directory.name(place.tenant, person):
            return name
        experts = await self._directory.experts(place.tenant)
        for channel in dict.fromkeys((place.channel, experts.channel if experts else place.channel)):
            with contextlib.suppress(SendFailed):
                member = await conversations.get_conversation_member(channel, person)
                return str(member.name or "")
        return ""


def conversation_id(place: Place) -> str:
    """The id of a conversation in Teams' notation: the inverse of `translate.place_of`."""
    return f"{place.channel};messageid={place.thread}" if place.thread else place.channel


def _author(content: Content) -> str:
    """The person whose name is shown; empty: nobody's."""
    match content:
        case Post():
            return content.shared_by
        case ExpertQuestion():
            return content.asked_by
        case ExpertAnswer():
            return content.answered_by
        case Notice() | Replied():
            return ""
