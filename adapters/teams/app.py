"""What the listeners share: taking a turn, drawing its reply, sending it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol, TypeVar

import structlog
from botbuilder.core import InvokeResponse
from botbuilder.schema import Activity, ActivityTypes, Attachment, CardAction, SuggestedActions

from adapters.admission import Busy, is_refused
from adapters.counting import UNCOUNTED, Counting
from adapters.leases import HeldItem
from adapters.outbox_relay import Attempt
from adapters.rate_limit import RateLimiter
from adapters.references import Store
from adapters.teams.adapter import Context
from adapters.teams.cards import draw
from adapters.teams.channels import Channels, not_a_member
from adapters.teams.connector import SendFailed, raise_for_outbox
from adapters.teams.directory import Directory
from adapters.teams.failures import guarded
from adapters.teams.targeted import CARD, Targeted
from adapters.teams.translate import asked_alone, is_from_a_bot, message_from, person_of, tenant_of
from bot.commands.feedback import votes_in, without_votes
from bot.domain.effects import identity
from bot.domain.messages import Block, Message, Place, Reply
from bot.domain.outbox import Going, Notice, OutboxItem
from bot.domain.phrases import Phrases
from bot.domain.records import Person, ShownReply
from bot.service.error_location import error_location
from bot.service.ports import StoreUnavailable, UnitOfWork
from bot.service.session import HandOver, PostingCheck

log = structlog.get_logger(__name__)

SEND_TIMEOUT = 10.0  # seconds that a request waits for its reply to be sent; after 15 Teams delivers again
TYPING_WAIT = 1.0  # seconds that a reply waits for the typing indicator before it
MAX_SUGGESTIONS = 3  # Teams shows no more

T = TypeVar("T")
Listener = Callable[["App", Any], Awaitable[dict[str, Any] | None]]
NoticeBody = Callable[[Reply | None], dict[str, Any] | None]


class Session(Protocol):
    """Takes turns: `bot.service.session`. Raises nothing but Busy."""

    @property
    def phrases(self) -> Phrases: ...

    async def respond(self, message: Message, posting_check: PostingCheck | None = None, /) -> Reply: ...

    async def hand_over(
        self, message: Message, to: HandOver, posting_check: PostingCheck | None = None, /
    ) -> Reply | None: ...


class OutboxRelay(Protocol):
    """Sends what the outbox holds: `adapters.outbox_relay`."""

    async def take(self, item: OutboxItem, unit: UnitOfWork, /) -> HeldItem | None: ...

    async def send_now(self, held: HeldItem, by: Attempt | None = None, /, *, within: float) -> None: ...


class App:
    """Calls the listener for an activity. A listener for an invoke returns the body of its response.

    `private`: mentions are answered for who asked alone. `rated`: Teams' own buttons vote on what is for everybody.
    `slow`: seconds after which a typing indicator is shown.
    `now`: seconds since 1970.
    """

    def __init__(
        self,
        session: Session,
        directory: Directory,
        channels: Channels,
        store: Store,
        relay: OutboxRelay,
        targeted: Targeted,
        *,
        private: bool,
        rated: bool,
        slow: float,
        now: Callable[[], float],
        counting: Counting = UNCOUNTED,
    ) -> None:
        self.directory = directory
        self.channels = channels
        self._session = session
        self._store = store
        self._relay = relay
        self.targeted = targeted
        self._private = private
        self._rated = rated
        self._slow = slow
        self._now = now
        self._listeners: dict[tuple[str, str], Listener] = {}
        self._notice_bodies: dict[str, NoticeBody] = {}
        self._counting = counting
        self._rate_limit = RateLimiter(now, counting=counting)
        self._rate_limits: dict[str, RateLimiter] = {}  # of invokes with a limit of their own

    @property
    def phrases(self) -> Phrases:
        """The phrases of the knowledge that is served at the moment."""
        return self._session.phrases

    def on(self, type: str, name: str, listener: Listener) -> None:
        """Register a listener. `name`: an invoke's name, an installation update's action or a conversation update's
        event; empty for the other types."""
        self._listeners[type, name] = listener

    def on_invoke(self, name: str, listener: Listener, notice_body: NoticeBody, *, most: int = 0) -> None:
        """Register a listener for an invoke. Where it is rate limited, `notice_body` makes the body of the response:
        of a notice, or of None where the person got one before. `most`: invokes a minute, counted apart from everything
        else; 0: counted with everything else."""
        self.on("invoke", name, listener)
        self._notice_bodies[name] = notice_body
        if most:
            self._rate_limits[name] = RateLimiter(self._now, most, self._counting)

    async def on_turn(self, context: Context) -> None:
        """Take an activity. Those without a listener (reactions, edits, deletions) are ignored on purpose."""
        activity = context.activity
        name = name_of(activity)
        listener = self._listeners.get((activity.type, name))
        limit = self._rate_limits.get(name, self._rate_limit)
        slowed = limit.slowed(sender_of(activity), activity.id) if listener and is_sent_by_a_person(activity) else None
        if slowed:
            body = await self._slow_down(context, name, None if slowed.told else slowed.notice(self.phrases))
        else:
            try:
                if listener and is_refused() and is_sent_by_a_person(activity):
                    raise Busy
                await self._remember_place(activity, name)
                body = await listener(self, context) if listener else None
            except Busy as busy:
                body = await self._say_busy(context, name, busy.notice(self.phrases))
        if activity.type == "invoke":
            response = InvokeResponse(status=200 if listener else 501, body=body)
            await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=response))

    async def _slow_down(self, context: Context, name: str, notice: Reply | None) -> dict[str, Any] | None:
        """The body of the response to an invoke; None for a message, which is answered by a message, or not at all.
        Raises SendFailed."""
        if context.activity.type == "invoke":
            return self._notice_bodies[name](notice) if name in self._notice_bodies else None
        if notice is not None:
            await self.deliver(context, notice, self.message_from(context.activity))
        return None

    async def _say_busy(self, context: Context, name: str, notice: Reply) -> dict[str, Any] | None:
        """The same where there was no room for a turn. A message is answered without the store, which may be what is
        slow, and without a card, which takes the SDK longer to write than the rest. Raises SendFailed."""
        if context.activity.type == "invoke":
            return await self._slow_down(context, name, notice)
        message = self.message_from(context.activity)
        if message.alone:
            await self._send_unstored(context, notice, message)
        else:
            await context.say(notice.text)
        return None

    def message_from(self, activity: Any, **replaced: Any) -> Message:
        """What a person wrote or pressed, see `translate.message_from`, and whether the reply is for them alone."""
        message = message_from(activity, **replaced)
        return replace(message, alone=message.public and (self._private or asked_alone(activity) is not None))

    async def respond(self, message: Message) -> Reply:
        """The reply to an invoke, for its HTTP response: the same one if it is delivered again. A failure is a notice.
        Raises Busy."""

        async def respond() -> Reply:
            reply = await self._take_turn(message, self._session.respond)
            return await self.channels.with_options(self.phrases, reply, message.place, message.person)

        return await guarded(self.phrases, respond)

    async def answer(self, context: Context, message: Message, above: tuple[Block, ...] = ()) -> None:
        """Take the turn, and send its reply, below the blocks `above`, to where the message came from: once, whichever
        process it is delivered to. The turn and the outbox item of its reply are one transaction. Raises SendFailed and
        Busy."""
        handed_over: tuple[Reply, HeldItem | None] | None = None

        async def put(reply: Reply, unit: UnitOfWork) -> None:
            nonlocal handed_over
            handed_over = (
                reply,
                await self._relay.take(self._item(message, _below(above, reply), context.activity), unit),
            )

        async def hand_over(asked: Message, posting_check: PostingCheck | None = None) -> Reply | None:
            return await self._session.hand_over(asked, put, posting_check)

        turn = guarded(self.phrases, lambda: self._take_turn(message, hand_over))
        reply = await self._with_typing(context, turn)
        if reply is None:
            return  # an earlier delivery put it in the outbox
        # The item of a turn that was rolled back is not in the outbox: the reply is another one then.
        if handed_over is None or handed_over[0] is not reply:
            await self.deliver(context, _below(above, reply), message)
        elif held := handed_over[1]:
            await self._carry(context, held, _below(above, reply), message)

    async def deliver(self, context: Context, reply: Reply, message: Message) -> None:
        """Send a reply that is no turn's to where `message` came from, by the outbox: what Teams does not take now is
        sent later. Raises SendFailed where it was not sent and the store did not take it either."""
        try:
            async with self._store.transaction() as unit:
                held = await self._relay.take(self._item(message, reply, context.activity), unit)
        except StoreUnavailable:
            await self._send_unstored(context, reply, message)
            return
        if held:
            await self._carry(context, held, reply, message)

    async def _send_unstored(self, context: Context, reply: Reply, message: Message) -> None:
        """Send a reply that is tried now or never. Raises SendFailed."""
        answers = asked_alone(context.activity) or ""
        place, card = message.place, draw(self.phrases, reply)
        if message.alone and await self.targeted.tried(place, message.person, card, reply, answers):
            return
        await context.send_activity(card_activity(self.phrases, reply, message))

    async def _carry(self, context: Context, held: HeldItem, reply: Reply, message: Message) -> None:
        """Send what was taken from the outbox within the SDK's own turn, which knows the message that it replies to.
        What is for the person alone is sent by the sender, which knows how."""
        if message.alone:
            await self._with_typing(context, self._relay.send_now(held, within=SEND_TIMEOUT))
            return

        async def send(going: Going) -> str:
            say = self.phrases
            filling = self.channels.with_options(say, reply, message.place, message.person)
            shown = await self._with_typing(context, filling)
            await going()
            try:
                rated = isinstance(held.item.content, Notice) and held.item.content.rated
                sent = await context.send_activity(card_activity(say, shown, message, rated=rated))
            except SendFailed as error:
                raise_for_outbox(error)
            return str(sent.id or "") if sent else ""

        await self._relay.send_now(held, send, within=SEND_TIMEOUT)

    def _item(self, message: Message, reply: Reply, activity: Any) -> OutboxItem:
        id = f"{identity(message)}-reply"
        answers = (asked_alone(activity) or "") if message.alone else ""
        # Of targeted messages Microsoft does not say that they have its buttons.
        rated = self._rated and not message.alone and bool(votes_in(reply.tools))
        shown = replace(reply, private=reply.private and (message.alone or not message.public))
        content = Notice(shown, message.person, answers=answers, rated=rated)
        return OutboxItem(id, "send", message.place, subject=id, content=content)

    async def shown_in(self, place: Place, message_id: str) -> ShownReply | None:
        """The reply that Teams' own buttons on a message vote on; None: none is known. Raises StoreUnavailable."""
        async with self._store.transaction() as unit:
            return await unit.shown_replies.find(place, message_id)

    async def _remember_place(self, activity: Any, name: str) -> None:
        """Store the conversation, unless it may be one that the bot is not in: that of a search or a message action."""
        self.directory.remember_member_id(activity)
        if activity.type != "message" and (activity.type, name) != ("installationUpdate", "add"):
            return
        try:
            await self.directory.remember_place(activity)
        except StoreUnavailable as error:  # the turn will say so to the person
            log.error("teams.reference_not_stored", error=str(error))

    async def _take_turn(self, message: Message, take: Callable[..., Awaitable[T | Reply]]) -> T | Reply:
        """Take the turn by `take`, a method of the session. Everything that needs the network comes before it or is
        asked for by the session outside its transaction. Raises SendFailed and StoreUnavailable."""
        message = replace(message, at=self._now())
        if not message.can_post:
            return await take(message)
        if not await self.channels.may_act(message):
            return not_a_member(self.phrases)

        experts = await self.directory.experts(message.place.tenant)
        reply = await take(replace(message, experts=experts), self._posting_check(message))
        if isinstance(reply, Reply) and reply.forgets:
            self.directory.forget(message.place.tenant, message.person)
        return reply

    def _posting_check(self, message: Message) -> PostingCheck:
        async def posting_check(place: Place) -> str:
            return "" if await self.channels.may_post(message, place.channel) else self.phrases("teams-left")

        return posting_check

    async def _with_typing(self, context: Context, work: Awaitable[T]) -> T:
        """The result of `work`, with a typing indicator where it takes long. It never waits for the indicator for
        long, which needs a token and a service that answers."""
        task = asyncio.ensure_future(work)
        done, _ = await asyncio.wait({task}, timeout=self._slow)
        if done:
            return await task
        typing = asyncio.ensure_future(_show_typing(context))
        try:
            result = await task
            await asyncio.wait({typing}, timeout=TYPING_WAIT)
            return result
        finally:
            typing.cancel()


