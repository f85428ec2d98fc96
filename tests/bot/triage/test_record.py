"""The record of a recommendation: written, read again, replayed; what is wrong with one is said in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.advisor import Advisor
from bot.knowledge.triage import Triage
from bot.knowledge.triage_paths import answer_classes, path_criteria, walk
from bot.triage.recommendation import decide
from bot.triage.record import RecordError, TriageRecord, at_time, read, write
from tests.bot.triage.talk import Talk, says


@pytest.fixture(scope="session")
def triage(advisor: Advisor) -> Triage:
    assert advisor.knowledge.triage is not None
    return advisor.knowledge.triage


@pytest.fixture
def record(talk: Talk) -> dict[str, Any]:
    talk.say("help us choose", "1", "code, suppliers", "nothing", "pci", "no budget")
    data: dict[str, Any] = json.loads(talk.kept[0].record)
    return data


def test_a_record_holds_answers_outcome_rules_version_and_time(advisor: Advisor, record: dict[str, Any]) -> None:
    assert record == {
        "format": 1,
        "knowledge": advisor.knowledge.version,
        "at": "1970-01-12T13:46:46Z",
        "outcome": "both",
        "answers": {
            "protect": ["one"],
            "worry": ["code", "components"],
            "existing": ["nothing"],
            "due": ["application"],
            "means": ["teams"],
        },
        "rules": ["both/2", "protect/one", "worry/code", "worry/components", "due/application", "means/teams"],
    }


def test_every_path_has_one_outcome_that_its_record_replays_to(advisor: Advisor, triage: Triage) -> None:
    answers = {question.id: answer_classes(question, path_criteria(triage)) for question in triage.questions.values()}
    paths = 0
    for path in walk(triage, answers):
        found = decide(path.picks, triage)
        kept = TriageRecord(path.picks, found.outcome.id, found.rules, advisor.knowledge.version, at_time(0.0))
        assert read(write(kept), triage) == kept
        assert found.reasons or found.outcome.claims
        assert all(point.claims for point in (*found.reasons, *found.watch, *found.first, *found.tools))
        assert all(change.outcome != found.outcome.id for change in found.changes)
        paths += 1
    assert paths > 200


def test_a_replay_says_where_the_knowledge_has_changed(advisor: Advisor, record: dict[str, Any]) -> None:
    same = advisor.recommendation(json.dumps(record))
    assert not says(same, "has changed since")
    other = advisor.recommendation(json.dumps(record | {"knowledge": "before", "outcome": "appsec"}))
    assert says(other, "has changed since")
    assert says(other, "At that time it was: AppSec first")
    assert other.title == same.title == "Both, AppSec first"


def without(key: str) -> Any:
    return lambda record: {name: value for name, value in record.items() if name != key}


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            lambda record: record | {"answers": {"protetc": ["one"]}},
            "unknown question 'protetc'; did you mean 'protect'",
        ),
        (
            lambda record: record | {"answers": record["answers"] | {"due": ["aplication"]}},
            "did you mean 'application'",
        ),
        (
            lambda record: record | {"answers": record["answers"] | {"due": "application"}},
            "must be a list of option ids",
        ),
        (lambda record: record | {"answers": record["answers"] | {"due": ["all", "other"]}}, "takes one option"),
        (lambda record: record | {"answers": record["answers"] | {"worry": ["code", "code"]}}, "an option twice"),
        (lambda record: record | {"answers": record["answers"] | {"protect": []}}, "'protect' needs an answer"),
        (lambda record: record | {"answers": {"protect": ["one"]}}, "question 'worry' has no answer"),
        (lambda record: record | {"answers": record["answers"] | {"protect": ["other"]}}, "is not asked"),
        (lambda record: record | {"answers": []}, "'answers' must be an object"),
        (lambda record: record | {"format": 2}, "'format' is 2, this version reads 1"),
        (lambda record: record | {"at": "yesterday"}, "a time such as"),
        (lambda record: record | {"at": "2026-01-01T00:00:00"}, "no time zone"),
        (lambda record: record | {"at": 5}, "'at' must be text"),
        (lambda record: record | {"rules": "both/2"}, "'rules' must be a list of texts"),
        (lambda record: record | {"name": "x"}, "unknown key 'name'"),
        (without("outcome"), "'outcome' is missing"),
        (without("answers"), "'answers' is missing"),
        (lambda record: [record], "not a JSON object"),
    ],
)
def test_a_record_that_cannot_be_read_is_told_in_words(
    record: dict[str, Any], triage: Triage, spoil: Any, told: str
) -> None:
    with pytest.raises(RecordError, match=r".+") as raised:
        read(json.dumps(spoil(record)), triage)
    assert told in str(raised.value)


@pytest.mark.parametrize("text", ["", "no", "{", "[" * 100_000, '{"format": 1e999}'])
def test_what_is_no_json_is_told(triage: Triage, text: str) -> None:
    with pytest.raises(RecordError):
        read(text, triage)


def test_where_there_is_no_dialogue_there_is_nothing_to_replay(gardener: Advisor, record: dict[str, Any]) -> None:
    with pytest.raises(RecordError, match="no guided dialogue"):
        gardener.recommendation(json.dumps(record))
