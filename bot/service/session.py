"""The transaction around a turn: load the conversation, take the turn, save, apply effects, record the delivery.

All of it is committed, or nothing. A delivery that was recorded before gets its stored reply; a conversation that was
changed meanwhile (optimistic locking by its version) makes the turn be taken again on its new state.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.commands import notices
from bot.domain.conversation import Conversation, Retention, expires_at, without_expired
from bot.domain.daily_counts import counts_of_dialogue, counts_of_question
from bot.domain.effects import Effect, Forget, PostAgain, Publish, PublishNext, Subscribe
from bot.domain.messages import Message, Place, Reply
from bot.domain.phrases import Phrases
from bot.domain.records import Person, owner_of
from bot.domain.turn import Route, Turn, TurnTaker
from bot.service.effect_handlers import apply_effect, person_of, utc_date
from bot.service.error_location import error_location
from bot.service.overview import Overview, overview
from bot.service.ports import OutcomeUnknown, Store, StoreUnavailable, UnitOfWork

logger = logging.getLogger(__name__)

ATTEMPTS = 20  # of one turn: among N concurrent turns on a conversation one succeeds each time, so N attempts suffice


HandOver = Callable[[Reply, UnitOfWork], Awaitable[None]]
"""Called with the reply within the turn's own transaction; for instance, to put it in the outbox."""

PostingCheck = Callable[[Place], Awaitable[str | None]]
"""Why the person may not have anything posted in a place, in words for them; None or empty where they may.

Awaited when something is about to be posted there, outside any transaction. Where it raises, nothing is posted."""


class _Conflict(Exception):
    """Another transaction changed the conversation, or recorded this delivery, since it was read."""


