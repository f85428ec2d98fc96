"""The transaction around a turn: the one place where a message meets what is remembered.

Was this delivery seen? Then it gets the reply it got. Else: load the conversation, take the turn, save it if nobody
moved it meanwhile (or take the turn again on what is there now), carry out the effects, record the delivery with its
reply. All of it is kept, or none.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.commands import notices
from bot.domain.conversation import Conversation, Retention, expires_at, without_expired
from bot.domain.effects import Forget, Publish, Subscribe
from bot.domain.messages import Message, Place, Reply
from bot.domain.phrases import Phrases
from bot.domain.records import Person
from bot.domain.turn import Turn, TurnTaker
from bot.service.effect_handlers import apply_effect, person_of
from bot.service.error_location import error_location
from bot.service.overview import Overview, overview
from bot.service.ports import OutcomeUnknown, Store, StoreUnavailable, UnitOfWork

logger = logging.getLogger(__name__)

ATTEMPTS = 20  # as many people at most can press at the same instant; each attempt of one lets another one through


HandOver = Callable[[Reply, UnitOfWork], Awaitable[None]]
"""Takes a reply in the turn's own transaction, once it is there; for instance, to put it in the outbox."""

PostingCheck = Callable[[Place], Awaitable[str]]
"""Says why nothing can be posted in a place for the person, in words for them; empty: it can. Asked at the very moment
at which something is to be posted there, outside any transaction. May raise: then nothing is posted."""


class _Moved(Exception):
    """Somebody else moved the conversation, or took in this delivery, between our reading and our writing."""


class _Unasked(Exception):
    """Something is to be posted in `place`, and the surface has not said yet whether that is allowed."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


class _HandedOver(Exception):
    """The reply to this delivery was handed over before."""


class Session:
    """Answers messages and remembers. `woken` is called after a turn that put something in the outbox."""

    def __init__(
        self,
        advisor: TurnTaker,
        store: Store,
        *,
        retention: Retention = Retention(),  # noqa: B008  (frozen)
        clock: Callable[[], float] = time.time,
        woken: Callable[[], None] = lambda: None,
    ) -> None:
        self._advisor = advisor
        self._store = store
        self._retention = retention
        self._clock = clock
        self._woken = woken

    @property
    def phrases(self) -> Phrases:
        """What a surface says by itself, as the knowledge of the moment words it."""
        return self._advisor.phrases

    async def respond(self, message: Message, gate: PostingCheck | None = None) -> Reply:
        """The reply to `message`. Never raises: whatever fails, the person gets a notice with a reference. No gate:
        whoever asks may have posted."""
        try:
            return await self._settle(message, None, gate)
        except Exception as error:
            return self._notice_of(error)

    async def hand_over(self, message: Message, to: HandOver, gate: PostingCheck | None = None) -> Reply | None:
        """The same for a surface that sees to its reply itself, from the turn's own transaction on. None: it was handed
        over before. What was not handed over is a notice; and `to` is undone with a turn that fails."""
        try:
            return await self._settle(message, to, gate)
        except _HandedOver:
            return None
        except Exception as error:
            return self._notice_of(error)

    def opening(self, message: Message) -> Reply:
        """What is said to `message` where nothing was said before. It is no turn: nothing is read, and nothing kept."""
        return self._advisor.turn(message, Conversation()).reply

    async def overview(self, person: Person) -> Overview:
        """What the person has begun and got so far. Raises StoreUnavailable."""
        async with self._store.transaction() as unit:
            return await overview(person, unit, self._clock(), self._retention, self._advisor)

    async def _settle(self, message: Message, to: HandOver | None, gate: PostingCheck | None) -> Reply:
        failures, unknown = 0, False
        barred: dict[Place, str] | None = None if gate is None else {}
        for attempt in range(ATTEMPTS):
            try:
                async with self._store.transaction() as unit:
                    # Nearly every delivery is new. That one is not shows when its reply can't be kept: only then is the
                    # earlier one looked for.
                    if attempt and message.delivery and (earlier := await unit.deliveries.reply_to(message)):
                        return earlier
                    reply, has_effects = await self._take(message, to, unit, barred)
            except _Moved:
                continue
            except _Unasked as unasked:
                assert gate is not None and barred is not None  # noqa: S101
                barred[unasked.place] = await gate(unasked.place)
                continue
            except StoreUnavailable as error:
                failures += 1
                unknown = unknown or isinstance(error, OutcomeUnknown)
                # Once more, where it cannot count twice: a lost connection or a deadlock is gone the second time. That
                # also finds out whether a turn was kept of which the store did not say so.
                if failures > 1 or not message.delivery:
                    if unknown:
                        raise OutcomeUnknown(str(error)) from error
                    raise
                continue
            if has_effects:
                self._woken()
            return reply
        raise _Moved

    async def _take(
        self, message: Message, to: HandOver | None, unit: UnitOfWork, barred: Mapping[Place, str] | None
    ) -> tuple[Reply, bool]:
        now = message.at or self._clock()
        remembered = await unit.conversations.load(message.place, message.person)
        conversation = without_expired(remembered.conversation, now, self._retention)
        turn = await self._turn(message, conversation, unit)
        if barred is not None:
            turn = _allowed(self.phrases, turn, conversation, barred)
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
                raise _HandedOver if to else _Moved
        if to is not None:
            await to(reply, unit)
        return reply, bool(turn.effects)

    async def _turn(self, message: Message, conversation: Conversation, unit: UnitOfWork) -> Turn:
        """The turn, with what the message's route says has to be fetched for it."""
        route = self._advisor.route(message, conversation)
        if route.record and (record := await unit.recommendations.record(route.record, person_of(message))):
            message = replace(message, record=record)
        if route.thread and (asked := await unit.questions.in_thread(message.place)) and asked.state == "open":
            message = replace(message, open_question=asked.id)
        return self._advisor.turn(message, conversation, route)

    async def _save(self, message: Message, conversation: Conversation, version: int, unit: UnitOfWork) -> None:
        look_again_at = expires_at(conversation, conversation.moved_at, self._retention)
        saved = await unit.conversations.save(
            message.place, message.person, conversation, version=version, look_again_at=look_again_at
        )
        if not saved:
            raise _Moved

    def _notice_of(self, error: Exception) -> Reply:
        reference = secrets.token_hex(4)
        logger.error("turn failed: reference=%s error=%s at=%s", reference, _in_short(error), error_location(error))
        notice = notices.unsure if isinstance(error, OutcomeUnknown) else notices.failure
        return notice(self.phrases, reference)


def _allowed(say: Phrases, turn: Turn, before: Conversation, barred: Mapping[Place, str]) -> Turn:
    """`turn`, or, where it would post what must not be posted, one that says so and leaves everything as it was. Raises
    _Unasked."""
    for effect in turn.effects:
        if isinstance(effect, Publish | Subscribe):
            if effect.place not in barred:
                raise _Unasked(effect.place)
            if why := barred[effect.place]:
                return Turn(notices.barred(say, why, turn.reply.reference), before)
    return turn


def _in_short(error: Exception) -> str:
    """The text of an exception can hold what the person wrote, so it is shown only where it is known not to."""
    return f"MemoryUnavailable({error})" if isinstance(error, StoreUnavailable) else type(error).__name__
