"""The contents of outbox items as cards: posts in channels, questions to experts and their answers."""

from __future__ import annotations

from typing import Any

from adapters.teams.cards import draw
from bot.answering.labels import labelled
from bot.domain.effects import Post
from bot.domain.messages import Field, Form, Heading, Paragraph, Reply
from bot.domain.outbox import Content, ExpertAnswer, ExpertQuestion, Notice, Replied
from bot.domain.phrases import Phrases


def card_of(say: Phrases, content: Content, name: str, *, owner: str = "") -> tuple[dict[str, Any], Reply]:
    """The card for `content`, and the reply that it shows. `name`: of the person who shared, asked or answered; empty:
    unknown. `owner`: see `draw`."""
    reply = _reply_of(say, content, name or say("teams-somebody"))
    return draw(say, reply, where="elsewhere" if isinstance(content, Post) else "chat", owner=owner), reply


def _reply_of(say: Phrases, content: Content, name: str) -> Reply:
    match content:
        case Post():
            return _post(say, content, name)
        case Notice(reply, _) | Replied(reply, _, _):
            return reply
        case ExpertQuestion(id, question, _):
            answer = Field("answer", say("teams-question-field"), required=True)
            return Reply(
                "notice",
                say("teams-question-title", person=name),
                body=(Paragraph(question), Paragraph(say("teams-question-how"))),
                form=Form(f"relay:{id}", "", say("teams-question-submit"), (answer,)),
            )
        case ExpertAnswer(question, answer, _, _):
            return Reply(
                "notice",
                say("teams-answer-title", person=name),
                body=(
                    Paragraph(answer),
                    Heading(say("teams-answer-question")),
                    Paragraph(question),
                    Paragraph(say("teams-answer-origin")),
                ),
            )


def _post(say: Phrases, post: Post, name: str) -> Reply:
    above = ""
    if post.shared_by:
        note = post.note
        above = say("teams-post-by-note", person=name, note=note) if note else say("teams-post-by", person=name)
    below = [say("teams-post-updated", day=post.updated) if post.updated else "", post.how_to_ask]
    reply = Reply(
        "recommendation",
        post.title,
        post.verdict,
        body=(
            *((Paragraph(above),) if above else ()),
            *post.body,
            *(Paragraph(line) for line in below if line),
        ),
        citations=post.citations,
        disclosure=post.disclosure,
        verdict_label=post.verdict_label,
    )
    return labelled(say, reply)
