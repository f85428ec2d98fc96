"""Answers of the guided dialogue as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.messages import Bullets
from bot.domain.phrases import Phrases
from bot.knowledge.triage import Picks, Triage, TriageQuestion


class AnswerLabels:
    def __init__(self, triage: Triage, say: Phrases) -> None:
        self._questions = triage.questions
        self._say = say

    def lines(self, picks: Picks, words: Mapping[str, str]) -> Bullets:
        """Each question with its answer."""
        return Bullets(tuple(self.line(id, picked, words.get(id, "")) for id, picked in picks.items()))

    def line(self, question: str, picked: Sequence[str], words: str = "") -> str:
        asked = self._questions[question]
        return f"{asked.ask} {self.answer(asked, picked, words)}"

    def answer(self, question: TriageQuestion, picked: Sequence[str], words: str = "") -> str:
        """The labels of the options picked, with the words that were typed for one of them."""
        return ", ".join(self._label(question, option, words) for option in picked) or self._say("triage-skipped")

    def either(self, labels: Sequence[str]) -> str:
        """Labels of options to choose from: “A”, “B” or “C”."""
        *first, last = [f"“{label}”" for label in labels]
        return self._say("triage-or", first=", ".join(first), last=last) if first else last

    def _label(self, question: TriageQuestion, option: str, words: str) -> str:
        found = question.options[option]
        if not words or not found.free:
            return found.label
        return self._say("triage-own-words", option=found.label, words=words)
