"""Effect handlers: rows are written in the turn's own transaction, messages to platforms are put in the outbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.commands import notices
from bot.domain.daily_counts import counts_of_vote
from bot.domain.effects import (
    AskExpert,
    Effect,
    Forget,
    Keep,
    ListPosts,
    Post,
    PostAgain,
    Publish,
    PublishNext,
    Refresh,
    Relay,
    Retract,
    Subscribe,
    Unanswered,
    Unsubscribe,
    Vote,
    identity,
)
from bot.domain.messages import Message, Place, Reply
from bot.domain.outbox import ExpertAnswer, ExpertQuestion, Notice, OutboxItem, Replied
from bot.domain.phrases import Phrases
from bot.domain.records import (
    DeletionCounts,
    Person,
    PostState,
    ShownReply,
    StoredPost,
    StoredQuestion,
    Subscription,
    owner_of,
)
from bot.service.ports import AT_ONCE, UnitOfWork

RemoveNames = Callable[[str], str]
"""Takes the names of people out of a text before it is stored: `bot.domain.turn.TurnTaker.without_names`."""


def person_of(message: Message) -> Person:
    return Person(message.place.surface, message.place.tenant, message.person)


def utc_date(at: float) -> str:
    """The ISO date in UTC of a time in seconds since 1970."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


async def apply_effect(
    say: Phrases,
    effect: Effect,
    message: Message,
    reply: Reply,
    unit: UnitOfWork,
    now: float,
    without_names: RemoveNames,
) -> Reply:
    """Carry out `effect` within `unit`. Returns `reply`, or another one where the effect is refused or impossible."""
    match effect:
        case Unanswered():
            await unit.gaps.add(replace(effect, question=without_names(effect.question)), day=utc_date(now))
        case Vote():
            before = await unit.feedback.vote(person_of(message), effect, now)
            if counts := counts_of_vote(effect.helpful, before):
                await unit.counts.add(utc_date(now), counts)
        case Keep(id, record, knowledge):
            await unit.recommendations.keep(id, person_of(message), record, knowledge, now)
        case Publish(id, place, post):
            if await unit.posts.add(StoredPost(id, place, message.person, post, at=now, asked_in=message.place)):
                await unit.outbox.put(OutboxItem(id, "send", place, subject=id, content=post), AT_ONCE)
        case PublishNext(id, place, posts):
            post = await _next(posts, place, unit)
            await apply_effect(say, Publish(id, place, post), message, reply, unit, now, without_names)
            return replace(reply, title=post.title, entry=post.entry)
        case PostAgain():
            return await _post_again(say, effect, message, reply, unit)
        case Retract(id):
            return await _retract(say, id, message, reply, unit)
        case Refresh():
            return reply if await refresh(effect, unit) else notices.not_there(say, reply.reference)
        case ListPosts():
            return notices.posts(say, await unit.posts.of(person_of(message)), reply.reference)
        case AskExpert(id, question, to):
            if await unit.questions.add(StoredQuestion(id, message.place, message.person, to, question, at=now)):
                asked = ExpertQuestion(id, question, asked_by=message.person)
                await unit.outbox.put(OutboxItem(id, "send", to, subject=id, content=asked), AT_ONCE)
        case Relay():
            return await _relay(say, effect, message, reply, unit, now, without_names)
        case Subscribe(place, cadence):
            await unit.subscriptions.put(Subscription(place, cadence, message.person, next_at=now))
        case Unsubscribe(place):
            return await _unsubscribe(say, place, message, reply, unit)
        case Forget():
            return notices.forgotten(say, await forget(person_of(message), unit), reply.reference)
    return reply


async def _next(posts: Sequence[Post], place: Place, unit: UnitOfWork) -> Post:
    """The first of `posts` whose entry does not stand in `place`; else the one posted there longest ago."""
    last = {kept.post.entry: kept.at for kept in await unit.posts.standing() if kept.place == place}
    return min(posts, key=lambda post: last.get(post.entry, -1.0))


async def _post_again(say: Phrases, effect: PostAgain, message: Message, reply: Reply, unit: UnitOfWork) -> Reply:
    """Idempotent: a second press finds the post waiting and sends nothing."""
    kept = await unit.posts.get(effect.id)
    if kept is None or kept.state != "unsure":
        return notices.not_there(say, reply.reference)
    if not kept.person or owner_of(kept) != person_of(message):
        return notices.not_yours(say, reply.reference)
    await unit.posts.change(kept.id, state="waiting")
    item = OutboxItem(f"{kept.id}-{effect.attempt}", "send", kept.place, subject=kept.id, content=kept.post)
    await unit.outbox.put(item, AT_ONCE)
    return reply


