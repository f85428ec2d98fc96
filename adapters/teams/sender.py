"""Carries out what the outbox holds for Teams (`bot.domain.outbox.Sender`)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog
from yarl import URL

from adapters.teams.app import activity_of
from adapters.teams.channels import Channels
from adapters.teams.connector import Connector, SendFailed, is_shared, raise_for_outbox
from adapters.teams.directory import Directory
from adapters.teams.posts import card_of
from adapters.teams.remedies import UNUSABLE_URL
from adapters.teams.targeted import Targeted
from bot.commands.feedback import without_votes
from bot.domain.effects import Post
from bot.domain.messages import Paragraph, Place, Reply
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

log = structlog.get_logger(__name__)

MESSAGES = "https://teams.microsoft.com/l/message"  # before a message's id, where people open it
NOT_ALLOWED = frozenset({"http-403", "http-404"})  # the bot was removed, or may not write there any more
WAIT = 60.0  # seconds between two attempts while the service URL is unknown


class TeamsSender:
    """Sends, updates and deletes messages outside a turn. `phrases`: those of the moment. `private`: what is for one
    person is shown to them alone in channels and group chats, where Teams can do that."""

    def __init__(
        self,
        connector: Connector,
        directory: Directory,
        channels: Channels,
        targeted: Targeted,
        phrases: Callable[[], Phrases],
        *,
        private: bool,
    ) -> None:
        self._connector = connector
        self._directory = directory
        self._channels = channels
        self._targeted = targeted
        self._private = private
        self._phrases = phrases

    def if_unsure(self, item: OutboxItem) -> IfUnsure:
        """`never` in channels and group chats, as a bot can't look for its messages without permission to read
        everybody's. `again` in a chat with one person: an answer that comes twice is better than none."""
        directly = isinstance(item.content, Notice | ExpertAnswer) and item.content.directly
        return "never" if is_shared(item.place.channel) and not directly else "again"

    async def send(self, item: OutboxItem, going: Going) -> str:
        if isinstance(item.content, Notice | ExpertAnswer) and item.content.directly:
            return await self._send_directly(item, going, Refused("no_chat"))
        if self._is_for_one(item):
            try:
                return await self._send_alone(item, going)
            except Refused as refused:  # the client or the tenant lacks it
                log.info("teams.targeted_refused", code=refused.why)
                if isinstance(item.content, Notice) and item.content.answers:
                    say = self._phrases()
                    body = (*item.content.reply.body, Paragraph(say("teams-alone-origin")))
                    reply = replace(item.content.reply, body=body)
                    told = replace(item, content=replace(item.content, reply=reply))
                    return await self._send_directly(told, going, refused)
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
        otherwise = self._otherwise(item.content)
        if otherwise is not None:
            return await self._send(replace(item, content=otherwise), item.place, going)
        raise refused

    def _otherwise(self, content: Content | None) -> Notice | None:
        """What others may see where `content` reaches its person in no other way; None: nothing."""
        if not isinstance(content, Notice):
            return None
        if content.otherwise is not None:
            return replace(content, reply=content.otherwise)
        if not content.answers:
            return None
        say = self._phrases()
        return replace(content, reply=Reply("notice", say("teams-alone-title"), body=(Paragraph(say("teams-alone")),)))

    def _is_for_one(self, item: OutboxItem) -> bool:
        """True for what one person alone is to see in a channel or a group chat."""
        if not is_shared(item.place.channel):
            return False
        match item.content:
            case Notice(reply, answers=answers):
                return bool(answers) or (self._private and reply.private)
            case ExpertAnswer():
                return self._private
            case _:
                return False

    async def _send_alone(self, item: OutboxItem, going: Going) -> str:
        place, person = item.place, addressee(item.content)
        conversations = await self._conversations(place)
        card, reply = await self._card(conversations, item, place)
        await going()
        answers = item.content.answers if isinstance(item.content, Notice) else ""
        try:
            return await self._targeted.send(place, person, card, reply, answers)
        except SendFailed as error:
            raise_for_outbox(error)

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
        if not url and await self._directory.is_misled(place):
            log.warning("teams.service_url_unusable", remedy=UNUSABLE_URL)
            raise Refused("service-url-unusable")
        if not url:
            raise TryLater(WAIT)  # known as soon as anybody there writes something
        return (await self._connector.create(url)).conversations

    async def _activity(self, conversations: Any, item: OutboxItem, place: Place) -> Any:
        rated = _is_rated(item, place)
        return activity_of(*await self._card(conversations, item, place), rated=rated)

    async def _card(self, conversations: Any, item: OutboxItem, place: Place) -> tuple[dict[str, Any], Reply]:
        content, say, owner = item.content, self._phrases(), ""
        assert content is not None, "only a deletion has no content"  # noqa: S101
        if isinstance(content, Notice):
            shown = await self._channels.with_options(say, content.reply, place, content.person)
            content = replace(content, reply=without_votes(shown) if _is_rated(item, place) else shown)
            owner = content.person if is_shared(place.channel) else ""
        name = await self._name(conversations, item.place, _author(content))
        return card_of(say, content, name, owner=owner)

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


def _is_rated(item: OutboxItem, place: Place) -> bool:
    """True if Teams' own buttons vote on what is sent; not where it goes elsewhere, of which no record is kept."""
    return isinstance(item.content, Notice) and item.content.rated and place == item.place


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
