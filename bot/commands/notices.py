"""Notices: replies outside of turns, on failures, refusals, deletions, and on what became of posts and questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.bounds import LONGEST
from bot.domain.effects import Cadence
from bot.domain.messages import Bullets, Choice, Paragraph, Reply
from bot.domain.phrases import Phrases
from bot.domain.records import DeletionCounts, StoredPost


def failure(say: Phrases, reference: str) -> Reply:
    """The message was not taken in. `reference` is in the log line of the failure."""
    how_to_report = say("notice-failure-reference", reference=reference)
    return _notice(reference, say("notice-failure-title"), say("notice-failure"), how_to_report)


def read_in_part(say: Phrases, reply: Reply) -> Reply:
    """`reply` with a paragraph that says that the message was truncated."""
    return replace(reply, body=(*reply.body, Paragraph(say("notice-read-in-part", most=f"{LONGEST:,}"))))


def files_unread(say: Phrases, reply: Reply) -> Reply:
    """`reply` with a paragraph that says that files are not read."""
    return replace(reply, body=(*reply.body, Paragraph(say("notice-files"))))


def only_files(say: Phrases) -> Reply:
    """The reply to files without a text, to be passed to `files_unread`."""
    return _notice("", say("notice-files-title"))


def slow_down(say: Phrases, most: int) -> Reply:
    """The person has sent more than `most` messages within a minute."""
    return _notice("", say("notice-slow-down-title"), say("notice-slow-down", most=most), say("notice-slow-down-wait"))


def crowded(say: Phrases) -> Reply:
    """The message was not taken in because of the load by others."""
    return _notice("", say("notice-crowded-title"), say("notice-crowded"))


def busy(say: Phrases) -> Reply:
    """The message was not taken in, as more of them come than can be answered at the moment."""
    return _notice("", say("notice-busy-title"), say("notice-busy"))


def unsure(say: Phrases, reference: str) -> Reply:
    """It is unknown whether the message was taken in."""
    how_to_report = say("notice-failure-reference", reference=reference)
    return _notice(reference, say("notice-unsure-title"), say("notice-unsure"), how_to_report)


def not_shown(say: Phrases, reference: str) -> Reply:
    """The message was taken in, and its reply could not be shown."""
    how_to_report = say("notice-failure-reference", reference=reference)
    return _notice(reference, say("notice-not-shown-title"), say("notice-not-shown"), how_to_report)


def not_yours(say: Phrases, reference: str) -> Reply:
    return _notice(reference, say("notice-not-yours-title"), say("notice-not-yours"))


def not_there(say: Phrases, reference: str) -> Reply:
    return _notice(reference, say("notice-gone-title"), say("notice-gone"))


def relayed(say: Phrases, reference: str) -> Reply:
    return _notice(reference, say("relay-done-title"), say("relay-done"))


def relayed_too(say: Phrases, reference: str) -> Reply:
    """A further answer to a question was passed on."""
    return _notice(reference, say("relay-done-title"), say("relay-done-too"))


def posted(say: Phrases, id: str, link: str) -> Reply:
    """The post `id` was posted. `link`: its address, or empty."""
    return Reply(
        kind="notice",
        title=say("post-arrived-title"),
        choices=(Choice(say("post-take-back"), f"retract:{id}", style="danger"),),
        reference=id,
        link=link,
    )


def post_unsure(say: Phrases, reference: str) -> Reply:
    """It is unknown whether the post arrived."""
    return _notice(reference, say("post-unsure-title"), say("post-unsure"), say("post-unsure-again"))


def again(say: Phrases, post: StoredPost) -> tuple[Choice, ...]:
    """The button that sends the post again."""
    return (Choice(say("post-again"), f"again:{post.id}"),)


def taking_back(say: Phrases, reference: str) -> Reply:
    """The post is being deleted. Whether that worked is known later."""
    return _notice(reference, say("post-taking-back-title"), say("post-taking-back"))


def not_deleted(say: Phrases, reference: str, id: str) -> Reply:
    """The post `id` was to be taken back and could not be deleted."""
    told = _notice(reference, say("post-not-deleted-title"), say("post-not-deleted"), say("post-not-deleted-then"))
    return replace(told, choices=(Choice(say("post-take-back"), f"retract:{id}"),))


def not_taken_back(say: Phrases, reference: str) -> Reply:
    return _notice(
        reference, say("post-not-taken-back-title"), say("post-not-taken-back"), say("post-not-taken-back-look")
    )


def question_unsure(say: Phrases, reference: str) -> Reply:
    return _notice(reference, say("ask-unsure-title"), say("ask-unsure"), say("ask-unsure-wait"))


def maybe_above(say: Phrases, reply: Reply) -> Reply:
    """`reply` in private, with a paragraph that says that it may stand in the channel already."""
    return replace(reply, body=(Paragraph(say("notice-maybe-above")), *reply.body))


def maybe_twice(say: Phrases, reply: Reply) -> Reply:
    """`reply` once more where it was sent to, with a paragraph that says that it may stand there already."""
    return replace(reply, body=(Paragraph(say("notice-maybe-twice")), *reply.body))


def look_above(say: Phrases) -> Reply:
    """Says in the channel that the reply may stand there already, where the person can't be told in private."""
    return _notice("", say("notice-look-above-title"), say("notice-look-above"))


