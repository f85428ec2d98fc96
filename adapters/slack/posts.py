"""What the outbox carries, as messages: recommendations in channels, questions to experts and their answers."""

from __future__ import annotations

from typing import Any

from adapters.slack.blocks import draw, fallback, message
from bot.effects import Post
from bot.messages import Heading, Paragraph, Reply
from bot.sending import Content, ExpertAnswer, ExpertQuestion, Notice

Element = dict[str, Any]


def message_of(content: Content) -> dict[str, Any]:
    """What `chat.postMessage` takes for `content`, without the place."""
    match content:
        case Post():
            return _post(content)
        case ExpertQuestion(_, question, asked_by):
            body = (Paragraph(question), Paragraph("To answer, mention me in this thread. I pass on what you write."))
            return _by(asked_by, "asks", Reply("notice", "A question for the security team", body=body))
        case ExpertAnswer(question, answer, answered_by, _):
            below = (Heading("You asked"), Paragraph(question))
            own = Paragraph("This is a person's answer to your question, and not from the source.")
            reply = Reply("notice", "An answer from the security team", body=(Paragraph(answer), *below, own))
            return _by(answered_by, "answered", reply)
        case Notice(reply, _):
            return message(reply)


def _post(post: Post) -> dict[str, Any]:
    below = [f"Brought up to date on {post.updated}." if post.updated else "", post.how_to_ask]
    body = (*((Paragraph(post.note),) if post.note else ()), *post.body, *(Paragraph(line) for line in below if line))
    reply = Reply("recommendation", post.title, body=body, citations=post.citations, disclosure=post.disclosure)
    return (
        _by(post.shared_by, "shared this", reply) if post.shared_by else _shown(draw(reply, interactive=False), reply)
    )


def _by(person: str, did: str, reply: Reply) -> dict[str, Any]:
    """Named without a mention: a person's own name, shown by Slack, and nobody notified by it."""
    who: Element = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "user", "user_id": person}, {"type": "text", "text": f" {did}"}],
            }
        ],
    }
    return _shown([who, *draw(reply, interactive=False)], reply)


def _shown(blocks: list[Element], reply: Reply) -> dict[str, Any]:
    return {"text": fallback(reply), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}