async def _retract(say: Phrases, id: str, message: Message, reply: Reply, unit: UnitOfWork) -> Reply:
    kept = await unit.posts.get(id)
    if kept is None or kept.state in ("retracted", "failed"):
        return notices.not_there(say, reply.reference)
    if not kept.person or owner_of(kept) != person_of(message):
        return notices.not_yours(say, reply.reference)
    withdrawn = await unit.outbox.withdraw(id)
    unsaid = replace(kept.post, note="")  # the person's own words go with the post
    await unit.posts.change(id, state="retracted", post=unsaid)
    if withdrawn:
        return reply
    away = f"{id}-retract-{identity(message)}"  # an attempt that failed may be followed by another
    await unit.outbox.put(OutboxItem(away, "delete", kept.place, subject=id), AT_ONCE)
    tell = notices.not_taken_back if kept.state == "unsure" else notices.taking_back
    return tell(say, reply.reference)


async def refresh(effect: Refresh, unit: UnitOfWork) -> bool:
    """Replace the content of a post that is in its channel. Returns False where it is not there (any more)."""
    kept = await unit.posts.get(effect.id)
    if kept is None or kept.state != "posted":
        return False
    await unit.posts.change(effect.id, state="posted", post=effect.post)
    item_id = f"{effect.id}-{effect.post.knowledge or effect.post.updated}"
    await unit.outbox.put(OutboxItem(item_id, "update", kept.place, subject=effect.id, content=effect.post), AT_ONCE)
    return True


async def forget(person: Person, unit: UnitOfWork) -> DeletionCounts:
    """Delete the person's data, take their name out of their posts, and their questions out of the experts' channel.

    Called for the command, and by a surface that is told that the person has left. Returns how many of each there were.
    """
    shared = await unit.posts.of(person, limit=None)
    asked = await unit.questions.of(person)
    unsent = {question.id for question in asked if await unit.outbox.withdraw(question.id)}
    forgotten = await unit.forget(person)
    for question in asked:
        if question.id not in unsent or question.reference:
            away = OutboxItem(f"{question.id}-forgotten", "delete", question.to, subject=question.id)
            await unit.outbox.put(away, AT_ONCE)
    for post in shared:
        unnamed = await unit.posts.get(post.id)
        if unnamed is not None:  # the update is sent after a post that is still waiting
            item = OutboxItem(f"{post.id}-unnamed", "update", post.place, subject=post.id, content=unnamed.post)
            await unit.outbox.put(item, AT_ONCE)
    return forgotten


async def _unsubscribe(say: Phrases, place: Place, message: Message, reply: Reply, unit: UnitOfWork) -> Reply:
    """Reveals whether a channel has a subscription only to its owner and to members of that channel."""
    kept = await unit.subscriptions.get(place)
    if kept is not None and Person(place.surface, place.tenant, kept.person) == person_of(message):
        await unit.subscriptions.remove(place)
        return reply
    if replace(message.place, thread="") != replace(place, thread=""):
        return notices.not_stopped(say, reply.reference)
    return reply if await unit.subscriptions.remove(place) else notices.not_subscribed(say, reply.reference)


async def _relay(
    say: Phrases,
    effect: Relay,
    message: Message,
    reply: Reply,
    unit: UnitOfWork,
    now: float,
    without_names: RemoveNames,
) -> Reply:
    """Accepts an answer only from the channel that the question was sent to: an id alone proves nothing."""
    kept = await unit.questions.get(effect.id)
    if kept is None or not kept.person or replace(kept.to, thread="") != replace(message.place, thread=""):
        return notices.not_there(say, reply.reference)
    first = await unit.questions.answered(effect.id)
    told = ExpertAnswer(kept.question, effect.answer, effect.answered_by, asked_by=kept.person)
    item_id = f"{effect.id}-relay" if first else f"{effect.id}-relay-{identity(message)}"
    await unit.outbox.put(OutboxItem(item_id, "send", kept.place, subject=effect.id, content=told), AT_ONCE)
    if not first:
        return notices.relayed_too(say, reply.reference)
    gap = Unanswered(without_names(kept.question), kind="asked")
    await unit.gaps.add(gap, day=utc_date(now), answer=without_names(effect.answer))
    return reply


async def on_sent(say: Phrases, item: OutboxItem, reference: str, link: str, unit: UnitOfWork) -> None:
    """Record that `item` was sent. `reference`: the platform's id of the message; `link`: its address, or empty."""
    match item.content:
        case Post():
            kept = await unit.posts.get(item.subject)
            if kept is not None:
                taken_back: PostState = "retracted"  # while it was being sent
                state = taken_back if kept.state == taken_back else "posted"
                await unit.posts.change(item.subject, state=state, reference=reference)
                if state == "posted" and kept.person and kept.asked_in:
                    await _notify(kept.person, kept.asked_in, notices.posted(say, kept.id, link), unit)
        case ExpertQuestion():
            await unit.questions.posted(item.subject, reference)
        case None if reference:
            await unit.questions.posted(item.subject, reference)