class _PostingCheckNeeded(Exception):
    """The turn posts in `place`, and the posting check has not been awaited for it yet."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


class _AlreadyHandedOver(Exception):
    """An earlier delivery of the same message was handed over."""


class Session:
    """Takes turns on stored conversations. `wake_outbox` is called after a turn that had effects, `on_subscribed` after
    one that set up a subscription, `on_repeated` with a message that was delivered and answered before."""

    def __init__(
        self,
        advisor: TurnTaker,
        store: Store,
        *,
        retention: Retention = Retention(),  # noqa: B008  (frozen)
        clock: Callable[[], float] = time.time,
        wake_outbox: Callable[[], None] = lambda: None,
        on_subscribed: Callable[[], None] = lambda: None,
        on_repeated: Callable[[Message], None] = lambda message: None,
    ) -> None:
        self._advisor = advisor
        self._store = store
        self._retention = retention
        self._clock = clock
        self._wake_outbox = wake_outbox
        self._on_subscribed = on_subscribed
        self._on_repeated = on_repeated

    @property
    def phrases(self) -> Phrases:
        """The phrases of the present knowledge, for what a surface says by itself."""
        return self._advisor.phrases

    async def respond(self, message: Message, posting_check: PostingCheck | None = None) -> Reply:
        """The reply to `message`. Never raises: a failure becomes a notice with a reference that the log has too.

        Without `posting_check`, everybody may have things posted everywhere."""
        try:
            return await self._respond(message, None, posting_check)
        except Exception as error:
            return self._notice_of(error)

    async def hand_over(
        self, message: Message, to: HandOver, posting_check: PostingCheck | None = None
    ) -> Reply | None:
        """Take the turn and await `to(reply, unit)` inside its transaction. Returns the reply that was handed over.

        None where an earlier delivery was handed over. Where the turn fails, what `to` wrote is rolled back, and the
        notice that is returned was not handed over. Never raises."""
        try:
            return await self._respond(message, to, posting_check)
        except _AlreadyHandedOver:
            self._on_repeated(message)
            return None
        except Exception as error:
            return self._notice_of(error)

    def opening(self, message: Message) -> Reply:
        """The reply to `message` in a new conversation, of which nothing is stored."""
        return self._advisor.turn(message, Conversation()).reply

    async def overview(self, person: Person) -> Overview:
        """The person's open triages and recommendations. Raises StoreUnavailable."""
        async with self._store.transaction() as unit:
            return await overview(person, unit, self._clock(), self._retention, self._advisor)

    async def _respond(self, message: Message, to: HandOver | None, posting_check: PostingCheck | None) -> Reply:
        failures, unknown = 0, False
        refusals: dict[Place, str | None] | None = None if posting_check is None else {}
        for attempt in range(ATTEMPTS):
            try:
                async with self._store.transaction() as unit:
                    # Nearly every delivery is new, so the earlier reply is looked up only after its insert has failed.
                    if attempt and message.delivery and (earlier := await unit.deliveries.reply_to(message)):
                        self._on_repeated(message)
                        return earlier
                    reply, effects = await self._take_turn(message, to, unit, refusals)
            except _Conflict:
                continue
            except _PostingCheckNeeded as unasked:
                assert posting_check is not None and refusals is not None  # noqa: S101
                refusals[unasked.place] = await posting_check(unasked.place)
                continue
            except StoreUnavailable as error:
                failures += 1
                unknown = unknown or isinstance(error, OutcomeUnknown)
                # One retry, where the delivery's id makes it idempotent: a lost connection or a deadlock is gone then,
                # and a commit whose outcome was unknown is found.
                if failures > 1 or not message.delivery:
                    if unknown:
                        raise OutcomeUnknown(str(error)) from error
                    raise
                continue
            if effects:
                self._wake_outbox()
            if any(isinstance(effect, Subscribe) for effect in effects):
                self._on_subscribed()
            return reply
        raise _Conflict

    async def _take_turn(
        self, message: Message, to: HandOver | None, unit: UnitOfWork, refusals: Mapping[Place, str | None] | None
    ) -> tuple[Reply, tuple[Effect, ...]]:
        now = message.at or self._clock()
        remembered = await unit.conversations.load(message.place, message.person)
        conversation = without_expired(remembered.conversation, now, self._retention)
        route, turn = await self._turn_with_records(message, conversation, unit)
        if refusals is not None:
            turn = await _allowed(self.phrases, message, turn, conversation, unit, refusals)
        forgets = any(isinstance(effect, Forget) for effect in turn.effects)
        if not forgets:
            after = turn.conversation if turn.conversation.moved_at == now else replace(turn.conversation, moved_at=now)
            await self._save(message, after, remembered.version, unit)
        reply = turn.reply
        for effect in turn.effects:
            reply = await apply_effect(self.phrases, effect, message, reply, unit, now, self._advisor.without_names)
        if message.delivery:
            person = "" if forgets else message.person
            if not await unit.deliveries.record(message, None if to else reply, person=person, at=now):
                raise _AlreadyHandedOver if to else _Conflict
        if to is not None:
            await to(reply, unit)
        counts = counts_of_dialogue(conversation.triage, turn.conversation.triage)
        if route.command is None:
            counts |= counts_of_question(reply)
        if counts:  # last, so that the database locks them for as short as can be
            await unit.counts.add(utc_date(now), counts)
        return reply, turn.effects

    async def _turn_with_records(
        self, message: Message, conversation: Conversation, unit: UnitOfWork
    ) -> tuple[Route, Turn]:
        """The route of `message`, and the turn with the records that it asks for."""
        route = self._advisor.route(message, conversation)
        if route.record and (record := await unit.recommendations.record(route.record, person_of(message))):
            message = replace(message, record=record)
        if route.in_experts_thread and (asked := await unit.questions.in_thread(message.place)):
            message = replace(message, expert_question=asked.id)
        return route, self._advisor.turn(message, conversation, route)

    async def _save(self, message: Message, conversation: Conversation, version: int, unit: UnitOfWork) -> None:
        look_again_at = expires_at(conversation, conversation.moved_at, self._retention)
        saved = await unit.conversations.save(
            message.place, message.person, conversation, version=version, look_again_at=look_again_at
        )
        if not saved:
            raise _Conflict

    def _notice_of(self, error: Exception) -> Reply:
        reference = secrets.token_hex(4)
        logger.error("turn failed: reference=%s error=%s at=%s", reference, _in_short(error), error_location(error))
        notice = notices.unsure if isinstance(error, OutcomeUnknown) else notices.failure
        return notice(self.phrases, reference)


async def _allowed(
    say: Phrases,
    message: Message,
    turn: Turn,
    before: Conversation,
    unit: UnitOfWork,
    refusals: Mapping[Place, str | None],
) -> Turn:
    """`turn`, or a refusal without effects where it posts in a refused place. Raises _PostingCheckNeeded."""
    for effect in turn.effects:
        place = await _posts_in(effect, message, unit)
        if place is not None and place not in refusals:
            raise _PostingCheckNeeded(place)
        if place is not None and (why := refusals[place]):
            return Turn(notices.barred(say, why, turn.reply.reference), before)
    return turn


async def _posts_in(effect: Effect, message: Message, unit: UnitOfWork) -> Place | None:
    """The place in which `effect` has something posted; None where it posts nothing."""
    match effect:
        case Publish(place=place) | PublishNext(place=place) | Subscribe(place=place):
            return place
        case PostAgain(id):
            kept = await unit.posts.get(id)
            # Of somebody else's post nothing is said but that it is not theirs.
            return kept.place if kept is not None and owner_of(kept) == person_of(message) else None
        case _:
            return None


def _in_short(error: Exception) -> str:
    """The error's type; its text only where that is known to hold nothing of what the person wrote."""
    return f"StoreUnavailable({error})" if isinstance(error, StoreUnavailable) else type(error).__name__
