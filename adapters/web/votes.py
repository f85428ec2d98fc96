"""Votes as the page draws them: two buttons that stay pressed, and below them the reasons for a "no"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from adapters.transcripts import Exchange, Store
from bot.commands.feedback import reasons, votes_in
from bot.domain.effects import Vote
from bot.domain.messages import Choice, Reply
from bot.domain.phrases import Phrases
from bot.domain.records import Person
from bot.service.ports import StoreUnavailable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class VoteButtons:
    """`vote`: what the person said before, if anything. `reasons`: to pick one from, where a "no" has none yet."""

    helpful: Choice
    unhelpful: Choice
    vote: Vote | None
    reasons: tuple[Choice, ...] = ()


def vote_buttons(say: Phrases, reply: Reply, vote: Vote | None) -> VoteButtons | None:
    """The buttons below a reply; None if it is not voted on."""
    if not votes_in(reply.tools):
        return None
    helpful, unhelpful = votes_in(reply.tools)
    is_open = vote is not None and not vote.helpful and not vote.reason
    return VoteButtons(helpful, unhelpful, vote, reasons(say, reply.reference, reply.entry) if is_open else ())


def voted_on(say: Phrases, command: str | None, exchanges: Sequence[Exchange]) -> Exchange | None:
    """The exchange whose reply `command` votes on; None if it is no vote, or on none of these."""
    for exchange in exchanges:
        reply = exchange.reply
        if votes := votes_in(reply.tools):
            offered = (*votes, *reasons(say, reply.reference, reply.entry))
            if any(choice.command == command for choice in offered):
                return exchange
    return None


async def votes_on(store: Store, person: str, exchanges: Sequence[Exchange]) -> Mapping[str, Vote]:
    """The person's votes on the replies, by reference; none if the store does not answer, so that the page still
    works."""
    references = [exchange.reply.reference for exchange in exchanges if votes_in(exchange.reply.tools)]
    if not references:
        return {}
    try:
        async with store.transaction() as unit:
            return await unit.feedback.of(Person("web", "", person), references)
    except StoreUnavailable as error:
        log.warning("web.votes_not_read", error=str(error))
        return {}
