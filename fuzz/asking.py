"""Texts: through each reader of them, and as questions whose replies are drawn for every surface."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.slack import blocks
from adapters.slack.modals import modal
from adapters.teams import cards
from adapters.teams.card_body import plain
from adapters.teams.message_text import text_of
from adapters.web.card_text import paragraphs
from adapters.web.markdown import markdown
from bot.domain.bounds import LONGEST, composed, fields_within, within
from bot.domain.conversation import Conversation, conversation_from_json, conversation_to_json
from bot.domain.messages import Message, Place, Reply
from bot.domain.redaction import contains_secret, redact
from bot.nlu import command_parser, small_talk, written_text
from bot.nlu.sentence_splitter import split_questions
from bot.nlu.text import as_read, clauses, own_words, sentences, split_words
from fuzz.knowledge import advisor
from fuzz.rounds import Take
from fuzz.sources import Source
from fuzz.texts import COMMAND_WORDS, texts
from fuzz.watch import Fault
from tests.adapters.teams.card_schema import check_limits
from tests.slack_workspace.limits import problems, view_problems

PLACE = Place("slack", "T1", "C1")


@contextmanager
def reading() -> Iterator[Take]:
    """All that reads a text before it is known what it asks."""
    remove_names = advisor().without_names

    def take(text: str) -> str:
        message = Message(text, place=PLACE, person="U1", fields=(("a", (text, text)),))
        if len(message.text) > LONGEST:
            raise Fault(f"a message of {len(message.text)} characters")
        within(text, 40), composed(text), fields_within((("a", (text,)),))
        text_of(text), plain(text), paragraphs(text)
        contains_secret(text[:LONGEST]), redact(text[:LONGEST])
        said = own_words(message.text).said
        as_read(message.text), split_words(said), clauses(said), sentences(said), split_questions(said)
        (
            written_text.sentences(said),
            written_text.content(said),
            command_parser.parse(said),
            small_talk.only_greets(said),
        )
        remove_names(said)
        return "emptied" if message.had_secret else "read"

    yield take


def any_texts(source: Source) -> str:
    return source.part(texts)


def conversations(source: Source) -> list[tuple[bool, str]]:
    """Whether it is a button, and what is said."""
    said = []
    for _ in range(source.number(1, 3)):
        pressed = bool(source.number(0, 1))
        said.append((pressed, source.one_of(COMMAND_WORDS) if source.number(0, 2) == 0 else source.part(texts)))
    return said


@contextmanager
def answered() -> Iterator[Take]:
    """One to three messages of a conversation, typed or by a button; each reply is drawn for every surface."""
    made = advisor()

    def take(said: list[tuple[bool, str]]) -> str:
        conversation, kind = Conversation(), ""
        for pressed, text in said:
            message = Message(
                "" if pressed else text, text if pressed else None, PLACE, person="U1", at=1.7e9, can_post=True
            )
            turn = made.turn(message, conversation)
            conversation = conversation_from_json(conversation_to_json(turn.conversation))
            if conversation != turn.conversation:
                raise Fault("the conversation does not come back as it was stored")
            draw(turn.reply)
            kind = turn.reply.kind
        return kind

    yield take


def draw(reply: Reply) -> None:
    """Draw a reply for every surface. Raises Fault where the platform would refuse it."""
    say = advisor().phrases
    wrong = problems(blocks.message(say, reply)["blocks"]) + view_problems(modal(say, reply, PLACE))
    if wrong:
        raise Fault(f"Slack refuses: {wrong[:3]}")
    check_limits(cards.draw(say, reply, owner="U1"))
    markdown(reply, reply.title)
    if not reply.text.strip() and not reply.quiet:
        raise Fault("an empty reply")