async def on_shown(item: OutboxItem, reference: str, unit: UnitOfWork, at: float) -> None:
    """Record which reply the message `reference` shows, where the platform's own buttons vote on it."""
    match item.content:
        case Notice(reply, person, rated=True) if reference:
            await unit.shown_replies.add(
                ShownReply(item.place, reference, person, reply.reference, reply.entry or "", at)
            )


async def sent_message_id(subject: str, unit: UnitOfWork) -> str | None:
    """The platform's id of the message of the post or question `subject`; None where none was sent."""
    kept = await unit.posts.get(subject) or await unit.questions.get(subject)
    return kept.reference or None if kept else None


async def on_given_up(say: Phrases, item: OutboxItem, unit: UnitOfWork) -> None:
    """Tell the person concerned that `item` could not be sent, or that a post of theirs could not be deleted."""
    if item.action == "delete":
        return await _on_not_deleted(say, item, unit)
    match item.content:
        case Post():
            post = await unit.posts.get(item.subject)
            if post is not None:
                await unit.posts.change(item.subject, state="failed")
                if post.person and post.asked_in:
                    await _notify(post.person, post.asked_in, notices.not_posted(say, post.id), unit)
                elif post.post.cadence is not None:
                    await _end_subscription(say, item, unit)
        case ExpertQuestion():
            question = await unit.questions.get(item.subject)
            if question is not None and question.person:
                await unit.questions.answered(question.id)
                await _notify(question.person, question.place, notices.not_asked(say, question.id), unit)
        case ExpertAnswer(answered_by=expert):
            question = await unit.questions.get(item.subject)
            if question is not None and expert:
                thread = replace(question.to, thread=question.reference)
                await _notify(expert, thread, notices.not_relayed(say, item.id), unit)


async def _on_not_deleted(say: Phrases, item: OutboxItem, unit: UnitOfWork) -> None:
    """The post that was to be taken back still stands, and can be taken back again."""
    post = await unit.posts.get(item.subject)
    if post is None or post.state != "retracted" or not post.reference:
        return
    await unit.posts.change(post.id, state="posted")
    if post.person and post.asked_in:
        await _notify(post.person, post.asked_in, notices.not_deleted(say, f"{item.id}-failed", post.id), unit)


async def on_outcome_unknown(say: Phrases, item: OutboxItem, unit: UnitOfWork) -> None:
    """Settle an item that may have arrived, cannot be looked up, and must not be shown to others twice.

    It is not sent again. The person concerned is told so, or gets the content in private, where twice is better than
    never.
    """
    match item.content:
        case Post():
            post = await unit.posts.get(item.subject)
            if post is None:
                return
            taken_back = post.state == "retracted"
            if not taken_back:
                await unit.posts.change(post.id, state="unsure")
            if not post.person:
                return
            told = (notices.not_taken_back if taken_back else notices.post_unsure)(say, f"{item.id}-unsure")
            if not taken_back:
                told = replace(told, choices=notices.again(say, post))
            await _notify(post.person, post.asked_in or post.place, told, unit, directly=post.asked_in is None)
        case ExpertQuestion(id=id):
            question = await unit.questions.get(id)
            if question is not None and question.person:
                await _notify(question.person, question.place, notices.question_unsure(say, f"{id}-unsure"), unit)
        case ExpertAnswer():
            alone = replace(item.content, directly=True)
            again = OutboxItem(f"{item.id}-alone", "send", item.place, subject=item.subject, content=alone)
            await unit.outbox.put(again, AT_ONCE)
        case Replied(reply, _, person) | Notice(reply, person, False):
            if person:
                told, below = notices.maybe_above(say, reply), notices.look_above(say)
                notice = Notice(told, person, directly=True, otherwise=below)
                again = OutboxItem(f"{item.id}-alone", "send", item.place, f"{item.id}-alone", notice)
                await unit.outbox.put(again, AT_ONCE)


def sent_again(say: Phrases, item: OutboxItem) -> OutboxItem:
    """`item` as it is sent once more, to one person, after it may have arrived."""
    match item.content:
        case Notice(reply) | Replied(reply) as content:
            return replace(item, content=replace(content, reply=notices.maybe_twice(say, reply)))
    return item


async def _end_subscription(say: Phrases, item: OutboxItem, unit: UnitOfWork) -> None:
    """Remove the subscription whose post could not be sent, and tell its owner."""
    kept = await unit.subscriptions.get(item.place)
    if kept is None:
        return
    await unit.subscriptions.remove(kept.place)
    if kept.person:
        ended = notices.subscription_ended(say, item.id, kept.cadence)
        await _notify(kept.person, kept.place, ended, unit, directly=True)


async def _notify(person: str, place: Place, reply: Reply, unit: UnitOfWork, *, directly: bool = False) -> None:
    item_id = f"{reply.reference}-notice"
    await unit.outbox.put(OutboxItem(item_id, "send", place, item_id, Notice(reply, person, directly)), AT_ONCE)
