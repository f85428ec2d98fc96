"""What the outbox carries, as cards: recommendations in channels, questions to experts and their answers."""

from __future__ import annotations

from typing import Any

from adapters.teams.cards import draw
from bot.domain.effects import Post
from bot.domain.messages import Field, Form, Heading, Paragraph, Reply
from bot.domain.outbox import Content, ExpertAnswer, ExpertQuestion, Notice, Replied

SOMEBODY = "A colleague"  # where Teams does not tell the name


def reply_of(content: Content, name: str) -> Reply:
    """`content` as a reply to be drawn. `name`: who shared, asked or answered; nothing in it gets live."""
    match content:
        case Post():
            return _post(content, name)
        case Notice(reply, _) | Replied(reply, _, _):
            return reply
        case ExpertQuestion(id, question, _):
            return Reply(
                "notice",
                f"{name or SOMEBODY} asks",
                body=(
                    Paragraph(question),
                    Paragraph("Answer here, or mention me in this thread. I pass on what you write, under your name."),
                ),
                form=Form(f"relay:{id}", "", "Pass it on", (Field("answer", "Your answer", required=True),)),
            )
        case ExpertAnswer(question, answer, _, _):
            return Reply(
                "notice",
                f"An answer from {name or SOMEBODY}",
                body=(
                    Paragraph(answer),
                    Heading("You asked"),
                    Paragraph(question),
                    Paragraph(
                        "I passed your question on to the experts' channel. This is a person's answer, "
                        "and not from the source."
                    ),
                ),
            )


def _post(post: Post, name: str) -> Reply:
    shared = f"Shared by {name or SOMEBODY}" if post.shared_by else ""
    said = f"{shared}: {post.note}" if shared and post.note else shared
    below = [f"Brought up to date on {post.updated}." if post.updated else "", post.how_to_ask]
    return Reply(
        "recommendation",
        post.title,
        body=(
            *((Paragraph(said),) if said else ()),
            *post.body,
            *(Paragraph(line) for line in below if line),
        ),
        citations=post.citations,
        disclosure=post.disclosure,
    )


def card_of(content: Content, name: str) -> tuple[dict[str, Any], Reply]:
    """The card, and the reply that it was drawn from."""
    reply = reply_of(content, name)
    return draw(reply, where="elsewhere" if isinstance(content, Post) else "chat"), reply
