"""What the wording of each curated answer covers: the words it is asked and answered with, and whether it counts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bot.knowledge.model import Answer, KnowledgeBase
from bot.nlu.english import FUNCTION_WORDS
from bot.nlu.entities import stem
from bot.nlu.question_form import asks_for_number
from bot.nlu.text import split_words

NEAR = 2  # words between a number and what it counts
OFTEN = {"once", "twice", "thrice", "daily", "weekly", "monthly", "yearly", "hourly"}
# "One" and "two" mostly say something else.
NUMBERS = {
    "half", "dozen", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty",
    "thirty", "forty", "fifty", "hundred", "thousand", "million",
}  # fmt: skip


class EntryWords:
    """The words of each answer, its examples and its claims, as stems. An answer's are read when first asked for."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._stems: dict[str, frozenset[str]] = {}
        self._counts: dict[str, bool] = {}

    def speaks_of(self, entry: Answer, word: str) -> bool:
        """Whether `word`, or the adjective that it is a comparative of, stands in the answer or its examples."""
        stems = self.stems(entry)
        return any(stem(form) in stems for form in (word, *positives(word)))

    def stems(self, entry: Answer) -> frozenset[str]:
        """Of the words that the answer is asked and answered with."""
        found = self._stems.get(entry.id)
        if found is None:
            found = self._stems[entry.id] = self._stems_of(entry)
        return found

    def counts(self, entry: Answer, words: Sequence[str]) -> bool:
        """Whether the answer is one to questions for a number, or has one, and speaks of what `words` want counted: an
        answer on how many applications does not say how many weeks."""
        counted = _counted_in(words)
        if self._is_asked_for_number(entry):
            return not counted or self.speaks_of(entry, counted)
        return any(_counts_off(text, stem(counted)) for text in (entry.answer, *entry.bullets))

    def _is_asked_for_number(self, entry: Answer) -> bool:
        asked = self._counts.get(entry.id)
        if asked is None:
            examples = (*entry.questions, *entry.contrary)
            asked = any(asks_for_number([word.text for word in split_words(text)]) for text in examples)
            self._counts[entry.id] = asked
        return asked

    def _stems_of(self, entry: Answer) -> frozenset[str]:
        claims = self._knowledge.claims
        says = [claims[claim].says for claim in entry.claims if claim in claims]
        texts = (entry.title, entry.answer, *entry.bullets, *entry.questions, *entry.contrary, *says)
        different = {piece for text in texts for piece in text.lower().split()}  # examples have most words in common
        return frozenset(stem(word.text) for piece in different for word in split_words(piece))


def _counts_off(text: str, counted: str) -> bool:
    """True if `text` counts the stem `counted`: "four hours"; where that is empty, if it has figures or says how
    often."""
    words = [word.text for word in split_words(text)]
    if not counted:
        return any(word in OFTEN or word.isdecimal() for word in words)
    numbers = [at for at, word in enumerate(words) if word in NUMBERS or word.isdecimal()]
    return any(counted in map(stem, words[max(at - NEAR, 0) : at + NEAR + 1]) for at in numbers)


def _counted_in(words: Sequence[str]) -> str:
    """What stands after "how many"; empty where that is not asked, or nothing stands there."""
    for (first, second), thing in zip(pairwise(words), words[2:], strict=False):
        if first == "how" and second == "many" and thing != "times" and thing not in FUNCTION_WORDS:
            return thing
    return ""


def positives(comparative: str) -> tuple[str, ...]:
    """What an English comparative in -er may be formed of: faster of fast, wider of wide, easier of easy."""
    if not comparative.endswith("er"):
        return ()
    base = comparative[:-2]
    doubled = base[:-1] if len(base) > 2 and base[-1] == base[-2] else base
    easy = base[:-1] + "y" if base.endswith("i") else base
    return tuple(dict.fromkeys((base, base + "e", doubled, easy)))
