"""Words and concepts: mending the spelling of a word, and finding the subjects, aspects and topics that a text names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import Stemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.english import AUXILIARIES, CONTRACTIONS, FUNCTION_WORDS, IMPERATIVES, NEGATIONS, QUESTION_WORDS
from bot.knowledge.model import Concept, KnowledgeBase
from bot.text import Word, split_words

Layer = Literal["subject", "aspect", "topic"]

_stem_word: Callable[[str], str] = Stemmer.Stemmer("english").stemWord


@cache
def stem(word: str) -> str:
    """The Snowball stem of `word` (Porter 2); numbers and short words are left alone."""
    return word if len(word) < 4 else _stem_word(word)


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept that a text names: which words (from `start` up to `end`), and whether by a name for its contrary."""

    layer: Layer
    concept: str
    start: int
    end: int
    opposite: bool = False


class Speller:
    """Mends a word that is not known, where one known word is near enough to be what was meant."""

    def __init__(self, words: Mapping[str, int], is_english: Callable[[str], bool]) -> None:
        """`words`: every word of the knowledge with how often it stands there. `is_english`: tells words that are left as they are."""
        self._counts = dict(words)
        self._candidates = [word for word in words if len(word) >= 4 and word.isalpha()]
        self._is_english = is_english
        self._mended: dict[str, str] = {}

    def mend(self, word: str) -> str:
        """The known word that `word` most likely stands for; `word` itself where it is known or nothing is near enough."""
        known = self._mended.get(word)
        if known is None:
            known = self._mended[word] = self._nearest(word)
            if len(self._mended) > 50_000:  # what people type has no bound; the memory for it has
                self._mended.clear()
        return known

    def _nearest(self, word: str) -> str:
        if len(word) < 4 or not word.isalpha() or word in self._counts or word in FUNCTION_WORDS or self._is_english(word):
            return word
        slack = 1 if len(word) < 7 else 2
        near = process.extract(word, self._candidates, scorer=OSA.distance, score_cutoff=slack, limit=12)
        ranked = sorted((distance, candidate[0] != word[0], -self._counts[candidate], candidate) for candidate, distance, _ in near)
        return ranked[0][3] if ranked and not (ranked[0][1] and ranked[0][0] > 1) else word


class ConceptFinder:
    """Finds the names of concepts in a list of words: the longest name wins, endings don't matter ("supply chains")."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._names: dict[Layer, dict[str, list[tuple[tuple[str, ...], str, bool, bool]]]] = {}
        layers: dict[Layer, Mapping[str, Concept]] = {
            "subject": knowledge.subjects, "topic": knowledge.topics, "aspect": knowledge.aspects,
        }  # fmt: skip
        for layer, concepts in layers.items():
            index: dict[str, list[tuple[tuple[str, ...], str, bool, bool]]] = {}
            for concept in concepts.values():
                if layer == "topic" and concept.id in knowledge.subjects:
                    continue  # a subject that is a topic too is found as a subject
                for name in (concept.name, *concept.names):
                    _add(index, name, concept.id, opposite=False)
                for name in concept.opposites:
                    _add(index, name, concept.id, opposite=True)
            for entries in index.values():
                entries.sort(key=lambda entry: -len(entry[0]))
            self._names[layer] = index

    def find(self, words: Sequence[Word], stems: Sequence[str]) -> list[Mention]:
        """Every mention, by where it starts. A topic within a subject's name, or an aspect within either, is not one."""
        found: list[Mention] = []
        taken = [False] * len(words)
        for layer in ("subject", "topic", "aspect"):
            index = self._names[layer]
            here: list[Mention] = []
            position = 0
            while position < len(stems):
                match = None if taken[position] else self._longest(index.get(stems[position], ()), words, stems, position, taken)
                if match is None:
                    position += 1
                    continue
                key, concept, opposite = match
                here.append(Mention(layer, concept, position, position + len(key), opposite))
                position += len(key)
            for mention in here:
                taken[mention.start : mention.end] = [True] * (mention.end - mention.start)
            found += here
        return sorted(found, key=lambda mention: (mention.start, -mention.end))

    @staticmethod
    def _longest(
        entries: Iterable[tuple[tuple[str, ...], str, bool, bool]],
        words: Sequence[Word],
        stems: Sequence[str],
        position: int,
        taken: Sequence[bool],
    ) -> tuple[tuple[str, ...], str, bool] | None:
        for key, concept, opposite, only_capitals in entries:
            end = position + len(key)
            if tuple(stems[position:end]) != key or any(taken[position:end]):
                continue
            if only_capitals and not (words[position].capitals or _contrasted(words, position)):
                continue
            return key, concept, opposite
        return None


def _contrasted(words: Sequence[Word], position: int) -> bool:
    """Whether a short name that is an everyday word as well stands where only a name can: "as vs ps"."""
    after = words[position + 1].text if position + 1 < len(words) else ""
    before = words[position - 1].text if position else ""
    return after == "versus" or before == "versus"


def _add(index: dict[str, list[tuple[tuple[str, ...], str, bool, bool]]], name: str, concept: str, *, opposite: bool) -> None:
    words = [word.text for word in split_words(name)]
    key = tuple(stem(word) for word in words)
    if not key or (len(key) == 1 and len(key[0]) < 2):
        return
    everyday = len(words) == 1 and words[0] in FUNCTION_WORDS
    entry = (key, concept, opposite, everyday)
    index.setdefault(key[0], [])
    if entry not in index[key[0]]:
        index[key[0]].append(entry)


def word_counts(texts: Iterable[str]) -> dict[str, int]:
    """How often each word stands in `texts`, the small words of the language included once."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in split_words(text):
            counts[word.text] = counts.get(word.text, 0) + 1
    for word in (*FUNCTION_WORDS, *AUXILIARIES, *QUESTION_WORDS, *IMPERATIVES, *NEGATIONS, *CONTRACTIONS):
        counts.setdefault(word, 1)
    return counts
