"""What is a command, and what is an ordinary message."""

from __future__ import annotations

import pytest

from bot.advisor import Advisor
from bot.nlu.command_parser import COMMANDS, listed, parse


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("help", ("help", "")),
        ("  Help ", ("help", "")),
        ("/help", ("help", "")),
        ("hlep", ("help", "")),
        ("triaje", ("triage", "")),
        ("forget me", ("forget me", "")),
        ("forgte me", ("forget me", "")),
        ("ask a person", ("ask", "")),
        ("answer:sast", ("answer", "sast")),
        ("vote:yes/abc/sast", ("vote", "yes/abc/sast")),
    ],
)
def test_a_command_is_known_with_its_argument_and_with_a_slip(text: str, command: tuple[str, str]) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    "text", ["cost", "host", "ports", "abort", "helpful", "note: this is a question", "what: why", ""]
)
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


def test_what_needs_channels_is_listed_only_where_there_are_some() -> None:
    assert {command.name for command in listed(True)} - {command.name for command in listed(False)} == {
        "share",
        "subscribe",
    }
