"""What people asked in vain is kept without the names of people, whoever they are."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.advisor import Advisor
from bot.nlu.name_removal import NAME, NameRemover

GARDEN = NameRemover(
    {"how", "do", "roses", "grow", "will", "in", "jenkins", "iso"}, ["Rose garden", "Jenkins"], {"27001"}
)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("soup for Alice", "soup for [name]"),
        ("soup for alice", "soup for [name]"),
        ("Alice wants soup", "[name] wants soup"),
        ("what's Alice's budget, isn't it?", "what's [name] budget, isn't it?"),
        ("ask Will about it", "ask [name] about it"),
        ("Will it help?", "Will it help?"),
        ("do BOB and Priya know SIEM or SOAR", "do [name] and [name] know SIEM or SOAR"),
        ("WHAT DOES ALICE COVER", "WHAT DOES [name] COVER"),
        ("Что думает Алиса", "[name] [name] [name]"),
        ("log4shell, SOC 2, k8s, alice9 and room 4711", "log4shell, SOC 2, k8s, [name] and room [number]"),
        (
            "ISO 27001, iso27001, ES27001, alice27001, BOB9 and ISO 27002",
            "ISO 27001, iso27001, ES27001, [name], [name] and ISO [number]",
        ),
        ("<@U1> asked a@b.de", "[person] asked [e-mail]"),
        ("does Jenkins grow in a Rose garden", "does Jenkins grow in a Rose garden"),
        ("does Rosewater grow", "does [name] grow"),
    ],
)
def test_a_word_stays_where_it_is_known_to_be_no_name(asked: str, kept: str) -> None:
    assert GARDEN(asked) == kept


@given(st.text(max_size=60))
@example("B;THREADS")  # in capitals alone once "B" is a placeholder
def test_doing_it_twice_changes_nothing_more(text: str) -> None:
    once = GARDEN(text)
    assert GARDEN(once) == once


def test_what_the_knowledge_speaks_of_stays(advisor: Advisor) -> None:
    knowledge = advisor.knowledge
    for concept in (*knowledge.subjects.values(), *knowledge.aspects.values(), *knowledge.topics.values()):
        question = f"Does {concept.name} cover what Zbigniew wrote?"
        assert advisor.without_names(question) == question.replace("Zbigniew", NAME)
