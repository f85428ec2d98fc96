"""Everything that the surface can be asked to draw, drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.slack.blocks import message
from adapters.slack.home import HomeDetails, home
from adapters.slack.modals import modal, question_modal
from adapters.slack.posts import message_of
from bot.advisor import Advisor
from bot.domain.conversation import Conversation
from bot.domain.effects import Post
from bot.domain.messages import Message, Place, Reply
from bot.domain.outbox import ExpertAnswer, ExpertQuestion
from bot.service.overview import OpenTriage, Overview, Recommended

HERE = Place("slack", "T1", "C1")
EXPERTS = Place("slack", "T1", "C9")


class Talk:
    """A conversation with the advisor, without memory or transport."""

    def __init__(self, advisor: Advisor) -> None:
        self._advisor = advisor
        self._conversation = Conversation()
        self._number = 0

    def ask(self, text: str = "", command: str | None = None, **fields: tuple[str, ...]) -> Reply:
        self._number += 1
        asked = Message(
            text,
            command,
            HERE,
            "U1",
            delivery=f"d{self._number}",
            at=1_700_000_000.0 + self._number,
            fields=tuple(fields.items()),
            can_post=True,
            experts=EXPERTS,
        )
        turn = self._advisor.turn(asked, self._conversation)
        self._conversation = turn.conversation
        return turn.reply


def replies(advisor: Advisor) -> Iterator[Reply]:
    """Every answer, and one of everything else."""
    for entry in advisor.knowledge.answers.values():
        yield Talk(advisor).ask(command=f"answer:{entry.id}")
    talk = Talk(advisor)
    for text in ("help", "topics", "compare", "about", "tell me about testing", "what about the weather?", "share"):
        yield talk.ask(text)
    talk.ask("what is SAST?")
    share = talk.ask("share")
    assert share.form is not None
    yield share
    yield talk.ask(command=share.form.command, place=("C2",), note=("Worth a read",))
    yield talk.ask("confirm")
    yield talk.ask("subscribe")
    talk.ask("does the article say anything about zero trust?")
    yield talk.ask("ask a person")
    yield from triage(advisor)


def triage(advisor: Advisor) -> Iterator[Reply]:
    """Its one form, every question on one path, and the recommendation."""
    yield Talk(advisor).ask(command="form")
    talk = Talk(advisor)
    reply = talk.ask("triage")
    while reply.kind == "triage":
        yield reply
        if reply.form is not None:
            [field] = reply.form.fields
            reply = talk.ask(command=reply.form.command, **{field.id: (field.options[0].value,)})
        else:
            reply = talk.ask(command=reply.choices[0].command)
    yield reply


def messages(advisor: Advisor) -> Iterator[list[dict[str, Any]]]:
    """The blocks of every message."""
    say = advisor.phrases
    for reply in replies(advisor):
        yield message(say, reply, asked="text:something", owner="U1")["blocks"]
    for post in (posted(advisor), Post("A note", shared_by="U1", note="Mine", cadence="weekly")):
        yield message_of(say, post)["blocks"]
    yield message_of(say, ExpertQuestion("q1", "Who signs off?", "U1"))["blocks"]
    yield message_of(say, ExpertAnswer("Who signs off?", "Dana.", "U2", "U1"))["blocks"]


def posted(advisor: Advisor) -> Post:
    found = advisor.drafts.answer("appsec-supply-chain") or advisor.drafts.answer(advisor.drafts.subscribable()[0])
    assert found is not None
    return found


def modals(advisor: Advisor) -> Iterator[dict[str, Any]]:
    for reply in replies(advisor):
        yield modal(advisor.phrases, reply, HERE, public=True)
    yield question_modal(advisor.phrases, HERE)


def homes(advisor: Advisor) -> Iterator[dict[str, Any]]:
    help = Talk(advisor).ask("help")
    yield home(advisor.phrases, help, Overview(), HomeDetails())
    kept = tuple(Recommended(f"r{number}", "AppSec first", 1_764_000_000.0 - number * 9e5) for number in range(3))
    details = HomeDetails("https://example.com/help", "https://example.com/privacy", "security@example.com")
    direct, *elsewhere = (OpenTriage(Place("slack", "T1", where), 1_764_000_000.0) for where in ("D1", "C1", "U1"))
    yield home(advisor.phrases, help, Overview((direct,), kept), details)
    yield home(advisor.phrases, help, Overview((direct, *elsewhere), kept), details)
