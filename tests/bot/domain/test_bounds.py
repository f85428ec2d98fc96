"""A message is read up to a length, and costs no more than its length, whatever stands in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest

from adapters.in_memory import InMemoryStore
from bot.advisor import Advisor
from bot.commands.experts import QUESTION
from bot.domain.bounds import LONGEST, composed, within
from bot.domain.conversation import Conversation
from bot.domain.messages import UNANSWERED, Message, Place, Reply
from bot.domain.outbox import OutboxItem, Replied
from bot.domain.redaction import contains_secret, redact
from bot.domain.serialization import dumps
from bot.knowledge.model import KnowledgeBase
from bot.nlu.entities import MOST_CORRECTED, EntityRecognizer, Speller
from bot.nlu.question import QuestionReader
from bot.nlu.sentence_splitter import split_questions
from bot.nlu.text import as_read, clean, split_words
from bot.service.session import Session
from tests.growth import outgrows

TOLD = f"I read the first {LONGEST:,} characters of what you sent."
SECRET = "ghp_" + "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
HERE = Place("slack", "T1", "C1", "17.1")
EXPERTS = Place("slack", "T1", "C9")


def before(what: str, room: int) -> str:
    """A text of words up to the last `room` characters that are read, and `what` after it."""
    return ("what is the best bread to bake " * 200)[: LONGEST - room - 1].rstrip() + " " + what


def test_a_text_that_is_not_too_long_stays_as_it_is() -> None:
    assert within("a " * (LONGEST // 2)) == "a " * (LONGEST // 2)


@pytest.mark.parametrize("room", [0, 1, 4, 20, len(SECRET) - 1])
def test_no_word_is_cut_in_two(room: int) -> None:
    said = before(f"{SECRET} and more", room)
    assert said.startswith(within(said)) and said[len(within(said))] == " "
    assert SECRET[:1] not in within(said)[-2:]
    assert within('{"token":"' * 400 + SECRET * 4).endswith('{"token":"')


@pytest.mark.parametrize(
    "mention", ["<@U0123456789|dana scully>", "<at>Dana Scully</at>", '<at id="0">Dana Scully</at>']
)
def test_no_mention_is_cut_in_two(mention: str) -> None:
    for room in range(len(mention)):
        kept = within(before(f"{mention} and more", room))
        assert kept.endswith(mention) or ("ana" not in kept and "<" not in kept)
    assert within(before(mention + " and more", len(mention) + 1)).endswith(">")


def test_no_sign_is_cut_in_two_in_a_text_without_spaces() -> None:
    for sign in ("é", "👩\u200d🚀", "👍🏽", "\U0001f1e9\U0001f1ea"):
        for ahead in range(len(sign)):
            kept = within("漢" * (LONGEST - ahead) + sign * 9)
            assert len(kept) > LONGEST - 100
            assert kept.rstrip("漢") in ("", sign)


@pytest.mark.parametrize("text", ["\ufdfa" * LONGEST, "e\u0301" * LONGEST, "\u0301\u0316" * LONGEST, "a" * 2 * LONGEST])
def test_what_is_composed_is_no_longer_than_what_is_read(text: str) -> None:
    assert len(composed(text)) <= LONGEST
    assert composed("e\u0301") == "é"


def test_a_message_is_cut_however_it_is_made_and_says_so() -> None:
    long = Message(text="word " * 5000, fields=(("note", ("a " * 3000, "b")), ("place", ("C1",))), command="x" * 9000)
    assert long.cut
    assert len(long.text) <= LONGEST and len(long.command or "") <= LONGEST
    assert sum(len(value) for _, given in long.fields for value in given) <= LONGEST
    whole = Message(text="what is it?", fields=(("note", ("a", "")), ("empty", ())), command="x")
    assert not whole.cut and whole.fields == (("note", ("a", "")), ("empty", ()))


def test_who_sent_too_much_is_told_in_the_reply_and_nobody_else(advisor: Advisor) -> None:
    long = "does AppSec cover supply chain risk? " + "thanks. " * 1000
    reply = advisor.ask(long)
    assert TOLD in reply.text
    assert TOLD not in advisor.ask(within(long)).text
    assert advisor.ask(within(long)).verdict == reply.verdict


async def test_what_is_cut_off_is_neither_read_nor_kept(advisor: Advisor) -> None:
    store = InMemoryStore()
    session = Session(advisor, store)
    said = before(f"bread {SECRET} zebra", 9)
    asked = Message(said, place=HERE, person="anna", delivery="d1", at=100.0, experts=EXPERTS)

    async def put(reply: Reply, unit: Any) -> None:
        await unit.outbox.put(OutboxItem("p1", "send", HERE, "p1", content=Replied(reply, asked.text)), 100.0)

    reply = await session.hand_over(asked, put)
    assert reply is not None and reply.kind in UNANSWERED and TOLD in reply.text
    shown = await session.respond(Message(command="ask", place=HERE, person="anna", at=101.0, experts=EXPERTS))
    await session.respond(Message(command="confirm", place=HERE, person="anna", at=102.0, experts=EXPERTS))
    async with store.transaction() as unit:
        kept = await unit.conversations.load(HERE, "anna")
        gaps = await unit.gaps.all()
        waiting = await unit.outbox.claim("me", now=200.0, lease=10.0, surfaces=("slack",))
    everything = dumps(kept.conversation) + repr((gaps, waiting, shown))
    assert gaps and len(waiting) == 2
    assert SECRET[:8] not in everything and "zebra" not in everything


def test_a_secret_among_what_is_read_is_found_however_much_follows(advisor: Advisor) -> None:
    assert advisor.ask(f"is {SECRET} safe? " + "thanks. " * 1000).title == advisor.ask(f"is {SECRET} safe?").title


def test_who_asks_a_person_at_length_is_told_how_much_fits(advisor: Advisor) -> None:
    asked = Message(command="ask", fields=((QUESTION, ("bread " * 300,)),), experts=EXPERTS)
    assert "1,000 characters fit" in advisor.turn(asked, Conversation()).reply.text


@pytest.mark.parametrize("run", [within, composed, clean, as_read, contains_secret, redact, split_questions])
@pytest.mark.parametrize(
    "again",
    ["&\n", "eyJ", "eyJ-", "<@U|", "<at>", " ", "\u0301\u0316", "\ufdfa", "://a:", "-----BEGIN PRIVATE KEY-----", "_",
     ", ", "and ", "is it a? ", ".", "a.", "1. ", "[", "<a ", "&lt;", ":a"],
)  # fmt: skip
def test_what_reads_a_text_takes_time_in_proportion_to_it(run: Callable[[str], object], again: str) -> None:
    def uncached(text: str) -> object:
        split_words.cache_clear()
        return run(text)

    assert not outgrows(uncached, lambda size: "a" + again * (size // len(again)) + "a")


HOSTILE = {
    "letters": "a ", "one word": "a", "apostrophes": "it's ", "fillers": "so ", "negations": "not ", "joints": "and ",
    "questions": "what is it? ", "frames": "tell me ", "commas": "no, ", "indirect": "know if ", "than": "more than ",
    "numbers": "1 ", "numbered": "1) what is it ", "names": "appsec and product security ", "topics": "supply chain, ",
    "options": "web application ", "changes": "actually change my ", "meaning": "what does it ", "dotted": "İ",
    "marks": "e\u0301\u0316", "lines": "a\n", "typos": "aplication secruity ", "signs": "? ! . ",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_turn_takes_steps_in_proportion_to_the_message(advisor: Advisor, name: str) -> None:
    after = advisor.turn(Message("what is appsec?"), Conversation()).conversation
    in_triage = advisor.turn(Message("triage"), Conversation()).conversation
    for conversation in (Conversation(), after, in_triage):
        short, long = (steps(advisor, HOSTILE[name], size, conversation) for size in (LONGEST // 2, LONGEST))
        assert long < 2.5 * short + 2000


def steps(advisor: Advisor, again: str, size: int, conversation: Conversation) -> int:
    """Lines of ours that a turn runs through, each time round a loop counted, for a message of so many characters."""
    message = Message((again * size)[:size])
    advisor.turn(message, conversation)  # what is remembered of words is so now
    split_words.cache_clear()
    with counting() as lines:
        advisor.turn(message, conversation)
    return len(lines)


@contextmanager
def counting() -> Iterator[list[None]]:
    lines: list[None] = []

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            lines.append(None)
        return trace if frame.f_globals.get("__name__", "").startswith("bot.") else None

    earlier = sys.gettrace()
    sys.settrace(trace)
    try:
        yield lines
    finally:
        sys.settrace(earlier)


def test_of_many_strange_words_only_the_first_are_looked_up() -> None:
    asked: list[str] = []
    words = ["".join(chr(97 + (number // 26**place + place) % 26) for place in range(6)) for number in range(500)]

    def is_english(word: str) -> bool:
        asked.append(word)
        return False

    QuestionReader(EntityRecognizer(KnowledgeBase({})), Speller({"zzzz": 1}, is_english)).read(" ".join(words))
    assert len(set(words)) == 500
    assert MOST_CORRECTED <= len(asked) <= 3 * MOST_CORRECTED


def test_a_copy_with_other_words_is_looked_through_again() -> None:
    said = Message(text="what is the best bread?")
    assert replace(said, at=5.0).text == said.text
    for changed in (
        replace(said, text=SECRET),
        replace(said, command=f"answer:{SECRET}"),
        replace(said, fields=(("note", (SECRET,)),)),
    ):
        assert changed.had_secret
        assert (changed.text, changed.command, changed.fields) == ("", None, ())
    assert replace(said, text="a " * LONGEST).cut


def test_half_of_a_surrogate_pair_is_replaced_as_nothing_can_store_it() -> None:
    message = Message("wh\ud800t is SAST?", fields=(("note", ("\udfff",)),))
    assert (message.text, message.entered, message.cut) == ("wh?t is SAST?", {"note": ("?",)}, False)