async def _show_typing(context: Context) -> None:
    try:
        await context.send_activity(Activity(type=ActivityTypes.typing))
    except Exception as error:  # the reply must not fail with it
        log.warning("teams.typing_failed", error=type(error).__name__, at=error_location(error))


def card_activity(say: Phrases, reply: Reply, to: Message, *, rated: bool = False) -> Any:
    """A message that shows `reply` as a card. `to`: the message that it replies to. `rated`: see `Notice`."""
    drawn = without_votes(reply) if rated else reply
    return activity_of(draw(say, drawn, owner=to.person if to.public else ""), reply, to, rated=rated)


def activity_of(card: dict[str, Any], reply: Reply, to: Message | None = None, *, rated: bool = False) -> Any:
    """The same for a card that is drawn already. Without text: a message with a text and a card may come back without
    an id, and without an id the card can't be replaced later. Notifications show the summary."""
    return Activity(
        type=ActivityTypes.message,
        summary=reply.text.split("\n", 1)[0][:200],
        attachments=[Attachment(content_type=CARD, content=card)],
        suggested_actions=_suggestions(reply) if to is not None and not to.public else None,
        channel_data={"feedbackLoop": {"type": "default"}} if rated else None,
    )


def _suggestions(reply: Reply) -> Any:
    """The first choices of the help, above the compose box; None for other replies."""
    if reply.kind != "help" or not reply.choices:
        return None
    labels = [choice.label for choice in reply.choices[:MAX_SUGGESTIONS]]
    return SuggestedActions(actions=[CardAction(type="imBack", title=label, value=label) for label in labels])


def _below(above: tuple[Block, ...], reply: Reply) -> Reply:
    brief = replace(reply.brief, body=(*above, *reply.brief.body)) if reply.brief else None
    return replace(reply, body=(*above, *reply.body), brief=brief)


def sender_of(activity: Any) -> Person:
    return Person("teams", tenant_of(activity), person_of(activity))


def is_sent_by_a_person(activity: Any) -> bool:
    """True for what somebody typed or pressed; False for events of Teams and for what bots send."""
    return activity.type == "invoke" or (activity.type == "message" and not is_from_a_bot(activity))


def name_of(activity: Any) -> str:
    """What an activity is called within its type, see `App.on`."""
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
