"""Carries out what the outbox holds for Teams (`bot.domain.outbox.Sender`)."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

from yarl import URL

from adapters.teams.app import card_activity
from adapters.teams.connector import Connector, SendFailed, give_back, is_shared
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

MESSAGES = "https://teams.microsoft.com/l/message"
CLOSED = frozenset({"http-403", "http-404"})  # the advisor is not there, or may not write there any more
WAIT = 60.0  # seconds until it is tried again where it is not known where to send to


class TeamsSender:
    """Posts, changes and takes away messages outside a turn."""

    def __init__(self, connector: Connector, directory: Directory) -> None:
        self._connector = connector
        self._directory = directory

    def if_unsure(self, item: OutboxItem) -> IfUnsure:
        """A bot can't look through what it sent in Teams without permission to read everybody's messages. What others
        read as well is not sent twice. In a chat with one person it is: an answer that comes twice is a nuisance, and
        one that never comes leaves somebody waiting."""
        directly = isinstance(item.content, Notice | ExpertAnswer) and item.content.directly
        return "never" if is_shared(item.place.channel) and not directly else "again"

    async def send(self, item: OutboxItem, going: Going) -> str:
        if isinstance(item.content, Notice | ExpertAnswer) and item.content.directly:
            return await self._send_directly(item, going, Refused("no_chat"))
        try:
            return await self._send(item, item.place, going)
        except Refused as refused:
            if not addressee(item.content) or refused.why not in CLOSED:
                raise
            return await self._send_directly(item, going, refused)

    async def _send_directly(self, item: OutboxItem, going: Going, refused: Refused) -> str:
        chat = await self._directory.chat(item.place.tenant, addressee(item.content))
        if chat is not None and chat != item.place:
            return await self._send(item, chat, going)
        if isinstance(item.content, Notice) and item.content.otherwise:
            said = replace(item.content, reply=item.content.otherwise)
            return await self._send(replace(item, content=said), item.place, going)
        raise refused

    async def _send(self, item: OutboxItem, place: Place, going: Going) -> str:
        conversations = await self._conversations(place)
        activity = await self._activity(conversations, item)
        await going()
        try:
            sent = await conversations.send_to_conversation(conversation_id(place), activity)
        except SendFailed as error:
            give_back(error)
        return str(sent.id or "") if sent else ""

    async def find(self, item: OutboxItem, going: Going) -> str | None:
        raise NotImplementedError("if_unsure says that it can't look")

    async def update(self, item: OutboxItem, reference: str) -> None:
        conversations = await self._conversations(item.place)
        activity = await self._activity(conversations, item)
        activity.id = reference
        try:
            await conversations.update_activity(conversation_id(item.place), reference, activity)
        except SendFailed as error:
            give_back(error)

    async def delete(self, item: OutboxItem, reference: str) -> None:
        conversations = await self._conversations(item.place)
        try:
            await conversations.delete_activity(conversation_id(item.place), reference)
        except SendFailed as error:
            if error.status not in (404, 410):  # gone already
                give_back(error)

    async def link(self, item: OutboxItem, reference: str) -> str:
        place = item.place
        query = {"tenantId": place.tenant, "parentMessageId": place.thread or reference}
        return str((URL(MESSAGES) / place.channel / reference).with_query(query))

    async def _conversations(self, place: Place) -> Any:
        url = await self._directory.service_url(place)
        if not url:
            raise TryLater(WAIT)  # known as soon as anybody there says anything
        return (await self._connector.create(url)).conversations

    async def _activity(self, conversations: Any, item: OutboxItem) -> Any:
        assert item.content is not None, "only a deletion carries nothing"  # noqa: S101
        name = await self._name(conversations, item.place, _person(item.content))
        card, reply = card_of(item.content, name)
        return card_activity(card, reply)

    async def _name(self, conversations: Any, place: Place, person: str) -> str:
        """How the person is called, or an empty string. Who asks the experts need not be in their channel, and an
        expert is not in the chat of who asked."""
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
    """The conversation's id as Teams writes it: the inverse of `translate.place_of`."""
    return f"{place.channel};messageid={place.thread}" if place.thread else place.channel


def _person(content: Content) -> str:
    match content:
        case Post():
            return content.shared_by
        case ExpertQuestion():
            return content.asked_by
        case ExpertAnswer():
            return content.answered_by
        case Notice() | Replied():
            return ""  # nobody is named in it