def posts(say: Phrases, kept: Sequence[StoredPost], reference: str) -> Reply:
    """The posts of a person, each with a button to take it back."""
    if not kept:
        return _notice(reference, say("posts-title"), say("posts-none"))
    return Reply(
        kind="notice",
        title=say("posts-title"),
        body=(Bullets(tuple(post.post.title for post in kept)),),
        choices=tuple(choice for post in kept for choice in _of_post(say, post)),
        reference=reference,
    )


def _of_post(say: Phrases, post: StoredPost) -> tuple[Choice, ...]:
    taken_back = Choice(say("post-take-back-titled", title=post.post.title), f"retract:{post.id}")
    if post.state != "unsure":
        return (taken_back,)
    return taken_back, Choice(say("post-again-titled", title=post.post.title), f"again:{post.id}")


def not_subscribed(say: Phrases, reference: str) -> Reply:
    return _notice(reference, say("subscribe-nothing-title"), say("subscribe-nothing"))


def not_stopped(say: Phrases, reference: str) -> Reply:
    return _notice(
        reference, say("subscribe-refused-title"), say("subscribe-refused-person"), say("subscribe-refused-channel")
    )


_ENDED: dict[Cadence, str] = {"daily": "subscribe-ended-daily", "weekly": "subscribe-ended-weekly"}


def subscription_ended(say: Phrases, reference: str, cadence: Cadence) -> Reply:
    ended = _notice(reference, say("subscribe-ended-title"), say(_ENDED[cadence]), say("subscribe-ended-why"))
    return replace(ended, choices=(Choice(say("subscribe-ended-again"), "subscribe"),))


def not_posted(say: Phrases, reference: str) -> Reply:
    return _notice(reference, say("post-failed-title"), say("post-failed"))


def not_asked(say: Phrases, reference: str) -> Reply:
    return _notice(reference, say("ask-failed-title"), say("ask-failed"))


def not_relayed(say: Phrases, reference: str) -> Reply:
    return _notice(reference, say("relay-failed-title"), say("relay-failed"))


# Fields of DeletionCounts, each with its phrase in the singular and in the plural.
_DELETED = {
    "conversations": ("forgotten-conversation", "forgotten-conversations"),
    "deliveries": ("forgotten-delivery", "forgotten-deliveries"),
    "recommendations": ("forgotten-recommendation", "forgotten-recommendations"),
    "votes": ("forgotten-vote", "forgotten-votes"),
    "questions": ("forgotten-question", "forgotten-questions"),
    "posts": ("forgotten-post", "forgotten-posts"),
    "subscriptions": ("forgotten-subscription", "forgotten-subscriptions"),
}


def forgotten(say: Phrases, counts: DeletionCounts, reference: str) -> Reply:
    """How much was deleted, by kind."""
    numbers = {name: getattr(counts, name) for name in _DELETED}
    items = tuple(say(_DELETED[name][count > 1], count=count) for name, count in numbers.items() if count)
    if not items:
        return replace(_notice(reference, say("forgotten-title"), say("forgotten-nothing")), forgets=True)
    body = (Paragraph(say("forgotten-list")), Bullets(items))
    return Reply(kind="notice", title=say("forgotten-title"), body=body, reference=reference, forgets=True)


def barred(say: Phrases, why: str, reference: str) -> Reply:
    """The surface refused to post. `why`: its reason, and what to do, as people read it."""
    return _notice(reference, say("notice-barred-title"), why)


def _notice(reference: str, title: str, *paragraphs: str) -> Reply:
    return Reply("notice", title, body=tuple(Paragraph(text) for text in paragraphs), reference=reference)
