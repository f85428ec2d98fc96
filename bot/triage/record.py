"""The record of a recommendation: JSON text that replays to the same recommendation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rapidfuzz import process

from bot.domain.dialogue_state import Run
from bot.knowledge.triage import Picks, Triage
from bot.triage.filled_form import LONGEST_WORDS
from bot.triage.transitions import is_answer, takes_words, with_answers

FORMAT = 1
KEYS = ("format", "knowledge", "at", "outcome", "answers", "rules")
WORDS = "words"  # a key that a record has where words were kept; older ones have none


class RecordError(ValueError):
    """The text is no record that replays with this knowledge. Says what is wrong, and the remedy."""


@dataclass(frozen=True, slots=True)
class TriageRecord:
    answers: Picks
    outcome: str
    rules: tuple[str, ...]
    knowledge: str  # the version it was made with
    at: str  # when, ISO 8601 in UTC
    words: Mapping[str, str] = field(default_factory=dict)  # typed for an option that keeps words, by question

    @property
    def seconds(self) -> float:
        """When, in seconds since 1970."""
        return datetime.fromisoformat(self.at.replace("Z", "+00:00")).timestamp()


def at_time(at: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def write(record: TriageRecord) -> str:
    """`record` as JSON text. Deterministic."""
    data: dict[str, object] = {
        "format": FORMAT,
        "knowledge": record.knowledge,
        "at": record.at,
        "outcome": record.outcome,
        "answers": {question: list(options) for question, options in record.answers.items()},
        "rules": list(record.rules),
    }
    if record.words:
        data[WORDS] = dict(record.words)
    return json.dumps(data, ensure_ascii=False)


def read(text: str, triage: Triage | None) -> TriageRecord:
    """The record in `text`, its answers checked against the dialogue. Raises RecordError."""
    if triage is None:
        raise RecordError("this knowledge has no guided dialogue; name the folder that the record was made with")
    data = _object(text)
    answers = {
        _known(question, triage.questions, "question"): _options(question, options, triage)
        for question, options in _answers(data).items()
    }
    _check_complete(answers, triage)
    return TriageRecord(
        answers={id: answers[id] for id in triage.questions if id in answers},
        outcome=_text(data, "outcome"),
        rules=_texts(data, "rules"),
        knowledge=_text(data, "knowledge"),
        at=_time(data),
        words=_words(data, answers, triage),
    )


def _object(text: str) -> dict[str, object]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise RecordError("not JSON; a record is what `advisor triage --export json` writes") from None
    if not isinstance(data, dict):
        raise RecordError("not a JSON object; a record is what `advisor triage --export json` writes")
    for key in KEYS:
        if key not in data:
            raise RecordError(f"{key!r} is missing; a record has {', '.join(KEYS)}")
    for key in data:
        if key not in (*KEYS, WORDS):
            raise RecordError(f"unknown key {_short(key)}; a record has {', '.join(KEYS)}")
    if data["format"] != FORMAT or isinstance(data["format"], bool):
        raise RecordError(f"'format' is {_short(data['format'])}, this version reads {FORMAT}")
    return data


def _answers(data: dict[str, object]) -> dict[str, object]:
    answers = data["answers"]
    if not isinstance(answers, dict):
        raise RecordError("'answers' must be an object from question ids to lists of option ids")
    return answers


def _options(question: str, options: object, triage: Triage) -> tuple[str, ...]:
    if not isinstance(options, list) or not all(isinstance(option, str) for option in options):
        raise RecordError(f"the answer to {_short(question)} must be a list of option ids")
    asked = triage.questions[question]
    picked = tuple(_known(option, asked.options, f"option of {question!r}") for option in options)
    if len(set(picked)) < len(picked):
        raise RecordError(f"the answer to {question!r} names an option twice")
    if not is_answer(asked, picked):
        takes = "needs an answer" if not picked else "takes one option"
        raise RecordError(f"question {question!r} {takes}, and the record has {len(picked)}")
    return tuple(option for option in asked.options if option in picked)


def _check_complete(answers: Picks, triage: Triage) -> None:
    whole = with_answers(Run("", ""), answers, triage)
    if whole.at:
        raise RecordError(f"question {whole.at!r} has no answer; an empty list stands for a skipped one")
    for question in answers:
        if question not in whole.picks:
            raise RecordError(f"question {question!r} is not asked after these answers; take its answer out")


def _known(id: str, known: object, what: str) -> str:
    names = list(known)  # type: ignore[call-overload]
    if id in names:
        return id
    near = process.extractOne(id, names, score_cutoff=70)
    remedy = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
    raise RecordError(f"unknown {what} {_short(id)}; {remedy}")


def _text(data: dict[str, object], key: str) -> str:
    value = data[key]
    if not isinstance(value, str):
        raise RecordError(f"{key!r} must be text")
    return value


def _texts(data: dict[str, object], key: str) -> tuple[str, ...]:
    value = data[key]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RecordError(f"{key!r} must be a list of texts")
    return tuple(value)


def _words(data: dict[str, object], answers: Picks, triage: Triage) -> dict[str, str]:
    found = data.get(WORDS, {})
    if not isinstance(found, dict):
        raise RecordError(f"{WORDS!r} must be an object from question ids to texts")
    for question, words in found.items():
        if question not in answers or not takes_words(triage.questions[question], answers[question]):
            raise RecordError(f"{WORDS!r} has a text for {_short(question)}, whose answer keeps none; take it out")
        if not isinstance(words, str) or not words or len(words) > LONGEST_WORDS:
            raise RecordError(f"the words for {question!r} must be a text of 1 to {LONGEST_WORDS} characters")
    return {str(question): str(words) for question, words in found.items()}


def _time(data: dict[str, object]) -> str:
    value = _text(data, "at")
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise RecordError(f"'at' is {_short(value)}, a time such as 2026-01-31T12:00:00Z is needed") from None
    if moment.tzinfo is None:
        raise RecordError("'at' has no time zone; end it with Z for UTC")
    return value


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:59] + "…"
