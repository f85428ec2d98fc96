"""The listeners, and what they share: taking a turn, drawing the reply, sending it."""

from __future__ import annotations

import asyncio
import secrets
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

import structlog
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes, Attachment, CardAction, SuggestedActions

from adapters.leases import HeldItem
from adapters.outbox_relay import Attempt
from adapters.rate_limit import RateLimiter
from adapters.references import Store, UnitOfWork
from adapters.teams.cards import draw
from adapters.teams.channels import LEFT, NOT_THERE, Channels
from adapters.teams.connector import SendFailed, give_back
from adapters.teams.directory import Directory
from adapters.teams.translate import is_from_a_bot, message_from, person_of, tenant_of
from bot.commands.notices import unsure
from bot.domain.effects import identity
from bot.domain.messages import Message, Place, Reply
from bot.domain.outbox import Going, Notice, OutboxItem
from bot.domain.phrases import Phrases
from bot.domain.records import Person
from bot.service.ports import StoreUnavailable
from bot.service.session import PostingCheck

log = structlog.get_logger(__name__)

CARD = "application/vnd.microsoft.card.adaptive"
WITHIN = 10.0  # seconds that a request waits for its reply to be sent; after 15 Teams delivers again
SUGGESTIONS = 3  # Teams shows no more

Listener = Callable[["App", Any], Awaitable[dict[str, Any] | None]]
Told = Callable[[Reply | None], dict[str, Any] | None]


class Session(Protocol):
    """Whoever answers messages: `bot.service.session`."""

    @property
    def phrases(self) -> Phrases: ...

    async def respond(self, message: Message, gate: PostingCheck | None = None) -> Reply: ...


class OutboxRelay(Protocol):
    """Whoever sends what must not be lost: `adapters.outbox_relay`."""

    async def take(self, item: OutboxItem, unit: UnitOfWork) -> HeldItem | None: ...

    async def send_now(self, held: HeldItem, by: Attempt | None = None, *, within: float) -> None: ...


