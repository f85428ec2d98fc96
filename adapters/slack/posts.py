"""What the outbox carries, as messages: recommendations in channels, questions to experts and their answers."""

from __future__ import annotations

from typing import Any

from adapters.slack.blocks import MOST_BLOCKS, buttons, draw, message, shown
from bot.domain.effects import Cadence, Post
from bot.domain.messages import Choice, Heading, Paragraph, Reply
from bot.domain.outbox import Content, ExpertAnswer, ExpertQuestion, Notice, Replied

OFTEN: dict[Cadence, str] = {"daily": "every day", "weekly": "every week"}

SOMEBODY = "A colleague"  # who wants to be forgotten

Element = dict[str, Any]


def message_of(content: Content) -> dict[str, Any]:
    """What `chat.postMessage` takes for `content`, without the place."""
    match content:
        case Post():
            return _post(content)
        case ExpertQuestion(id, question, asked_by):
            how = "To answer, press the button, or mention me in this thread. I pass on what you write."
            reply = Reply("notice", "A question for the security team", body=(Paragraph(question), Paragraph(how)))
            answer = Choice("Answer", f"answering:{id}", style="primary")
            return _by(asked_by, "asks", reply, choices=(answer,))
        case ExpertAnswer(question, answer, answered_by, _):
            below = (Heading("You asked"), Paragraph(question))
            own = Paragraph("This is a person's answer to your question, and not from the source.")
            reply = Reply("notice", "An answer from the security team", body=(Paragraph(answer), *below, own))
            return _by(answered_by, "answered", reply)
        case Notice(reply, _):
            return message(reply)
        case Replied(reply, asked, person):
            return message(reply, asked=asked, owner=person)


def _post(post: Post) -> dict[str, Any]:
    below = [f"Brought up to date on {post.updated}." if post.updated else "", post.how_to_ask]
    body = (*((Paragraph(post.note),) if post.note else ()), *post.body, *(Paragraph(line) for line in below if line))
    reply = Reply("recommendation", post.title, body=body, citations=post.citations, disclosure=post.disclosure)
    if not post.shared_by:
        return shown(draw(reply), reply)
    did = f"set this up: one recommendation {OFTEN[post.cadence]}" if post.cadence else "shared this"
    return _by(post.shared_by, did, reply)


def _by(person: str, did: str, reply: Reply, choices: tuple[Choice, ...] = ()) -> dict[str, Any]:
    """Named without a mention: a person's own name, shown by Slack, and nobody notified by it."""
    named: Element = {"type": "user", "user_id": person} if person else {"type": "text", "text": SOMEBODY}
    said = {"type": "rich_text_section", "elements": [named, {"type": "text", "text": f" {did}"}]}
    who: Element = {"type": "rich_text", "elements": [said]}
    return shown([who, *draw(reply, [*buttons(choices)], most=MOST_BLOCKS - 1)], reply)
