"""What is done with a question: an answer, sure or not, a decline or an ask-back, by what it is expected to cost."""

from __future__ import annotations

import pytest

from bot.answering.expected_cost import CLARIFY, Choice, cheapest

SERVES = {"roses": {"roses"}, "tulips": {"tulips"}, "roses-care": {"roses-care", "roses"}}
DECLINES = {"unstated", "offtopic"}
UNSURE = "roses, unsure"


@pytest.mark.parametrize(
    ("groups", "done"),
    [
        pytest.param({"roses": 0.9, "tulips": 0.1}, "roses", id="a sure answer"),
        pytest.param({"roses": 0.45, "tulips": 0.45, "unstated": 0.1}, CLARIFY, id="one of two"),
        pytest.param({"roses-care": 0.5, "roses": 0.45, "tulips": 0.05}, "roses-care", id="two that say the same"),
        pytest.param({"roses": 0.8, "unstated": 0.2}, CLARIFY, id="an answer where there may be none"),
        pytest.param({"roses": 0.97, "unstated": 0.03}, "roses", id="an answer where there is hardly none"),
        pytest.param({"roses": 0.87, "unstated": 0.11, "tulips": 0.02}, UNSURE, id="an answer where there may be one"),
        pytest.param({"unstated": 0.4, "offtopic": 0.4, "roses": 0.2}, "offtopic", id="silence of one kind or another"),
        pytest.param({"unstated": 0.45, "roses": 0.55}, CLARIFY, id="an answer or silence"),
        pytest.param({"hello": 0.7, "roses": 0.3}, "hello", id="small talk"),
        pytest.param({"clarify": 0.5, "roses": 0.3, "tulips": 0.2}, CLARIFY, id="nothing is clear"),
    ],
)
def test_the_likeliest_answer_the_likeliest_decline_or_to_ask_back_whichever_costs_least(
    groups: dict[str, float], done: str
) -> None:
    expected = Choice("roses", unsure=True) if done == UNSURE else Choice(done)
    assert cheapest(groups, SERVES, DECLINES) == expected


def test_silence_costs_no_more_than_its_probability_whatever_the_order_of_the_groups() -> None:
    groups = {"unstated": 0.3, "roses": 0.7}

    assert cheapest(groups, SERVES, DECLINES) == cheapest(dict(reversed(groups.items())), SERVES, DECLINES)
