"""Buttons that are typed: by their label, by their number, and by their place."""

from __future__ import annotations

import pytest

from bot.advisor import Advisor
from bot.commands.confirmation import typed
from bot.domain.conversation import Conversation, LastTurn, Offered
from bot.domain.messages import Choice

CHOICES = (Choice("Roses", "answer:roses"), Choice("Tulips", "answer:tulips"), Choice("Lilies", "answer:lilies"))
PAIR = LastTurn("roses or tulips?", "compare", ("roses", "tulips"))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("tulips", "answer:tulips"), ("2", "answer:tulips"), ("option 2", "answer:tulips"),
        ("number 3 please", "answer:lilies"), ("the second one", "answer:tulips"), ("2nd", "answer:tulips"),
        ("I mean the first one.", "answer:roses"), ("the last one", "answer:lilies"), ("the fourth one", None),
        ("4", None), ("the second question", None), ("second thoughts", None), ("", None), ("the one", None),
    ],
)  # fmt: skip
def test_a_button_is_known_by_its_label_its_number_and_its_place(text: str, command: str | None) -> None:
    assert typed(text, Conversation(offered=Offered(CHOICES))) == command


def test_of_two_things_just_talked_about_the_second_one_is_one_of_them() -> None:
    offered = Offered(CHOICES)
    assert typed("the second one", Conversation(PAIR, offered=offered)) is None
    assert typed("2", Conversation(PAIR, offered=offered)) == "answer:tulips"


def test_unless_the_person_was_asked_to_pick() -> None:
    assert typed("the second one", Conversation(PAIR, offered=Offered(CHOICES, asked=True))) == "answer:tulips"


def test_numbers_of_a_form_are_not_those_of_buttons() -> None:
    assert typed("the second one", Conversation(offered=Offered(CHOICES, numbered=False))) is None


def test_the_second_one_after_did_you_mean_is_its_second_choice(advisor: Advisor) -> None:
    asked = advisor.ask("is it")
    assert asked.kind == "clarify"
    assert f"answer:{advisor.ask('the second one', ['is it']).entry}" == asked.choices[1].command
