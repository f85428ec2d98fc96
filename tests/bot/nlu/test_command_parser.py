"""What is a command, and what is an ordinary message."""

from __future__ import annotations

import pytest

from bot.advisor import Advisor
from bot.domain.conversation import Conversation
from bot.domain.messages import Message, Place
from bot.nlu.command_parser import COMMANDS, MEANT, listed, parse, without_address


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("help", ("help", "")),
        ("  Help ", ("help", "")),
        ("/help", ("help", "")),
        ("hlep", ("help", "")),
        ("compair", ("compare", "")),
        ("forget me", ("forget me", "")),
        ("ask a person", ("ask", "")),
        ("answer:sast", ("answer", "sast")),
        ("vote:yes/abc/sast", ("vote", "yes/abc/sast")),
    ],
)
def test_a_command_is_known_with_its_argument_and_with_a_slip(text: str, command: tuple[str, str]) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "cost", "host", "ports", "abort", "helpful", "note: this is a question", "what: why", "", "help: what is it",
        "compare: this and that", "forget me: now", "forget it", "tell me about the tools", "help us choose",
    ],
)  # fmt: skip
def test_what_is_no_command_is_a_message(text: str) -> None:
    assert parse(text) is None


def test_nothing_that_the_knowledge_names_is_taken_for_a_command(advisor: Advisor) -> None:
    knowledge = advisor.knowledge
    own = {name for command in COMMANDS for name in (command.name, *command.aliases)}
    names = {
        name.lower()
        for layer in (knowledge.subjects, knowledge.aspects, knowledge.topics)
        for concept in layer.values()
        for name in (concept.name, *concept.names, *concept.opposites)
    }
    assert [name for name in names - own if parse(name)] == []


def test_no_two_commands_share_a_name() -> None:
    names = [name for command in COMMANDS for name in (command.name, *command.aliases)]
    assert len(names) == len(set(names))


def offered(*, can_post: bool = False, can_ask: bool = False) -> set[str]:
    return {command.name for command in listed(can_post=can_post, can_ask=can_ask)}


def test_what_needs_channels_or_people_is_listed_only_where_there_are_some() -> None:
    assert offered(can_post=True) - offered() == {"share", "subscribe"}
    assert offered(can_ask=True) - offered() == {"ask"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("forgt me", "forget me"), ("forgett", "forget me"), ("delet my data", "forget me"), ("triag", "triage"),
        ("triaje", "triage"), ("recomend", "triage"), ("askk", "ask"), ("unsubscrbe", "unsubscribe"),
        ("confrm", "confirm"), ("discrd", "discard"),
    ],
)  # fmt: skip
def test_a_slip_deletes_begins_and_ends_nothing(advisor: Advisor, text: str, name: str) -> None:
    assert parse(text) == (MEANT, name)
    turn = advisor.turn(Message(text=text), Conversation())
    assert not turn.effects
    assert turn.conversation.triage is None
    assert (turn.reply.kind, turn.reply.choices[0].command) == ("clarify", name)


def test_it_is_run_by_the_button(advisor: Advisor) -> None:
    asked = advisor.turn(Message(text="forgt me"), Conversation())
    again = advisor.turn(Message(text="forget me"), asked.conversation)  # the label, typed
    assert [type(effect).__name__ for effect in again.effects] == ["Forget"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("show me the commands", "commands"), ("what commands are there?", "commands"),
        ("can you give me some help", "help"),
        ("list the topics", "topics"), ("which subjects do you have", "topics"),
    ],
)  # fmt: skip
def test_what_there_is_may_be_asked_for_in_a_sentence(text: str, name: str) -> None:
    assert parse(text) == (name, "")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("/advisor help", "help"), ("/advisor what is this?", "what is this?"), ("/advisor", ""), ("/help", "/help"),
        ("/forget me", "/forget me"), ("/etc/passwd can be read", "/etc/passwd can be read"), ("help", "help"),
    ],
)  # fmt: skip
def test_a_slash_command_that_was_typed_as_text_is_left_out(text: str, rest: str) -> None:
    assert without_address(text, "Advisor") == rest


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("advisor help", "help"), ("Advisor, forget me", "forget me"), ("advisor: topics", "topics"),
        ("advisor", "advisor"), ("advisor what is this?", "advisor what is this?"), ("garden help", "garden help"),
    ],
)  # fmt: skip
def test_the_advisors_name_before_a_command_is_left_out(text: str, rest: str) -> None:
    assert without_address(text, "Garden advisor") == rest


def test_a_message_behind_a_slash_command_is_answered_as_without_it(advisor: Advisor) -> None:
    assert advisor.ask("/advisor help").title == advisor.ask("help").title
    assert advisor.ask("/advisor what is RASP?").entry == advisor.ask("what is RASP?").entry


@pytest.mark.parametrize(
    "text", ["ask: who reviews our code?", "ask:who reviews our code?", "ask someone: who reviews our code?"]
)
def test_a_question_typed_behind_ask_is_the_one_that_is_passed_on(advisor: Advisor, text: str) -> None:
    before = advisor.turn(Message(text="what is RASP?"), Conversation()).conversation
    turn = advisor.turn(Message(text=text, experts=Place("slack", "T1", "C9")), before)
    assert turn.conversation.pending is not None
    assert "“who reviews our code?”" in turn.reply.text
    assert "RASP" not in turn.reply.text


def test_the_question_behind_a_misspelled_ask_is_kept_for_the_button() -> None:
    assert parse("askk: who reviews our code?") == (MEANT, "ask: who reviews our code?")
    assert parse("compair: this and that") is None


def test_it_is_answered_where_nobody_can_be_asked(advisor: Advisor) -> None:
    assert advisor.ask("ask: what is RASP?").entry == advisor.ask("what is RASP?").entry
