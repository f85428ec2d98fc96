"""The retriever on a small invented library desk, and on random vocabularies."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.retrieval import Retriever
from bot.retrieval.ridge import to_inverse_factor

DESK = {
    "borrow": [
        "how many books may i borrow",
        "can i take out five books at once",
        "what is the limit for loans",
        "how many items can i have on loan",
        "is there a maximum number of books",
        "may i borrow more books",
    ],
    "fine": [
        "what do i pay when a book is late",
        "how high is the fine",
        "is there a fee for returning late",
        "i forgot to return a book what does it cost",
        "do you charge for overdue books",
        "where can i pay my late fee",
    ],
    "hours": [
        "when are you open",
        "what are the opening hours",
        "are you open on sunday",
        "when does the library close",
        "what time do you open tomorrow",
        "until when are you open on saturday",
    ],
    "room": [
        "can i book a study room",
        "how do i reserve a meeting room",
        "is there a quiet room",
        "i need a room for a group",
        "reserve the reading room for tuesday",
        "which rooms can be booked",
    ],
}
EXAMPLES = [(label, question.split()) for label, questions in DESK.items() for question in questions]


@pytest.fixture(scope="module")
def retriever() -> Retriever:
    return Retriever.fit(EXAMPLES)


def first(retriever: Retriever, question: str) -> str:
    return retriever.rank(question.split()).candidates[0].label


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("how many books can i borrow at once", "borrow"),
        ("do i pay a fine for overdue books", "fine"),
        ("at what time do you close on sunday", "hours"),
        ("i would like to reserve a room", "room"),
    ],
)
def test_a_new_wording_finds_its_label(retriever: Retriever, question: str, label: str) -> None:
    assert first(retriever, question) == label


def test_an_example_finds_its_own_label_with_a_high_score(retriever: Retriever) -> None:
    for label, words in EXAMPLES:
        best = retriever.rank(words).candidates[0]
        assert best.label == label
        assert best.score > 0.5


def test_typing_errors_are_forgiven(retriever: Retriever) -> None:
    assert first(retriever, "resrve a studdy rooom") == "room"
    assert first(retriever, "openning huors") == "hours"


def test_meaning_bridges_words_that_no_example_has(retriever: Retriever) -> None:
    assert first(retriever, "penalty for delayed novels") == "fine"


def test_a_question_on_another_subject_is_less_sure(retriever: Retriever) -> None:
    inside = [retriever.rank(q.split()).confidence for q in ("how many books can i have", "are you open on monday")]
    outside = [retriever.rank(q.split()).confidence for q in ("translate cheese into french", "flip a coin")]
    assert min(inside) > max(outside)


def test_confidence_and_scores_lie_between_zero_and_one(retriever: Retriever) -> None:
    for question in ("when are you open", "zzz", "book", "qwertyuiop asdf", "a"):
        ranking = retriever.rank(question.split())
        numbers = [ranking.confidence, *(candidate.score for candidate in ranking.candidates)]
        assert all(0.0 <= number <= 1.0 for number in numbers)


def test_no_words_bring_no_candidates_and_no_confidence(retriever: Retriever) -> None:
    ranking = retriever.rank([])
    assert ranking.candidates == ()
    assert ranking.confidence == 0.0


def test_a_single_word_is_enough_to_rank(retriever: Retriever) -> None:
    assert first(retriever, "fine") == "fine"


def test_the_limit_bounds_the_candidates_and_they_fall_in_score(retriever: Retriever) -> None:
    candidates = retriever.rank(["when", "are", "you", "open"], limit=3).candidates
    assert len(candidates) == 3
    assert [c.score for c in candidates] == sorted((c.score for c in candidates), reverse=True)


@pytest.mark.parametrize("examples", [[], [("only", [])]])
def test_nothing_learned_ranks_nothing(examples: list[tuple[str, list[str]]]) -> None:
    retriever = Retriever.fit(examples)
    assert retriever.rank(["anything"]).candidates == ()
    assert retriever.rank(["anything"]).confidence == 0.0


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_handful_of_examples_is_enough_to_fit(count: int) -> None:
    retriever = Retriever.fit(EXAMPLES[::7][:count])
    assert retriever.rank(EXAMPLES[0][1]).candidates[0].label == "borrow"


def test_repeated_examples_do_no_harm() -> None:
    retriever = Retriever.fit(EXAMPLES * 3)
    assert first(retriever, "are you open on monday") == "hours"


def test_more_labels_than_landmarks_can_be_learned() -> None:
    examples = [(f"label{n:04}", [f"word{n:04}", "about"]) for n in range(1_000)]
    ranking = Retriever.fit(examples).rank(["word0999", "about"], limit=5)
    assert "label0999" in [candidate.label for candidate in ranking.candidates]


def test_a_concept_sign_is_one_opaque_feature() -> None:
    examples = [("cat", ["what", "is", "<cat>"]), ("category", ["what", "is", "<category>"])]
    retriever = Retriever.fit(examples)
    for label, words in examples:
        ranking = retriever.rank(words)
        assert ranking.candidates[0].label == label
    plain = retriever.rank(["cat"]).candidates
    assert plain[0].score == pytest.approx(plain[1].score, abs=0.2)


def test_equal_scores_come_in_the_order_of_the_labels() -> None:
    examples = [(label, ["same", "words"]) for label in ("zebra", "ape", "mole")]
    ranking = Retriever.fit(examples).rank(["same", "words"])
    assert [candidate.label for candidate in ranking.candidates] == ["ape", "mole", "zebra"]


def test_the_order_of_the_examples_does_not_matter() -> None:
    forth = Retriever.fit(EXAMPLES).rank(["late", "books"])
    back = Retriever.fit(EXAMPLES[::-1]).rank(["late", "books"])
    assert [c.label for c in forth.candidates] == [c.label for c in back.candidates]


def test_what_was_learned_survives_as_plain_arrays(retriever: Retriever) -> None:
    file = io.BytesIO()
    np.savez(file, **retriever.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        back = Retriever.from_arrays(arrays)
    for _, words in EXAMPLES:
        assert back.rank(words) == retriever.rank(words)


def test_an_empty_retriever_survives_as_plain_arrays() -> None:
    arrays = Retriever.fit([]).to_arrays()
    assert Retriever.from_arrays(arrays).rank(["anything"]).candidates == ()


SCRIPT = """
from bot.retrieval import Retriever
from tests.bot.retrieval.test_retrieval import EXAMPLES
retriever = Retriever.fit(EXAMPLES)
print(retriever.rank("may i reserve books".split()))
"""


def test_another_process_ranks_exactly_alike() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ".", "OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert "Candidate" in outputs.pop()


WORDS = st.lists(st.text(alphabet="abcdefgh", min_size=1, max_size=6), max_size=6)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["one", "two", "three"]), WORDS), max_size=12), WORDS)
def test_any_examples_and_any_question_give_sound_numbers(
    examples: list[tuple[str, list[str]]], asked: list[str]
) -> None:
    ranking = Retriever.fit(examples).rank(asked)
    learned = {label for label, words in examples if words}
    assert {candidate.label for candidate in ranking.candidates} == (learned if asked else set())
    assert all(np.isfinite(candidate.score) for candidate in ranking.candidates)
    assert 0.0 <= ranking.confidence <= 1.0


@pytest.mark.parametrize("count", [1, 5, 300])
def test_the_inverse_of_a_factor_takes_the_place_of_a_matrix(count: int) -> None:
    some = np.random.default_rng(3).normal(size=(count, count))
    matrix = some @ some.T + count * np.eye(count)
    inverse = matrix.copy()
    to_inverse_factor(inverse)
    assert np.allclose(inverse, np.linalg.inv(np.linalg.cholesky(matrix)))
