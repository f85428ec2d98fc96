"""Rules of content: what is sure to be a mistake, though the knowledge could be used as it is."""

# ruff: noqa: E501 (a message stands on one line)

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge import check, load
from bot.knowledge.rules import (
    MOST_ANSWER,
    MOST_AT,
    MOST_ID,
    MOST_NAME,
    MOST_QUESTION,
    MOST_SAYS,
    MOST_TITLE,
    phrase_key,
)
from tests.bot.knowledge.folders import SOUND, problems, write


@pytest.mark.parametrize(
    ("file", "before", "after", "problem"),
    [
        pytest.param(
            *("answers/care.yaml", "[how to water roses,", "[how to water roses,\n    'How to water, ROSES?',"),
            "answers/care.yaml:4: the question 'How to water, ROSES?' stands here twice (first in answers/care.yaml:3); "
            "take one out",
            id="phrasing twice in an answer",
        ),
        pytest.param(
            *("answers/care.yaml", "[roses or tulips]", "[How to water roses?]"),
            "answers/care.yaml:14: the question 'How to water roses?' leads to two answers, 'compare' and 'roses-water' "
            "(answers/care.yaml:3); keep it in one of them",
            id="phrasing of two answers",
        ),
        pytest.param(
            *("answers/care.yaml", "[do roses dry out]", "[roses or tulips]"),
            "answers/care.yaml:14: the question 'roses or tulips' leads to two answers, 'compare' and 'roses-water' "
            "(answers/care.yaml:4); keep it in one of them",
            id="phrasing that is another answer's contrary",
        ),
        pytest.param(
            *("answers/care.yaml", "[roses or tulips]", "[what do rose people say of water]"),
            "answers/care.yaml:14: the question 'what do rose people say of water' leads to two answers, 'compare' and "
            "'roses-water' (answers/care.yaml:3); keep it in one of them",
            id="phrasing that a group stands for",
        ),
        pytest.param(
            *("answers/care.yaml", "[roses or tulips]", "['???']"),
            "answers/care.yaml:14: the question '???' has no words; take it out",
            id="phrasing without words",
        ),
        pytest.param(
            *("answers/care.yaml", "questions: [roses or tulips]", "questions: []"),
            "answers/care.yaml:14: answer 'compare' has no questions; write under 'questions' how people ask for it",
            id="answer that cannot be asked for",
        ),
        pytest.param(
            *("vocabulary.yaml", "names: [tulip]", "names: [Rosebush]"),
            "vocabulary.yaml:5: 'Rosebush' names two subjects, 'tulips' and 'roses' (vocabulary.yaml:4); keep it in one of them",
            id="name of two subjects",
        ),
        pytest.param(
            *("vocabulary.yaml", "names: [tulip]", "names: [rose crowd]"),
            "vocabulary.yaml:5: 'rose crowd' names two subjects, 'tulips' and 'roses' (vocabulary.yaml:4); "
            "keep it in one of them",
            id="name that a group stands for",
        ),
        pytest.param(
            *("vocabulary.yaml", "opposites: [drought]", "opposites: [Water]"),
            "vocabulary.yaml:9: 'Water' is both a name of 'watering' and its opposite; keep one",
            id="name that is its own opposite",
        ),
        pytest.param(
            *("claims.yaml", "  tension: [roses.water]\n", ""),
            "claims.yaml:10: claim 'both.rain' is in tension with 'roses.water' but does not say so; "
            "add 'tension: roses.water' to it",
            id="one-sided tension",
        ),
        pytest.param(
            *("answers/care.yaml", "claims: [roses.water, both.rain]", "claims: [roses.water]"),
            "claims.yaml:10: no answer uses claim 'both.rain'; add it to the claims of an answer",
            id="claim that no answer uses",
        ),
        pytest.param(
            *("answers/care.yaml", "title: Side by side", f"title: {'x' * (MOST_TITLE + 1)}"),
            f"answers/care.yaml:13: the title has {MOST_TITLE + 1} characters, at most {MOST_TITLE} fit; shorten it",
            id="long title",
        ),
        pytest.param(
            *("answers/care.yaml", "bullets: [in the morning", f"bullets: [{'x' * MOST_ANSWER}"),
            f"answers/care.yaml:5: the answer with its bullets has {MOST_ANSWER + 31} characters, at most {MOST_ANSWER} fit; "
            "shorten it",
            id="long answer",
        ),
        pytest.param(
            *("answers/care.yaml", "[roses or tulips]", f"[{'x' * (MOST_QUESTION + 1)}]"),
            f"answers/care.yaml:14: the question has {MOST_QUESTION + 1} characters, at most {MOST_QUESTION} fit; shorten it",
            id="long question",
        ),
        pytest.param(
            *("claims.yaml", "says: Roses and tulips like", f"says: Roses and tulips {'x' * (MOST_SAYS - 22)}"),
            f"claims.yaml:13: 'says' has {MOST_SAYS + 1} characters, at most {MOST_SAYS} fit; shorten it",
            id="long claim",
        ),
        pytest.param(
            *("claims.yaml", "at: Chapter 2", f"at: {'x' * (MOST_AT + 1)}"),
            f"claims.yaml:12: 'at' has {MOST_AT + 1} characters, at most {MOST_AT} fit; shorten it",
            id="long place in the source",
        ),
        pytest.param(
            *("vocabulary.yaml", "name: Tulips", f"name: {'x' * (MOST_NAME + 1)}"),
            f"vocabulary.yaml:5: the name has {MOST_NAME + 1} characters, at most {MOST_NAME} fit; shorten it",
            id="long name",
        ),
        pytest.param(
            *("answers/care.yaml", "- id: greeting", "- id: good day"),
            f"answers/care.yaml:18: the id 'good day' travels in commands: no spaces, at most {MOST_ID} characters; use hyphens",
            id="id with a space",
        ),
    ],
)
def test_a_broken_rule_is_told_with_its_place_but_does_not_keep_the_knowledge_from_loading(
    tmp_path: Path, file: str, before: str, after: str, problem: str
) -> None:
    assert before in SOUND[file]
    assert problem in problems(tmp_path, {file: SOUND[file].replace(before, after)})
    assert load(tmp_path).answers


