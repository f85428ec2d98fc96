"""References that lead nowhere, and ids that two things have."""

# ruff: noqa: E501 (a message stands on one line)

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.knowledge.folders import SOUND, problems


@pytest.mark.parametrize(
    ("file", "before", "after", "problem"),
    [
        pytest.param(
            *("claims.yaml", "{watering: yes, rain: no}", "{watering: yes, rainn: no}"),
            "claims.yaml:7: unknown topic 'rainn'; did you mean 'rain'?",
            id="topic of a claim",
        ),
        pytest.param(
            *("claims.yaml", "topics: [rain]", "topics: [rainn]"),
            "claims.yaml:16: unknown topic 'rainn'; did you mean 'rain'?",
            id="topic in a claim's list",
        ),
        pytest.param(
            *("claims.yaml", "also: {tulips: {watering: no}}", "also: {tulps: {watering: no}}"),
            "claims.yaml:8: unknown subject 'tulps'; did you mean 'tulips'?",
            id="subject that a claim speaks of besides",
        ),
        pytest.param(
            *("claims.yaml", "also: {tulips: {watering: no}}", "also: {tulips: {watring: no}}"),
            "claims.yaml:8: unknown topic 'watring'; did you mean 'watering'?",
            id="topic that a claim speaks of besides",
        ),
        pytest.param(
            *("claims.yaml", "subject: roses", "subject: rosse"),
            "claims.yaml:5: unknown subject 'rosse'; did you mean 'roses'?",
            id="subject of a claim",
        ),
        pytest.param(
            *("claims.yaml", "aspect: care\n  topics: [", "aspect: car\n  topics: ["),
            "claims.yaml:15: unknown aspect 'car'; did you mean 'care'?",
            id="aspect of a claim",
        ),
        pytest.param(
            *("claims.yaml", "source: almanac\n  at: Chapter 2", "source: zzz\n  at: Chapter 2"),
            "claims.yaml:11: unknown source 'zzz'; known here: almanac",
            id="source of a claim",
        ),
        pytest.param(
            *("claims.yaml", "tension: both.rain", "tension: both.rian"),
            "claims.yaml:9: unknown claim 'both.rian'; did you mean 'both.rain'?",
            id="dangling tension",
        ),
        pytest.param(
            *("claims.yaml", "tension: both.rain", "tension: roses.water"),
            "claims.yaml:9: claim 'roses.water' is in tension with itself; name the other",
            id="tension with itself",
        ),
        pytest.param(
            *("answers/care.yaml", "claims: [roses.water, both.rain]", "claims: [rose.water, both.rain]"),
            "answers/care.yaml:10: unknown claim 'rose.water'; did you mean 'roses.water'?",
            id="claim of an answer",
        ),
        pytest.param(
            *("answers/care.yaml", "related: [compare]", "related: [comparison]"),
            "answers/care.yaml:11: unknown answer 'comparison'; did you mean 'compare'?",
            id="related answer",
        ),
        pytest.param(
            *("answers/care.yaml", "table: [care, roses-water]", "table: [care, roses-wter]"),
            "answers/care.yaml:17: unknown aspect or answer 'roses-wter'; did you mean 'roses-water'?",
            id="row of a table",
        ),
        pytest.param(
            *("answers/care.yaml", "topic: [watering]", "topic: [watering,\n    wattering]"),
            "answers/care.yaml:10: unknown topic 'wattering'; did you mean 'watering'?",
            id="topic of an answer, on the line where it stands",
        ),
        pytest.param(
            *("phrases.yaml", "help-examples:\n  - how to water roses\n", "starting-points:\n  - compre\n"),
            "phrases.yaml:3: unknown answer 'compre'; did you mean 'compare'?",
            id="answer among the starting points",
        ),
        pytest.param(
            *("vocabulary.yaml", "within: watering", "within: watring"),
            "vocabulary.yaml:10: unknown topic 'watring'; did you mean 'watering'?",
            id="wider topic",
        ),
        pytest.param(
            *("vocabulary.yaml", "contrast: [tulips]", "contrast: [tulps]"),
            "vocabulary.yaml:4: unknown subject 'tulps'; did you mean 'tulips'?",
            id="subject of comparison",
        ),
        pytest.param(
            *("vocabulary.yaml", "opposites: [drought]", "within: [rain]"),
            "vocabulary.yaml:9: topics lie within each other (watering within rain within watering); take one out",
            id="topics within each other",
        ),
        pytest.param(
            *("claims.yaml", "- id: both.rain", "- id: roses.water"),
            "claims.yaml:10: duplicate claim id 'roses.water' (first in claims.yaml:1); give one of them another id",
            id="two claims with one id",
        ),
        pytest.param(
            *("vocabulary.yaml", "- {id: rain, name: rain", "- {id: watering, name: rain"),
            "vocabulary.yaml:10: duplicate topic id 'watering' (first in vocabulary.yaml:9); give one of them another id",
            id="two topics with one id",
        ),
    ],
)
def test_a_reference_that_leads_nowhere_is_told_with_its_place(
    tmp_path: Path, file: str, before: str, after: str, problem: str
) -> None:
    assert before in SOUND[file]
    assert problem in problems(tmp_path, {file: SOUND[file].replace(before, after)})


def test_two_answers_with_one_id_in_two_files_are_told(tmp_path: Path) -> None:
    found = problems(tmp_path, {"answers/more.yaml": "- {id: compare, questions: [anything else], answer: No.}\n"})

    assert found == [
        "answers/more.yaml:1: duplicate answer id 'compare' (first in answers/care.yaml:12); give one of them another id"
    ]


def test_references_into_a_vocabulary_that_is_not_there_are_told(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        {"vocabulary.yaml": "aspects: []\n", "answers/care.yaml": "- {id: x, questions: [x], answer: X, topic: y}"},
    )

    assert (
        "answers/care.yaml:1: unknown topic 'y'; there are no topics yet, add it to vocabulary.yaml or mend the spelling"
        in found
    )
