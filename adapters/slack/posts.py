"""The contents of outbox items as messages: posts in channels, questions to experts and their answers."""

from __future__ import annotations

from typing import Any

from adapters.slack.block_body import rich_text, section, text_element, text_elements
from adapters.slack.blocks import buttons, draw, message, shown
from bot.answering.labels import labelled
from bot.domain.effects import Cadence, Post
from bot.domain.messages import Choice, Heading, Paragraph, Reply
from bot.domain.outbox import Content, ExpertAnswer, ExpertQuestion, Notice, Replied
from bot.domain.phrases import Phrases

SUBSCRIBED: dict[Cadence, str] = {"daily": "slack-post-daily", "weekly": "slack-post-weekly"}
PERSON = "{person}"  # the place of a person's name in the line above a message


def message_of(say: Phrases, content: Content) -> dict[str, Any]:
    """The arguments of `chat.postMessage` for `content`, except the place."""
    match content:
        case Post():
            return _post(say, content)
        case ExpertQuestion(id, question, asked_by):
            answer = Choice(say("slack-question-answer"), f"answering:{id}", style="primary")
            how = Paragraph(say("slack-question-how"))
            reply = Reply("notice", say("slack-question-title"), body=(Paragraph(question), how))
            return _with_person(say, asked_by, say("slack-question-by", person=PERSON), reply, choices=(answer,))
        case ExpertAnswer(question, answer, answered_by, _):
            body = (
                Paragraph(answer),
                Heading(say("slack-answer-question")),
                Paragraph(question),
                Paragraph(say("slack-answer-origin")),
            )
            reply = Reply("notice", say("slack-answer-title"), body=body)
            return _with_person(say, answered_by, say("slack-answer-by", person=PERSON), reply)
        case Notice(reply, _):
            return message(say, reply)
        case Replied(reply, asked, person):
            return message(say, reply, asked=asked, owner=person)


def _post(say: Phrases, post: Post) -> dict[str, Any]:
    below = [say("slack-post-updated", day=post.updated) if post.updated else "", post.how_to_ask]
    body = (*((Paragraph(post.note),) if post.note else ()), *post.body, *(Paragraph(line) for line in below if line))
    said = (post.title, post.verdict, body, post.citations, post.disclosure)
    reply = Reply("recommendation", *said, verdict_label=post.verdict_label)
    reply = labelled(say, reply)
    if not post.shared_by:
        return shown(say, draw(say, reply, tables=True), reply)
    by = say(SUBSCRIBED[post.cadence], person=PERSON) if post.cadence else say("slack-post-by", person=PERSON)
    return _with_person(say, post.shared_by, by, reply)


def _with_person(
    say: Phrases, person: str, line: str, reply: Reply, choices: tuple[Choice, ...] = ()
) -> dict[str, Any]:
    """`reply` below `line`, in which the person's name stands as Slack shows it, without a mention that notifies them.
    An empty `person`: somebody whose data was deleted."""
    name = {"type": "user", "user_id": person} if person else text_element(say("slack-somebody"))
    above = rich_text(section(*text_elements(line, {PERSON: name})))
    return shown(say, draw(say, reply, [*buttons(choices)], first=[above], tables=True), reply)
