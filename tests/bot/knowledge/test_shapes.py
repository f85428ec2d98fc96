"""Wrong shapes: unknown keys, wrong types and missing keys, each with its file, its line and a remedy."""

# ruff: noqa: E501 (a message stands on one line)

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.expansion import MOST_EXPANSIONS
from tests.bot.knowledge.folders import SOUND, problems


@pytest.mark.parametrize(
    ("file", "before", "after", "problem"),
    [
        pytest.param(
            *("answers/care.yaml", "  bullets: [in the", "  bulets: [in the"),
            "answers/care.yaml:6: unknown key of an answer, 'bulets'; did you mean 'bullets'?",
            id="unknown key with a near one",
        ),
        pytest.param(
            *("sources.yaml", "disclosure:", "zzz:"),
            "sources.yaml:7: unknown key of a source, 'zzz'; known here: id, title, publisher, author, published, url, "
            "disclosure",
            id="unknown key with none near",
        ),
        pytest.param(
            *("vocabulary.yaml", "topics:", "topic:"),
            "vocabulary.yaml:8: unknown key of a vocabulary, 'topic'; did you mean 'topics'?",
            id="unknown section of the vocabulary",
        ),
        pytest.param(
            *("answers/care.yaml", "answer: They differ.", "answer: [They, differ]"),
            "answers/care.yaml:15: 'answer' must be text, not a list",
            id="list for a text",
        ),
        pytest.param(
            *("answers/care.yaml", "answer: They differ.", "answer: {They: differ}"),
            "answers/care.yaml:15: 'answer' must be text, not a mapping; a text that contains ': ' or { needs quotes around it",
            id="mapping for a text",
        ),
        pytest.param(
            *("answers/care.yaml", "answer: They differ.", "answer: 42"),
            "answers/care.yaml:15: 'answer' must be text, not a number or date ('42'); put it in quotes",
            id="number for a text",
        ),
        pytest.param(
            *("answers/care.yaml", "answer: They differ.", "answer: no"),
            "answers/care.yaml:15: 'answer' must be text, not yes/no ('no'); put it in quotes",
            id="yes or no for a text",
        ),
        pytest.param(
            *("answers/care.yaml", "answer: They differ.", "answer:"),
            "answers/care.yaml:15: 'answer' must be text, not nothing",
            id="nothing for a text",
        ),
        pytest.param(
            *("answers/care.yaml", "answer: They differ.", "answer: ' '"),
            "answers/care.yaml:15: 'answer' is empty; write something or take it out",
            id="empty text",
        ),
        pytest.param(
            *("answers/care.yaml", "[in the morning, in the evening]", "[in the morning, [in, the, evening]]"),
            "answers/care.yaml:6: 'bullets' must be text, not a list",
            id="list within a list of texts",
        ),
        pytest.param(
            *("answers/care.yaml", "  answer: They differ.\n", ""),
            "answers/care.yaml:12: an answer needs 'answer'; add it",
            id="missing key",
        ),
        pytest.param(
            *("claims.yaml", "  aspect: care\n  topics: [rain]", "  topics: [rain]"),
            "claims.yaml:10: a claim needs 'aspect'; add it",
            id="claim without an aspect",
        ),
        pytest.param(
            *(
                "claims.yaml",
                "  aspect: care\n  topics: [rain]",
                "  aspect: care\n  strength: name-some\n  topics: [rain]",
            ),
            "claims.yaml:16: unknown strength of a claim 'name-some'; did you mean 'names-some'?",
            id="unknown strength",
        ),
        pytest.param(
            *("claims.yaml", "  aspect: care\n  topics: [rain]", "  aspect: care\n  strength: yes\n  topics: [rain]"),
            "claims.yaml:16: 'strength' must be text, not yes/no ('yes'); put it in quotes",
            id="strength that is no text",
        ),
        pytest.param(
            *("answers/care.yaml", "kind: help", "kind: hlep"),
            "answers/care.yaml:19: unknown kind of answer 'hlep'; did you mean 'help'?",
            id="unknown kind",
        ),
        pytest.param(
            *("answers/care.yaml", "  subjects: [roses, tulips]", "  subjects: [roses]\n  subject: tulips"),
            "answers/care.yaml:16: 'subject' and 'subjects' say the same; keep one",
            id="two spellings of one key",
        ),
        pytest.param(
            *("claims.yaml", "promotion: yes", "promotion: perhaps"),
            "claims.yaml:18: 'promotion' must be yes or no, not text",
            id="text for yes or no",
        ),
        pytest.param(
            *("claims.yaml", "{watering: yes, rain: no}", "{watering: 'yes', rain: no}"),
            "claims.yaml:7: what the claim says of topic 'watering' must be yes or no, not text; write it without quotes",
            id="text for a stance",
        ),
        pytest.param(
            *("claims.yaml", "also: {tulips: {watering: no}}", "also: [tulips]"),
            "claims.yaml:8: 'also' must be a mapping (name: …), not a list",
            id="list for a mapping",
        ),
        pytest.param(
            *("claims.yaml", "also: {tulips: {watering: no}}", "also: {roses: {watering: no}}"),
            "claims.yaml:8: the claim says both yes and no of 'roses' on 'watering'; keep one, or make two claims in tension",
            id="claim that contradicts itself",
        ),
        pytest.param(
            *("vocabulary.yaml", '"rose {folk}"', '"rose {flok}"'),
            "vocabulary.yaml:4: unknown group 'flok'; did you mean 'folk'?",
            id="unknown group",
        ),
        pytest.param(
            *("answers/care.yaml", "roses or tulips", '"roses or {tulips"'),
            "answers/care.yaml:14: a brace in 'roses or {tulips' has no partner; write {group} or take it out",
            id="open brace",
        ),
        pytest.param(
            *("vocabulary.yaml", '"rose {folk}"', f'"rose{" {folk}" * 9}"'),
            f"vocabulary.yaml:4: 'rose{' {folk}' * 7} {{folk…' stands for 512 phrases, at most {MOST_EXPANSIONS} are allowed; "
            "use fewer groups",
            id="too many expansions",
        ),
        pytest.param(
            *("phrases.yaml", "help-intro: Good day", "help-intro: {text: Good day}"),
            "phrases.yaml:1: 'help-intro' must be text, not a mapping; a text that contains ': ' or { needs quotes around it",
            id="mapping for a phrase",
        ),
    ],
)
def test_a_wrong_shape_is_told_with_its_place(tmp_path: Path, file: str, before: str, after: str, problem: str) -> None:
    assert before in SOUND[file]
    assert problem in problems(tmp_path, {file: SOUND[file].replace(before, after)})


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        pytest.param(
            *("answers/more.yaml", "id: x\n"),
            "answers/more.yaml:1: a list of answers is needed here, not a mapping; begin each answer with '- '",
            id="mapping for a list",
        ),
        pytest.param(
            *("answers/more.yaml", "- id: x\n  questions: [x]\n  answer: X\n- y\n"),
            "answers/more.yaml:4: an answer is a mapping with id, title, kind …, not text",
            id="text in a list of mappings",
        ),
        pytest.param(
            *("answers/more.yaml", "- questions: [x]\n  answer: X\n"),
            "answers/more.yaml:1: an answer needs 'id'; add it",
            id="answer without an id",
        ),
        pytest.param(
            *("answers/more.yaml", "- id: x\n  answer: X\n"),
            "answers/more.yaml:1: an answer needs 'questions', else nobody can find or name it; add them",
            id="answer without questions",
        ),
        pytest.param(
            *("answers/more.yaml", "- id: x\n  answer: X\n  questions: []\n"),
            "answers/more.yaml:3: an answer needs 'questions', else nobody can find or name it; add them",
            id="answer with an empty list of questions",
        ),
        pytest.param(
            *("vocabulary.yaml", "- id: x\n"),
            "vocabulary.yaml:1: a vocabulary is a mapping with groups, subjects, aspects …, not a list",
            id="list for the vocabulary",
        ),
        pytest.param(
            *("phrases.yaml", "- hello\n"),
            "phrases.yaml:1: the phrases must be a mapping (name: …), not a list",
            id="list for the phrases",
        ),
    ],
)
def test_a_wrong_file_is_told_with_its_place(tmp_path: Path, file: str, content: str, problem: str) -> None:
    assert problem in problems(tmp_path, {file: content})


def test_braces_are_plain_text_where_there_is_no_vocabulary(tmp_path: Path) -> None:
    answers = '- {id: x, answer: X, questions: ["what does {{ name }} mean"]}\n'

    assert problems(tmp_path, dict.fromkeys(SOUND, "") | {"answers/care.yaml": answers}) == [
        f"{file}: the file is empty; write something into it or delete it"
        for file in sorted(SOUND)
        if file != "answers/care.yaml"
    ]
