"""Spelling correction, and recognition of the entities that a text mentions: subjects, aspects and topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import Stemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.knowledge.model import Concept, KnowledgeBase
from bot.nlu.english import (
    AUXILIARIES,
    CONTRACTIONS,
    DETERMINERS,
    FUNCTION_WORDS,
    IMPERATIVES,
    JOINTS,
    NEGATIONS,
    QUESTION_WORDS,
)
from bot.nlu.text import Word, as_typed, split_words, written_out

Layer = Literal["subject", "aspect", "topic"]

MOST_EDITS = 3  # edit distance at most between a word and its correction
LONGEST_WORD = 60  # letters
MOST_CORRECTED = 40  # unknown words of one text that are looked up

_stem_word: Callable[[str], str] = Stemmer.Stemmer("english").stemWord


@lru_cache(maxsize=50_000)  # bounded: people may type any number of words
def stem(word: str) -> str:
    """The Snowball stem of `word` (Porter 2); short words and very long ones are left as they are."""
    return word if len(word) < 4 or len(word) > LONGEST_WORD else _stem_word(word)


class Mention(NamedTuple):
    """A mention of a concept: its token span (`end` is exclusive), and whether it is by a name for the opposite."""

    layer: Layer
    concept: str
    start: int
    end: int
    opposite: bool = False


class Speller:
    """Corrects the spelling of unknown words to the nearest known one, by edit distance."""

    def __init__(self, words: Mapping[str, int], is_english: Callable[[str], bool]) -> None:
        """`words`: those of the knowledge with their counts. `is_english`: True for words that need no correction."""
        self._counts = dict(words)
        self._candidates = [word for word in words if len(word) >= 4 and word.isalpha()]
        self._longest = max(map(len, self._candidates), default=0) + MOST_EDITS
        self._is_english = is_english
        self._stems = {stem(word) for word in words}
        self._corrections: dict[str, str] = {}

    def correct(self, words: Iterable[str]) -> dict[str, str]:
        """The correction of each word: the word itself if it is known or nothing is near.

        Only the first MOST_CORRECTED unknown words are looked up: a text with more is in another language.
        """
        corrections: dict[str, str] = {}
        looked_up = 0
        for word in words:
            if word not in corrections:
                unknown = looked_up < MOST_CORRECTED and self._is_unknown(word)
                looked_up += unknown
                corrections[word] = self._nearest(word) if unknown else word
        return corrections

    def _is_unknown(self, word: str) -> bool:
        return (
            4 <= len(word) <= self._longest
            and word.isalpha()
            and word not in self._counts
            and stem(word) not in self._stems
            and not self._is_english(word)
        )

    def _nearest(self, word: str) -> str:
        known = self._corrections.get(word)
        if known is None:
            known = self._corrections[word] = self._look_up(word)
            if len(self._corrections) > 50_000:  # bounded: people may type any number of words
                self._corrections.clear()
        return known

    def _look_up(self, word: str) -> str:
        most_edits = 1 if len(word) < 7 else 2 if len(word) < 10 else MOST_EDITS
        near = process.extract(word, self._candidates, scorer=OSA.distance, score_cutoff=most_edits, limit=12)
        ranked = sorted(
            (distance, candidate[0] != word[0], -self._counts[candidate], candidate) for candidate, distance, _ in near
        )
        return ranked[0][3] if ranked and not (ranked[0][1] and ranked[0][0] > 1) else word


# In words: of overlapping mentions the longest wins, with this added to its length.
_LENGTH_BONUS: dict[Layer, float] = {"subject": 2, "topic": 0.5, "aspect": 0}


_JOINTS = JOINTS | {"versus", "from"}
_BETWEEN = _JOINTS | DETERMINERS


class _Name(NamedTuple):
    layer: Layer
    concept: str
    stems: tuple[str, ...]
    opposite: bool
    only_capitals: bool  # an everyday word otherwise: "IT"
    exact: frozenset[tuple[str, ...]]  # the only spellings that count; empty: any with the same stems


class EntityRecognizer:
    """Finds the names of concepts in a list of words, by stems ("supply chains"); the longest match wins."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._names: dict[str, list[_Name]] = {}  # by their first stem
        layers: dict[Layer, Mapping[str, Concept]] = {
            "subject": knowledge.subjects, "topic": knowledge.topics, "aspect": knowledge.aspects,
        }  # fmt: skip
        for layer, concepts in layers.items():
            for concept in concepts.values():
                if layer == "topic" and concept.id in knowledge.subjects:
                    continue  # a subject that is a topic too is found as a subject
                for name in (concept.name, *concept.names):
                    self._add(layer, name, concept, opposite=False)
                for name in concept.opposites:
                    self._add(layer, name, concept, opposite=True)

    def find(self, words: Sequence[Word], stems: Sequence[str]) -> list[Mention]:
        """All mentions in order, none overlapping another (see `_LENGTH_BONUS`). `stems` are those of `words`."""
        found: list[Mention] = []
        for position, first in enumerate(stems):
            for name in self._names.get(first, ()):
                end = position + len(name.stems)
                if len(name.stems) > 1 and tuple(stems[position:end]) != name.stems:
                    continue
                if name.only_capitals and not (words[position].capitals or _is_compared(words, position)):
                    continue
                if name.exact and tuple(word.text for word in words[position:end]) not in name.exact:
                    continue
                found.append(Mention(name.layer, name.concept, position, end, name.opposite))
        found.sort(key=lambda mention: (mention.start - mention.end - _LENGTH_BONUS[mention.layer], mention.start))
        taken = [False] * len(words)
        kept: list[Mention] = []
        for mention in found:
            if not any(taken[mention.start : mention.end]):
                taken[mention.start : mention.end] = [True] * (mention.end - mention.start)
                kept.append(mention)
        kept += [mention for last in kept for mention in self._elliptic(last, stems) if not taken[mention.start]]
        return sorted(kept, key=lambda mention: mention.start)

    def _elliptic(self, last: Mention, stems: Sequence[str]) -> Iterator[Mention]:
        """Elliptic coordination: "fire" in "fire, flood and storm insurance" is read as "fire insurance"."""
        ending, joined = tuple(stems[last.start + 1 : last.end]), False
        for position in range(last.start - 1, -1, -1) if ending else ():
            if stems[position] in _BETWEEN:
                joined = joined or stems[position] in _JOINTS
                continue
            whole = (stems[position], *ending)
            name = next((name for name in self._names.get(stems[position], ()) if name.stems == whole), None)
            if name is None or name.exact or not joined:
                return
            yield Mention(name.layer, name.concept, position, position + 1, name.opposite)

    def _add(self, layer: Layer, text: str, concept: Concept, *, opposite: bool) -> None:
        words = tuple(word.text for word in split_words(text))
        stems = tuple(stem(word) for word in words)
        if not stems or (len(stems) == 1 and len(stems[0]) < 2):
            return
        everyday = len(words) == 1 and words[0] in FUNCTION_WORDS
        # A product's name is not its stem: "Windows" is no form of "window".
        exact = frozenset() if concept.stated else frozenset({words, (*words[:-1], words[-1] + "s")})
        name = _Name(layer, concept.id, stems, opposite, everyday, exact)
        names = self._names.setdefault(stems[0], [])
        if name not in names:
            names.append(name)


def _is_compared(words: Sequence[Word], position: int) -> bool:
    """True if the word stands beside "versus", where only a name can: "it versus hr"."""
    after = words[position + 1].text if position + 1 < len(words) else ""
    before = words[position - 1].text if position else ""
    return after == "versus" or before == "versus"


def word_counts(texts: Iterable[str]) -> dict[str, int]:
    """How often each word occurs in `texts`."""
    counts: dict[str, int] = {}
    for one, times in Counter(as_typed("\n".join(texts))).items():
        for word in written_out(one):
            counts[word.text] = counts.get(word.text, 0) + times
    return counts


def with_function_words(counts: Mapping[str, int]) -> dict[str, int]:
    """`counts` in which every function word stands at least once."""
    small = (*FUNCTION_WORDS, *AUXILIARIES, *QUESTION_WORDS, *IMPERATIVES, *NEGATIONS, *CONTRACTIONS)
    return dict(counts) | {word: 1 for word in small if word not in counts}
