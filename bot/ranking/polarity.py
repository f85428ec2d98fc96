"""Polarity: does a yes/no question ask whether what an answer says holds, or whether the contrary does?

Learnt from the wordings of all answers together. What a question names is blanked out, so that "are servers off A's
list" teaches something about every other topic; what the wordings of one answer tell is weighed in besides.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.nlu.question import Question
from bot.retrieval import Retriever

ALIGNED, CONTRARY = "aligned", "contrary"

LANDMARKS = 300
# Weights of a logistic curve, fitted to the example questions, each left out in its turn. The offset is a little lower
# than that: a plain question that gets the contrary verdict is the worse mistake.
OF_WORDING = 0.8
OF_ENTRY = 2.0  # what the examples of the answer itself say
TURNED = 1.5  # a word such as "outside" is there
OFFSET = -0.2  # where nothing speaks for either, what the answer says is meant
OPPOSITE = 0.9  # a topic is called by a name for its contrary


def fit(questions: Iterable[tuple[Question, bool]]) -> Retriever:
    """Learns from yes/no questions, each with whether it asks for the contrary of what its answer says."""
    examples = [
        (CONTRARY if contrary else ALIGNED, _wording(question))
        for question, contrary in questions
        if question.form == "yesno"
    ]
    both = len({label for label, _ in examples}) == 2  # else there is nothing to tell apart
    return Retriever.fit(examples if both else [], landmarks=LANDMARKS)


class Polarity:
    """Judges questions by what `fit` learnt."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    def leaning(self, question: Question) -> float:
        """How much the wording speaks for the contrary; 0 where nothing was learnt."""
        if question.form != "yesno":
            return 0.0
        scores = {found.label: found.score for found in self._retriever.rank(_wording(question)).candidates}
        wording = scores.get(CONTRARY, 0.0) - scores.get(ALIGNED, 0.0)
        opposite = any(mention.opposite for mention in question.mentions)
        return OF_WORDING * wording + TURNED * question.is_negated + OPPOSITE * opposite + OFFSET


def _wording(question: Question) -> tuple[str, ...]:
    return (*question.delexicalized, "<turned>") if question.is_negated else question.delexicalized
