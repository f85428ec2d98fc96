"""Drafts of what is posted in channels: a curated answer or a recommendation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.answering.citing import without_marks
from bot.answering.replies import Responder
from bot.domain.effects import Post
from bot.domain.messages import Reply
from bot.domain.records import Subscription
from bot.knowledge.model import KnowledgeBase

ANSWER, RECORD = "answer", "record"  # what a share command names


class PostDrafts:
    """Drafts posts. `recommend`: the reply for a stored recommendation; raises ValueError if it can't be read."""

    def __init__(self, knowledge: KnowledgeBase, responder: Responder, recommend: Callable[[str], Reply]) -> None:
        self.knowledge = knowledge
        self._responder = responder
        self._recommend = recommend
        self._say = knowledge.phrases

    def answer(self, entry: str) -> Post | None:
        """The post of a curated answer; None if `entry` is none."""
        found = self.knowledge.answers.get(entry)
        if found is None or found.kind != "answer":
            return None
        return replace(self._drawn(self._responder.entry(found)), entry=entry)

    def recommendation(self, id: str, record: str) -> Post | None:
        """The post of the recommendation `id`; None if its `record` can't be read (any more)."""
        try:
            reply = self._recommend(record)
        except ValueError:
            return None
        return replace(self._drawn(reply), record=id)

    def subscribed(self, entry: str, subscription: Subscription) -> Post:
        """The post of a subscription: names who set it up, how often it comes and how to stop it.

        Raises LookupError if `entry` is no curated answer.
        """
        post = self.answer(entry)
        if post is None:
            raise LookupError(entry)
        how = f"{self._say('post-how-to-ask')} {self._say('post-stop')}"
        return replace(post, shared_by=subscription.person, cadence=subscription.cadence, how_to_ask=how)

    def subscribable(self) -> tuple[str, ...]:
        """Ids of the answers that a subscription brings in turn: those with claims, none of them promotional."""
        claims = self.knowledge.claims
        return tuple(
            entry.id
            for entry in self.knowledge.answers.values()
            if entry.kind == "answer" and entry.claims and not any(claims[claim].promotion for claim in entry.claims)
        )

    def redrawn(self, post: Post, day: str) -> Post | None:
        """`post` with the present text of its entry, updated on `day` (ISO date).

        None if the text is the same, or if the post has no entry (any more): recommendations are never updated.
        """
        # Without the verdict: it was found for the text of that time.
        fresh = self.answer(post.entry) if post.entry else None
        if fresh is None or _content(fresh) == _content(post):
            return None
        own = {"shared_by": post.shared_by, "note": post.note, "cadence": post.cadence, "how_to_ask": post.how_to_ask}
        return replace(fresh, updated=day, **own)  # type: ignore[arg-type]

    def _drawn(self, reply: Reply) -> Post:
        return Post(
            reply.title,
            reply.body,
            reply.citations,
            reply.disclosure,
            how_to_ask=self._say("post-how-to-ask"),
            knowledge=self.knowledge.version,
        )


def _content(post: Post) -> tuple[object, ...]:
    """What makes a post read differently; the marks of citations do not."""
    claims = [(citation.claim, citation.says, citation.at) for citation in post.citations]
    return post.title, without_marks(post.body), claims, post.disclosure
