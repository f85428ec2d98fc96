"""Marks in terse lists: an item has the marks of the claims that are on its own subject and its own side, or none.

The answers stand in tests/terse_lists.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.answering.citing import Numbers, with_marks
from bot.answering.composer import Composer
from bot.domain.messages import Bullets, Citation, Paragraph
from bot.knowledge import load

FOLDER = Path(__file__).parents[2] / "terse_lists"
Shown = tuple[list[str], tuple[Citation, ...]]


@pytest.fixture(scope="module")
def shown() -> Callable[[str], Shown]:
    """The texts of an answer with their marks, and its citations."""
    knowledge = load(FOLDER)
    composer = Composer(knowledge)

    def of(entry: str) -> Shown:
        answer = knowledge.answers[entry]
        body, citations = composer.cited_with_differences(answer, Numbers())
        texts = [
            text
            for block in body
            for text in (
                block.items if isinstance(block, Bullets) else [block.text] if isinstance(block, Paragraph) else ()
            )
        ]
        return texts, citations

    return of


def places(citations: tuple[Citation, ...]) -> dict[str, int]:
    return {one.claim: one.number for one in citations}


def test_an_item_that_sums_up_several_claims_has_the_marks_of_just_those(shown: Callable[[str], Shown]) -> None:
    texts, citations = shown("both")
    numbers = places(citations)
    assert texts == [
        "Strengths and weaknesses of each:",
        with_marks("For roses: strong scent, long bloom", [numbers["roses.scent"], numbers["roses.bloom"]]),
        with_marks("Against roses: yearly pruning, cold nights", [numbers["roses.work"], numbers["roses.frost"]]),
        with_marks("For tulips: many colours", [numbers["tulips.colour"]]),
        with_marks("Against tulips: short bloom, late frost", [numbers["tulips.bloom"], numbers["tulips.frost"]]),
    ]
    assert not any(one.below for one in citations)


def test_what_is_against_is_never_marked_below_what_is_for_although_it_has_its_words(
    shown: Callable[[str], Shown],
) -> None:
    texts, citations = shown("roses")
    numbers = places(citations)
    assert texts[1:] == [
        f"For: strong scent [{numbers['roses.scent']}]",
        f"Against: yearly pruning [{numbers['roses.work']}]",
        f"Against: cold nights [{numbers['roses.frost']}]",
        f"For: long bloom [{numbers['roses.bloom']}]",
    ]


def test_a_heading_over_a_list_says_on_which_side_its_items_are(shown: Callable[[str], Shown]) -> None:
    texts, citations = shown("drawbacks")
    assert texts == ["Drawbacks:", f"Roses: strong scent [{places(citations)['roses.work']}]", "Tulips: long bloom"]
    assert {one.claim for one in citations if one.below} == {"roses.scent", "roses.bloom", "tulips.bloom"}


def test_where_no_fit_is_sure_the_marks_stand_over_the_list(shown: Callable[[str], Shown]) -> None:
    texts, citations = shown("vague")
    assert texts[0] == with_marks("In short:", range(1, len(citations) + 1))
    assert not any("[" in text for text in texts[1:])


def test_sentences_that_go_on_saying_a_claim_have_its_mark_once_at_their_end(shown: Callable[[str], Shown]) -> None:
    assert shown("sentences")[0] == [
        "Tulips are in flower for two weeks at the most [1]. Roses are in flower from June. "
        "That ends with the first cold nights [2]."
    ]
