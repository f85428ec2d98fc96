"""A knowledge folder may word all that is said: nothing is left in between that neither it nor the person said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from adapters.in_memory import InMemoryStore
from bot.advisor import Advisor
from bot.domain.messages import Block, Bullets, Choice, Heading, Message, Paragraph, Place, Reply, Table
from bot.knowledge import shipped_phrases
from bot.knowledge.shipped_phrases import shipped
from bot.nlu.command_parser import COMMANDS
from bot.service.session import Session
from tests.bot.knowledge.folders import SOUND, TRIAGE, write

ROOT = Path(__file__).parents[3]
CHANNEL, EXPERTS = Place("slack", "T1", "C1"), Place("slack", "T1", "C9")
# What is pressed is named by the phrase on the button. A mapping fills the form that was shown last.
TALKS: dict[str, list[str | dict[str, str]]] = {
    "asking": ["help", "topics", "about", "hello", "", "how to water roses", "what of greenhouses?", "who won?", "x:y"],
    "votes": ["how to water roses", "vote-no", "vote-wrong", "how to water roses", "vote-yes"],
    "a share": [
        "share", "how to water roses", "share-button", {"note": "mine"}, {"place": "C1", "note": "long " * 250},
        {"place": "C1", "note": "mine"}, "share-confirm", "confirm", "posts", "post-take-back-titled", "posts",
        "retract:gone",
    ],
    "a dropped share": ["how to water roses", "share-button", {"place": "C1"}, "confirm-drop", "share:answer/gone"],
    "a subscription": [
        "subscribe", {"place": "C1", "cadence": "daily"}, "subscribe-confirm", "subscribe-stop", "unsubscribe",
        "subscribe", {"place": "C1"}, "subscribe-confirm", "unsubscribe:C2",
    ],
    "a question": ["ask", {"question": "who won?"}, "ask-confirm", "ask"],
    "an answer": ["answering:q1", {"answer": ""}, "relay-button", {"answer": "long " * 250}, "relay-button",
        {"answer": "Anna"},
    ],
    "a dialogue": [
        "triage", "triage-why", "skip", "99", "back", "marigolds", "i am not sure", "Full sun", "triage-back",
        "Full sun", {}, "not snails", "help", "triage-back-to", {"pests": "snails"}, "why", "change my first answer",
        "Hardly any", "change", "restart", "pick:gone/sun/full", "triage-stop", "pick:gone/sun/full",
        "recommendation:gone",
    ],
    "a change": [
        "triage", "maybe", "full sun or hardly any", "Full sun", "actually the last answer", "restart", "Full sun",
        "skip", "change my first answer to full sun", "why", "change my first answer to hardly any", "why",
    ],
    "a form": ["form", {"pests": "snails"}, {"sun": "full", "pests": "mice"}, "share-button"],
    "forgetting": ["triage", "forget me", "forget me"],
}  # fmt: skip


@pytest.fixture(scope="module")
def advisor(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    """On a folder with every phrase in its own words: those that are shipped, in brackets."""
    own = {name: f"⟦{text}⟧" for name, text in shipped().texts.items() if name != "comparison"}
    files = {**SOUND, "triage.yaml": TRIAGE, "phrases.yaml": yaml.safe_dump(own, allow_unicode=True)}
    return Advisor.load(write(tmp_path_factory.mktemp("garden"), files))


def strings(data: object) -> Iterator[str]:
    match data:
        case str():
            yield data
        case dict():
            yield from (text for value in data.values() for text in strings(value))
        case list():
            yield from (text for value in data for text in strings(value))


MARK = re.compile(r" ?\[\d+\]")  # of a place in the source
SAID = {text for talk in TALKS.values() for text in strings(list(talk))}
KNOWN = {
    *(text for file in (*SOUND.values(), TRIAGE) for text in strings(yaml.safe_load(file)) if text),
    *(command.name for command in COMMANDS),
    *(" ".join(text.split())[:1000] for text in SAID if text),
}


def left_over(text: str) -> str:
    """What of a text is neither a phrase, nor knowledge, nor what the person said."""
    text = MARK.sub("", text)
    while (shorter := re.sub("⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = shorter
    for known in sorted(KNOWN, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(known)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text


def shown(reply: Reply) -> Iterator[str]:
    yield from (reply.title, reply.disclosure, reply.verdict_label, reply.citations_label, reply.places_line)
    for block in reply.body:
        yield from in_block(block)
    for choice in (*reply.choices, *reply.tools):
        yield from (choice.label, choice.hint)
    if reply.form:
        yield from (reply.form.title, reply.form.submit)
        for field in reply.form.fields:
            yield from (field.label, field.hint, *(text for one in field.options for text in (one.label, one.hint)))


def in_block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text) | Heading(text):
            yield text
        case Bullets(items):
            yield from items
        case Table(header, rows):
            yield from (cell for row in (header, *rows) for cell in row)


def button(name: str, last: Reply) -> Choice:
    """The button that says the phrase `name`, whatever is filled in."""
    label = re.sub(r"\\\{[a-z]+\\\}", ".*", re.escape(f"⟦{shipped().texts[name]}⟧"))
    buttons = [one for one in (*last.choices, *last.tools) if re.fullmatch(label, one.label)]
    assert buttons, (name, last)
    return buttons[0]


def message_of(step: str | dict[str, str], last: Reply) -> Message:
    if isinstance(step, dict):
        assert last.form, last
        fields = tuple((name, (value,)) for name, value in step.items())
        return Message(command=last.form.command, fields=fields)
    if step not in shipped().texts:
        return Message(text=step)
    return Message(command=button(step, last).command)


@pytest.mark.parametrize("talk", TALKS)
async def test_nothing_is_said_that_is_neither_a_phrase_nor_knowledge(advisor: Advisor, talk: str) -> None:
    session, reply = Session(advisor, InMemoryStore()), Reply("notice")
    place = EXPERTS if talk == "an answer" else CHANNEL
    for number, step in enumerate(TALKS[talk]):
        sent = message_of(step, reply)
        reply = await session.respond(
            replace(
                sent, place=place, person="anna", can_post=True, experts=EXPERTS, at=1e6 + number, delivery=str(number)
            )
        )
        assert not [text for text in shown(reply) if re.search("[A-Za-z]{2}", left_over(text))], step


def test_what_a_surface_alone_says_stands_with_it() -> None:
    shipped_here = (ROOT / "bot" / "knowledge" / "phrases.yaml").read_text(encoding="utf-8")
    assert not re.search("slack|teams", shipped_here, re.IGNORECASE)
    for surface in ("slack", "teams", "web"):
        own = yaml.safe_load((ROOT / "adapters" / surface / "phrases.yaml").read_text(encoding="utf-8"))
        assert own and all(name.startswith(f"{surface}-") for name in own)
        assert own.items() <= shipped().texts.items()


def test_a_phrase_is_shipped_by_one_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = tmp_path / "phrases.yaml"
    twice.write_text("name: Somebody else\n")
    monkeypatch.setattr(shipped_phrases, "_files", [*shipped_phrases._files, twice])
    shipped.cache_clear()
    try:
        with pytest.raises(ValueError, match="the phrase name is shipped already"):
            shipped()
    finally:
        shipped.cache_clear()