def test_a_name_of_one_topic_may_be_the_opposite_of_another(tmp_path: Path) -> None:
    opposed = SOUND["vocabulary.yaml"].replace("name: greenhouses", "name: greenhouses, names: [drought]")

    assert problems(tmp_path, {"vocabulary.yaml": opposed}) == []


def test_a_subject_and_a_topic_may_share_a_name(tmp_path: Path) -> None:
    shared = SOUND["vocabulary.yaml"].replace("name: greenhouses", "name: greenhouses, names: [rosebush]")

    assert problems(tmp_path, {"vocabulary.yaml": shared}) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("What's it?", "whats IT"), ("log-in, flaws", "log in flaws"), ("  a\tb ", "a b"), ("ﬁle", "file")],
)
def test_case_and_punctuation_do_not_make_a_phrasing_another(one: str, other: str) -> None:
    assert phrase_key(one) == phrase_key(other)


@pytest.mark.parametrize(("one", "other"), [("what is C++", "what is C#"), ("a b", "ab"), ("ä", "a")])
def test_words_and_signs_that_mean_something_make_a_phrasing_another(one: str, other: str) -> None:
    assert phrase_key(one) != phrase_key(other)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("help-entro: Hello\n", "phrases.yaml:1: unknown phrase 'help-entro'; did you mean 'help-intro'?"),
        ("help-examples: Hello\n", "'help-examples' must be a list; put each item on a line of its own, after a dash"),
        ("help-intro: [a, b]\n", "'help-intro' must be one text, not a list"),
        (
            "unstated-topic: Nothing on {subject}\n",
            "nothing fills in {subject} in 'unstated-topic'; it can use {topic}",
        ),
        ("help-intro: Hello {name}\n", "nothing fills in {name} in 'help-intro'; nothing is filled in here"),
    ],
)
def test_a_phrase_that_is_never_said_or_filled_in_is_named(tmp_path: Path, text: str, problem: str) -> None:
    found = [str(one) for one in check(write(tmp_path, {**SOUND, "phrases.yaml": text}))]
    assert any(one.endswith(problem) for one in found), found
