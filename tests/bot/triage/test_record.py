"""The record of a recommendation: written, read again, replayed; what is wrong with one is said in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.advisor import Advisor
from bot.knowledge.triage import Triage
from bot.knowledge.triage_paths import answers_of, path_criteria, walk
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
        "rules": ["both/1", "protect/one", "worry/code", "due/application", "worry/components"],
    }


def test_every_path_has_one_outcome_that_its_record_replays_to(advisor: Advisor, triage: Triage) -> None:
    paths = 0
    for path in walk(triage, answers_of(triage, path_criteria(triage))):
        found = decide(path.picks, triage)
        kept = TriageRecord(path.picks, found.outcome.id, found.rules, advisor.knowledge.version, at_time(0.0))
        assert read(write(kept), triage) == kept
        assert found.reasons or found.outcome.claims
        assert all(point.claims for point in (*found.reasons, *found.watch, *found.first, *found.tools))
        paths += 1
    assert paths > 200


def test_the_words_for_another_standard_are_kept_in_the_record_and_replayed(advisor: Advisor, talk: Talk) -> None:
    given = talk.say("help us choose", "1", "code", "nothing", "FedRAMP, from next year on")
    data = json.loads(talk.kept[0].record)
    assert data["answers"]["due"] == ["other"]
    assert data["words"] == {"due": "FedRAMP, from next year on"}
    assert says(given, "Which compliance is due? Another one (“FedRAMP, from next year on”)")
    assert advisor.recommendation(talk.kept[0].record).body == given.body


def test_a_record_of_an_earlier_version_has_no_words_and_is_read_as_before(advisor: Advisor, triage: Triage) -> None:
    earlier = (
        '{"format": 1, "knowledge": "0a1b2c3d4e5f", "at": "2026-01-31T12:00:00Z", "outcome": "both", "answers": '
        '{"protect": ["product"], "worry": ["components", "insiders"], "existing": ["nothing"], "due": ["other"], '
        '"means": ["teams"]}, "rules": ["both/1", "protect/product", "worry/components", "means/teams"]}'
    )
    assert read(earlier, triage).words == {}
    reply = advisor.recommendation(earlier)
    assert says(reply, "At that time it was: Both, AppSec first")
    assert says(reply, "Another one\n") or says(reply, "Another one •")
    assert says(reply, "Recommended on 31 January 2026.")


def test_a_replay_says_where_the_knowledge_has_changed(advisor: Advisor, record: dict[str, Any]) -> None:
    same = advisor.recommendation(json.dumps(record))
    assert not says(same, "has changed since")
    other = advisor.recommendation(json.dumps(record | {"knowledge": "before", "outcome": "appsec"}))
    assert says(other, "has changed since")
    assert says(other, "At that time it was: AppSec first")
    assert other.title == same.title == "Both, AppSec first"


def other_standard(record: dict[str, Any]) -> dict[str, Any]:
    return record | {"answers": record["answers"] | {"due": ["other"]}}


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
        (lambda record: record | {"words": ["x"]}, "'words' must be an object"),
        (lambda record: record | {"words": {"due": "x"}}, "whose answer keeps none; take it out"),
        (lambda record: record | {"words": {"colour": "x"}}, "whose answer keeps none; take it out"),
        (lambda record: other_standard(record) | {"words": {"due": "x" * 101}}, "a text of 1 to 100 characters"),
        (lambda record: other_standard(record) | {"words": {"due": 5}}, "a text of 1 to 100 characters"),
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
