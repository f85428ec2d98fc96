"""What the session says itself: when something failed, when something is not allowed, and what was forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.bounds import LONGEST
from bot.domain.effects import Cadence
from bot.domain.messages import Bullets, Choice, Paragraph, Reply
from bot.domain.records import DeletionCounts, StoredPost


def failure(reference: str) -> Reply:
    """For the person, where nothing was kept of their message: plain words, and the reference under which the operator
    finds the log line."""
    return Reply(
        kind="notice",
        title="That did not work",
        body=(
            Paragraph("Something went wrong here, and your message was not taken in. Please try again in a minute."),
            Paragraph(f"If it keeps happening, tell whoever runs this advisor the reference {reference}."),
        ),
        reference=reference,
    )


def read_in_part(reply: Reply) -> Reply:
    """`reply`, and that it is one to the beginning of what was sent."""
    return replace(reply, body=(*reply.body, Paragraph(f"I read the first {LONGEST:,} characters of what you sent.")))


def slow_down(most: int) -> Reply:
    """For somebody who sent more than `most` messages within a minute."""
    return Reply(
        kind="notice",
        title="Please slow down",
        body=(
            Paragraph(f"That was more than {most} messages in a minute. The last one was not taken in."),
            Paragraph("Wait a minute, then send it again."),
        ),
    )


def crowded() -> Reply:
    """For somebody whose message was not taken in because of what others send."""
    return Reply(
        kind="notice",
        title="Too many people are writing at once",
        body=(Paragraph("Your message was not taken in. Wait a minute, then send it again."),),
    )


def unsure(reference: str) -> Reply:
    """Where it is not known whether the message was taken in."""
    return Reply(
        kind="notice",
        title="Something did not work",
        body=(
            Paragraph("I can't tell whether your message was taken in. See whether it had its effect, then try again."),
            Paragraph(f"If it keeps happening, tell whoever runs this advisor the reference {reference}."),
        ),
        reference=reference,
    )


def not_shown(reference: str) -> Reply:
    """Where the message was taken in, and its reply could not be shown where it belongs."""
    return Reply(
        kind="notice",
        title="Something did not work",
        body=(
            Paragraph("Your message was taken in, but what came of it may not have shown. If you miss it, ask again."),
            Paragraph(f"If it keeps happening, tell whoever runs this advisor the reference {reference}."),
        ),
        reference=reference,
    )


def not_yours(reference: str) -> Reply:
    return Reply(
        kind="notice",
        title="That is not yours to take back",
        body=(Paragraph("Only the person who shared a post can take it back."),),
        reference=reference,
    )


def not_there(reference: str) -> Reply:
    return Reply(
        kind="notice",
        title="That is not there any more",
        body=(Paragraph("The post or question is gone, or was dealt with already."),),
        reference=reference,
    )


def relayed(reference: str) -> Reply:
    return Reply(
        kind="notice",
        title="Passed on",
        body=(Paragraph("The person who asked gets this answer, as yours."),),
        reference=reference,
    )


def relayed_before(reference: str) -> Reply:
    return Reply(
        kind="notice",
        title="This question has its answer",
        body=(Paragraph("One answer was passed on already. This one was not."),),
        reference=reference,
    )


def posted(id: str, link: str) -> Reply:
    """For whoever shared the post `id`; `link` is where it stands, empty where the platform has no addresses."""
    return Reply(
        kind="notice",
        title="Your post is there",
        choices=(Choice("Take it back", f"retract:{id}", style="danger"),),
        reference=id,
        link=link,
    )


def post_unsure(reference: str) -> Reply:
    """For whoever shared it, or set up the subscription that it belongs to."""
    look = "I posted it, but never heard whether it got there. Look in the channel, please."
    return Reply(
        kind="notice",
        title="Your post may stand there already",
        body=(Paragraph(look), Paragraph("If it is not there, I can post it again.")),
        reference=reference,
    )


def again(post: StoredPost) -> tuple[Choice, ...]:
    return (Choice("Post it again", f"again:{post.id}"),)


def not_taken_back(reference: str) -> Reply:
    look = "I never heard whether your post got there, so I can't take it away."
    ask = "Look in the channel. If it stands there, ask somebody who may delete messages there. I don't post it again."
    return Reply(
        kind="notice",
        title="It may still stand there",
        body=(Paragraph(look), Paragraph(ask)),
        reference=reference,
    )


def question_unsure(reference: str) -> Reply:
    return Reply(
        kind="notice",
        title="Your question may have got there",
        body=(
            Paragraph(
                "I sent it to the experts' channel, but never heard whether it arrived, so I don't send it twice."
            ),
            Paragraph("If nobody answers, ask them directly, or pass the question on once more."),
        ),
        reference=reference,
    )


MAYBE_ABOVE = "This may stand in the channel already, where you asked: I never heard whether it got there."


def maybe_above(reply: Reply) -> Reply:
    """`reply`, which may stand where it was asked for, for the person alone."""
    return replace(reply, body=(Paragraph(MAYBE_ABOVE), *reply.body))


def look_above() -> Reply:
    """In its place, where the person can't be told alone."""
    body = (Paragraph("I never heard whether it got there. If you don't see it, ask me again."),)
    return Reply(kind="notice", title="My answer may stand above already", body=body)


