"""Explains a reply to curators, as plain data for `--explain` and the workbench."""

from __future__ import annotations

from collections.abc import Callable

from bot.answering.decision import Decision
from bot.nlu.question import Question
from bot.reader.reader import Reading


def explain(
    question: Question,
    decision: Decision,
    parts: list[tuple[Question, Decision]],
    telling_words: Callable[[], tuple[str, ...]],
) -> dict[str, object]:
    """How the question was read, the candidates with their scores, and the rule that decided."""
    return {
        "words": list(question.words),
        "mended": [list(pair) for pair in question.corrections],
        "subjects": list(question.subjects),
        "topics": list(question.topics),
        "aspects": list(question.aspects),
        "context": decision.resolved.rule,
        "candidates": [{"entry": c.entry, "score": round(c.score, 3)} for c in decision.candidates.ranked[:5]],
        "rule": decision.rule,
        "incident": list(telling_words()),
        "read": _read(decision.reading),
        "parts": [{"question": q.text, "entry": d.entry, "rule": d.rule} for q, d in parts],
    }


def _read(reading: Reading | None) -> dict[str, object]:
    """The likeliest answers and the verdicts with their probabilities; empty without a learnt reader."""
    if reading is None:
        return {}
    answers = [{"entry": entry, "probability": found} for entry, found in list(reading.answers.items())[:5]]
    return {"answers": answers, "verdicts": dict(reading.verdicts_on(reading.best)), "incident": reading.incident}
