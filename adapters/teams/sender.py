"""Carries out what the outbox holds for Teams (`bot.sending.Sender`)."""

from __future__ import annotations

import contextlib
from typing import Any, NoReturn

from yarl import URL

from adapters.teams.app import card_activity
from adapters.teams.connector import Connector, SendFailed
from adapters.teams.directory import Directory
from adapters.teams.posts import card_of
from bot.effects import Post
from bot.messages import Place
from bot.sending import Content, ExpertAnswer, ExpertQuestion, Notice, Parcel, Refused, Replied, TryLater, for_one

MESSAGES = "https://teams.microsoft.com/l/message"
CLOSED = frozenset({"http-403", "http-404"})  # the advisor is not there, or may not write there any more
WAIT = 60.0  # seconds, where Teams names none


class TeamsSender:
    """Posts, changes and takes away messages outside a turn."""

    def __init__(self, connector: Connector, directory: Directory) -> None:
        self._connector = connector
        self._directory = directory

    async def send(self, parcel: Parcel) -> str:
        if isinstance(parcel.content, Notice) and parcel.content.directly:
            return await self._send_directly(parcel, Refused("no_chat"))
        try:
            return await self._send(parcel, parcel.place)
        except Refused as refused:
            if not for_one(parcel.content) or refused.why not in CLOSED:
                raise
            return await self._send_directly(parcel, refused)

    async def _send_directly(self, parcel: Parcel, otherwise: Refused) -> str:
        chat = await self._directory.chat(parcel.place.tenant, for_one(parcel.content))
        if chat is None or chat == parcel.place:
            raise otherwise
        return await self._send(parcel, chat)

    async def _send(self, parcel: Parcel, place: Place) -> str:
        conversations = await self._conversations(place)
        try:
            sent = await conversations.send_to_conversation(
                conversation_id(place), await self._activity(conversations, parcel)
            )
        except SendFailed as error:
            _give_back(error)
        return str(sent.id or "") if sent else ""

    async def find(self, parcel: Parcel) -> str | None:
        """None: a bot can't look through what it sent in Teams without permission to read everybody's messages.
        A post whose answer was lost on the way may therefore stand there twice."""
        return None

    async def update(self, parcel: Parcel, reference: str) -> None:
        conversations = await self._conversations(parcel.place)
        activity = await self._activity(conversations, parcel)
        activity.id = reference
        try:
            await conversations.update_activity(conversation_id(parcel.place), reference, activity)
        except SendFailed as error:
            _give_back(error)

    async def delete(self, parcel: Parcel, reference: str) -> None:
        conversations = await self._conversations(parcel.place)
        try:
            await conversations.delete_activity(conversation_id(parcel.place), reference)
        except SendFailed as error:
            if error.status not in (404, 410):  # gone already
                _give_back(error)

    async def link(self, parcel: Parcel, reference: str) -> str:
        place = parcel.place
        query = {"tenantId": place.tenant, "parentMessageId": place.thread or reference}
        return str((URL(MESSAGES) / place.channel / reference).with_query(query))

    async def _conversations(self, place: Place) -> Any:
        url = await self._directory.service_url(place)
        if not url:
            raise TryLater(WAIT)  # known as soon as anybody there says anything
        return (await self._connector.create(url)).conversations

    async def _activity(self, conversations: Any, parcel: Parcel) -> Any:
        assert parcel.content is not None, "only a deletion carries nothing"  # noqa: S101
        name = await self._name(conversations, parcel.place, _person(parcel.content))
        card, reply = card_of(parcel.content, name)
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


def _give_back(error: SendFailed) -> NoReturn:
    """What the outbox makes of it: later, never, or, with the error itself, that nobody knows."""
    if error.status in (401, 412, 429) or error.unsent:
        raise TryLater(error.retry_after or WAIT) from error
    if error.is_final:
        raise Refused(f"http-{error.status}") from error
    raise error
