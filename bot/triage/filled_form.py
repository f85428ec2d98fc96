"""What was entered in the form with all questions, and the words that are kept of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.knowledge.triage import Triage
from bot.triage.transitions import is_answer

LONGEST_WORDS = 100  # characters: the name of a standard, not a letter


@dataclass(frozen=True, slots=True)
class FilledForm:
    picks: dict[str, tuple[str, ...]]  # the valid answers, by question id
    words: dict[str, str]  # typed beside them, see `bot.domain.dialogue_state.Given`
    missing: str  # the first question without a valid answer; "" if there is none


def read_form(entered: Mapping[str, tuple[str, ...]], triage: Triage) -> FilledForm:
    """The answers among the values `entered`, by field id."""
    picks: dict[str, tuple[str, ...]] = {}
    words: dict[str, str] = {}
    missing = ""
    for question in triage.questions.values():
        options = tuple(option for option in question.options if option in entered.get(question.id, ()))
        said = kept_words(" ".join(entered.get(words_field(question.id), ()))) if question.free else ""
        if said:
            words[question.id] = said
            options = options or (question.free,)
        if is_answer(question, options):
            picks[question.id] = options
        else:
            missing = missing or question.ask
    return FilledForm(picks, words, missing)


def words_field(question: str) -> str:
    """The id of the field for the words to the answer to `question`."""
    return f"{question}/words"


def kept_words(text: str) -> str:
    """`text` on one line, at most `LONGEST_WORDS` characters of it."""
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_WORDS else words[: LONGEST_WORDS - 1].rstrip() + "…"
