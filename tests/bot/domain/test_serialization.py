"""Values go out as plain JSON and come back equal; what another version wrote is dropped politely."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversation import Conversation, LastTurn, Pending, conversation_from_json, conversation_to_json
from bot.domain.effects import AskExpert, Effect, Post, Publish, Subscribe
from bot.domain.messages import Block, Message, Paragraph, Place, Reply
from bot.domain.serialization import ShapeError, dumps, loads


@dataclass(frozen=True, slots=True)
class Leaf:
    name: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Tree:
    kind: Literal["oak", "elm"]
    leaves: tuple[Leaf, ...] = ()
    pair: tuple[int, str] | None = None
    either: Leaf | Place | str | None = None
    names: frozenset[str] = frozenset()
    counts: dict[str, int] | None = None
    inner: Tree | None = None


# What plain data can hold of them, wherever a field of a generated value is declared as one.
numbers = st.integers(-(2**63), 2**63 - 1)
finite = st.floats(allow_nan=False, allow_infinity=False)
st.register_type_strategy(int, numbers)
st.register_type_strategy(float, finite)

leaves = st.builds(Leaf, st.text(), finite)
trees = st.deferred(
    lambda: st.builds(
        Tree,
        st.sampled_from(["oak", "elm"]),
        st.lists(leaves, max_size=3).map(tuple),
        st.none() | st.tuples(numbers, st.text()),
        st.none() | leaves | st.text() | st.builds(Place, st.text()),
        st.frozensets(st.text(), max_size=3),
        st.none() | st.dictionaries(st.text(), numbers, max_size=2),
        st.none() | trees,
    )
)


@given(trees)
def test_any_value_comes_back_equal(tree: Tree) -> None:
    assert loads(Tree, dumps(tree)) == tree


replies = st.builds(Reply, kind=st.sampled_from(["answer", "notice"]), body=st.lists(st.from_type(Block)).map(tuple))


@given(replies)
def test_any_reply_comes_back_equal(reply: Reply) -> None:
    assert loads(Reply, dumps(reply)) == reply


@given(st.from_type(Effect))
def test_any_effect_comes_back_equal(effect: Effect) -> None:
    assert loads(type(effect), dumps(effect)) == effect


def test_a_whole_number_is_read_as_a_float_where_one_is_declared() -> None:
    assert loads(Leaf, '{"is": "Leaf", "weight": 2}') == Leaf(weight=2.0)


def test_only_what_differs_from_the_default_is_written() -> None:
    assert json.loads(dumps(Message("hi"))) == {"is": "Message", "text": "hi"}


def test_a_field_that_is_no_more_is_left_out() -> None:
    assert loads(Leaf, '{"is": "Leaf", "name": "a", "colour": "green"}') == Leaf("a")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"is": "Other"}',
        '{"is": "Leaf", "name": 7}',
        '{"is": "Leaf", "weight": true}',
        '{"is": "Leaf", "weight": "heavy"}',
    ],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ShapeError):
        loads(Leaf, text)


@pytest.mark.parametrize("kind", [Leaf | Place, Tree | None])
@pytest.mark.parametrize(
    "text", ['{"is": {"is": "Leaf"}}', '{"is": ["Leaf"]}', '{"is": "Tree", "kind": "oak", "names": [{}]}']
)
def test_a_name_or_a_set_that_is_none_is_refused(kind: Any, text: str) -> None:
    with pytest.raises(ShapeError):
        loads(kind, text)


def test_a_value_that_is_missing_is_refused() -> None:
    with pytest.raises(ShapeError):
        loads(Tree, '{"is": "Tree"}')


def test_what_cannot_be_kept_is_refused_when_it_is_written() -> None:
    with pytest.raises(TypeError, match="complex"):
        dumps(Leaf("one", weight=1j))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "pending",
    [
        None,
        Pending("p1", Publish("p1", Place("slack"), Post("T", (Paragraph("x"),)))),
        Pending("q1", AskExpert("q1", "why?", Place("slack"))),
        Pending("s1", Subscribe(Place("slack"), "daily")),
    ],
)
def test_a_conversation_comes_back_equal(pending: Pending | None) -> None:
    conversation = Conversation(LastTurn("why?", "e1", subjects=("a", "b")), pending=pending, moved_at=12.5)
    assert conversation_from_json(conversation_to_json(conversation)) == conversation


def test_a_part_of_a_conversation_that_cannot_be_read_is_dropped_and_the_rest_kept() -> None:
    text = '{"is": "Conversation", "last": {"is": "OldLastTurn"}, "mood": "good", "moved_at": 5.0}'
    assert conversation_from_json(text) == Conversation(moved_at=5.0)


@pytest.mark.parametrize("text", ["", "not JSON", "[]", '"text"'])
def test_a_conversation_that_cannot_be_read_at_all_begins_anew(text: str) -> None:
    assert conversation_from_json(text) == Conversation()