class App:
    """Finds the listener for what Teams sent. A listener for an invoke returns the body of its answer."""

    def __init__(
        self,
        session: Session,
        directory: Directory,
        channels: Channels,
        store: Store,
        relay: OutboxRelay,
        *,
        slow: float,
        now: Callable[[], float],
    ) -> None:
        self.directory = directory
        self.channels = channels
        self._session = session
        self._store = store
        self._relay = relay
        self._slow = slow
        self._now = now
        self._listeners: dict[tuple[str, str], Listener] = {}
        self._tell: dict[str, Told] = {}
        self._flood = RateLimiter(now)
        self._floods: dict[str, RateLimiter] = {}  # of invokes that are counted by themselves

    def on(self, type: str, name: str, listener: Listener) -> None:
        """`name` is an invoke's name, an installation update's action or a conversation update's event, and empty for
        the rest."""
        self._listeners[type, name] = listener

    def on_invoke(self, name: str, listener: Listener, tell: Told, *, most: int = 0) -> None:
        """A listener for an invoke, which has to be answered even to somebody who sends too much: `tell` makes the body
        of that answer, with a notice, and without one where it was told already. `most`: so many a minute are let in,
        counted by themselves; 0: they are counted with everything else."""
        self.on("invoke", name, listener)
        self._tell[name] = tell
        if most:
            self._floods[name] = RateLimiter(self._now, most)

    async def on_turn(self, context: TurnContext) -> None:
        """The SDK's entry. What no listener is registered for (reactions, edits, deletions) is ignored on purpose."""
        activity = context.activity
        name = name_of(activity)
        listener = self._listeners.get((activity.type, name))
        flood = self._floods.get(name, self._flood)
        slowed = flood.slowed(sender_of(activity), activity.id) if listener and is_sent(activity) else None
        if slowed:
            body = await self._slow_down(context, name, None if slowed.told else slowed.notice(self._session.phrases))
        else:
            await self._note_where(activity, name)
            body = await listener(self, context) if listener else None
        if activity.type == "invoke":
            response = InvokeResponse(status=200 if listener else 501, body=body)
            await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=response))

    async def _slow_down(self, context: TurnContext, name: str, notice: Reply | None) -> dict[str, Any] | None:
        """The body of the answer to an invoke, or none: a message is answered by another, or not at all. Raises
        SendFailed."""
        if context.activity.type == "invoke":
            return self._tell[name](notice) if name in self._tell else None
        if notice is not None:
            await self.send(context, notice, message_from(context.activity))
        return None

    async def respond(self, message: Message) -> Reply:
        """The reply to `message`. Never raises, see `guarded`."""
        return await self.guarded(lambda: self._respond(replace(message, at=self._now())))

    async def guarded(self, work: Callable[[], Awaitable[Reply]]) -> Reply:
        """The reply that `work` ends in. Whatever fails, the person gets a plain sentence with a reference, and the log
        the same reference. Whether the turn was taken before it failed is not known here, so nobody is told that."""
        try:
            return await work()
        except Exception as error:
            reference = secrets.token_hex(4)
            frame = traceback.extract_tb(error.__traceback__)[-1]
            # The text of an exception can hold what the person wrote, so only its type and origin are logged.
            log.error(
                "teams.turn_failed",
                reference=reference,
                error=type(error).__name__,
                at=f"{frame.filename}:{frame.lineno}",
            )
            return unsure(self._session.phrases, reference)

    async def answer(self, context: TurnContext, message: Message) -> None:
        """Take the turn and send the reply to where the message came from. Raises SendFailed."""
        await self.send(context, await self._respond_visibly(context, message), message)

    async def send(self, context: TurnContext, reply: Reply, message: Message) -> None:
        """Send `reply` as a card to where `message` came from: once, whichever process the message is delivered to.
        What Teams does not take now is sent later, or by another process. Raises SendFailed where it could not be kept
        for that."""
        id = f"{identity(message)}-reply"
        item = OutboxItem(id, "send", message.place, id, Notice(reply, message.person))

        async def by(going: Going) -> str:
            await going()
            try:
                sent = await context.send_activity(card_activity(draw(reply), reply, message))
            except SendFailed as error:
                give_back(error)
            return str(sent.id or "") if sent else ""

        try:
            async with self._store.transaction() as unit:
                held = await self._relay.take(item, unit)
        except StoreUnavailable:  # nothing can be kept, so it is tried now or never
            await context.send_activity(card_activity(draw(reply), reply, message))
            return
        if held:
            await self._relay.send_now(held, by, within=WITHIN)

    async def _note_where(self, activity: Any, name: str) -> None:
        """Keep where the bot is. A search or an action on a message comes from places that it is not in."""
        self.directory.met(activity)
        if activity.type != "message" and (activity.type, name) != ("installationUpdate", "add"):
            return
        try:
            await self.directory.heard(activity)
        except StoreUnavailable as error:  # the turn will say so to the person
            log.error("teams.reference_not_kept", error=str(error))

    async def _respond(self, message: Message) -> Reply:
        if not message.can_post:
            return await self._session.respond(message)
        if not await self.channels.may_act(message):
            return NOT_THERE

        async def gate(place: Place) -> str:
            return "" if await self.channels.may_post(message, place.channel) else LEFT

        message = replace(message, experts=await self.directory.experts(message.place.tenant))
        reply = await self._session.respond(message, gate)
        if reply.forgets:
            self.directory.forgot(message.place.tenant, message.person)
        return await self.channels.filled(reply, message)

    async def _respond_visibly(self, context: TurnContext, message: Message) -> Reply:
        turn = asyncio.ensure_future(self.respond(message))
        done, _ = await asyncio.wait({turn}, timeout=self._slow)
        if not done:
            try:
                await context.send_activity(Activity(type=ActivityTypes.typing))
            except Exception as error:  # the sign of life may fail, the reply must not fail with it
                log.warning("teams.typing_failed", error=type(error).__name__)
        return await turn


def card_activity(card: dict[str, Any], reply: Reply, to: Message | None = None) -> Any:
    """A message that is a card. Without text: text and card together may come back without an id, and without one the
    card can't be replaced later. What a notification shows is the summary. `to`: what it answers."""
    return Activity(
        type=ActivityTypes.message,
        summary=reply.text.split("\n", 1)[0][:200],
        attachments=[Attachment(content_type=CARD, content=card)],
        suggested_actions=_suggestions(reply) if to is not None and not to.public else None,
    )


def _suggestions(reply: Reply) -> Any:
    """What one might ask first, above the compose box. Later, the buttons on the card are enough."""
    if reply.kind != "help" or not reply.choices:
        return None
    labels = [choice.label for choice in reply.choices[:SUGGESTIONS]]
    return SuggestedActions(actions=[CardAction(type="imBack", title=label, value=label) for label in labels])


def sender_of(activity: Any) -> Person:
    return Person("teams", tenant_of(activity), person_of(activity))


def is_sent(activity: Any) -> bool:
    """Whether somebody typed or pressed this: the rest is reported by Teams itself, or comes from a bot."""
    return activity.type == "invoke" or (activity.type == "message" and not is_from_a_bot(activity))


def name_of(activity: Any) -> str:
    """What an activity is called within its type."""
    match activity.type:
        case "invoke":
            return activity.name or ""
        case "installationUpdate":
            return activity.action or ""
        case "conversationUpdate":
            data = activity.channel_data
            return str(data.get("eventType") or "") if isinstance(data, Mapping) else ""
        case _:
            return ""