def posts(kept: Sequence[StoredPost], reference: str) -> Reply:
    """What a person has shared, newest first, each with a way to take it back."""
    if not kept:
        nothing = Paragraph("You have shared nothing that still stands.")
        return Reply(kind="notice", title="Your posts", body=(nothing,), reference=reference)
    return Reply(
        kind="notice",
        title="Your posts",
        body=(Bullets(tuple(post.post.title for post in kept)),),
        choices=tuple(choice for post in kept for choice in _of_post(post)),
        reference=reference,
    )


def _of_post(post: StoredPost) -> tuple[Choice, ...]:
    title = f"“{post.post.title}”"
    taken_back = Choice(f"Take back {title}", f"retract:{post.id}")
    return (taken_back, Choice(f"Post {title} again", f"again:{post.id}")) if post.state == "unsure" else (taken_back,)


def not_subscribed(reference: str) -> Reply:
    return Reply(
        kind="notice",
        title="Nothing to stop",
        body=(Paragraph("No recommendations are set up for this channel."),),
        reference=reference,
    )


def not_stopped(reference: str) -> Reply:
    return Reply(
        kind="notice",
        title="Nothing was stopped",
        body=(
            Paragraph("If that channel gets recommendations, they can be stopped by the person who set them up."),
            Paragraph("Anybody in the channel can stop them too: mention me there with the word unsubscribe."),
        ),
        reference=reference,
    )


def subscription_ended(reference: str, cadence: Cadence) -> Reply:
    often = {"daily": "day", "weekly": "week"}[cadence]
    return Reply(
        kind="notice",
        title="The recommendations have stopped",
        body=(
            Paragraph(f"You set up one recommendation a {often} for a channel, and I could not post the last one."),
            Paragraph(
                "Perhaps I am not in that channel any more, or may not write in it. Bring me back, then set it up."
            ),
        ),
        choices=(Choice("Set it up again", "subscribe"),),
        reference=reference,
    )


def not_posted(reference: str) -> Reply:
    return Reply(
        kind="notice",
        title="Your post did not get there",
        body=(Paragraph("I could not post it. Perhaps I am not in that channel, or may not write in it."),),
        reference=reference,
    )


def not_asked(reference: str) -> Reply:
    return Reply(
        kind="notice",
        title="Your question did not get there",
        body=(Paragraph("I could not send it to the experts' channel. Please ask them directly."),),
        reference=reference,
    )


def not_relayed(reference: str) -> Reply:
    return Reply(
        kind="notice",
        title="Your answer did not get there",
        body=(Paragraph("I could not reach the person who asked this. Please tell them directly."),),
        reference=reference,
    )


_NAMES = (
    ("conversations", "conversation", "conversations"),
    ("deliveries", "message I had replied to", "messages I had replied to"),
    ("recommendations", "recommendation", "recommendations"),
    ("votes", "vote", "votes"),
    ("questions", "question to an expert", "questions to experts"),
    ("posts", "post that no longer names you", "posts that no longer name you"),
    ("subscriptions", "subscription that no longer names you", "subscriptions that no longer name you"),
)


def forgotten(counts: DeletionCounts, reference: str) -> Reply:
    items = tuple(
        f"{count} {one if count == 1 else many}" for name, one, many in _NAMES if (count := getattr(counts, name))
    )
    if not items:
        body: tuple[Paragraph | Bullets, ...] = (Paragraph("Nothing was kept about you."),)
    else:
        body = (Paragraph("Deleted, or no longer under your name:"), Bullets(items))
    return Reply(kind="notice", title="Forgotten", body=body, reference=reference, forgets=True)


def barred(why: str, reference: str) -> Reply:
    """`why`: the surface's own words for what keeps the person from it, and what to do."""
    body = (Paragraph(why),)
    return Reply(kind="notice", title="Nothing was done", body=body, reference=reference)
