"""What a text of a reply speaks of, by the names in the vocabulary, and whether a claim can be meant by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from bot.knowledge.model import Claim, Concept, KnowledgeBase
from bot.nlu.english import FUNCTION_WORDS
from bot.nlu.entities import stem
from bot.nlu.text import split_words
from bot.nlu.written_text import content

SIDES = {"for": "speaks for", "against": "speaks against"}  # how a label is read in full
MOST_IN_LABEL = 6  # words; what is longer is a statement, and the aspects in it do not sort what stands below


class Passage(NamedTuple):
    """A sentence of a reply, and what it stands under."""

    text: str
    before: str = ""  # the sentence before it in the same text
    label: str = ""  # of an item of a list: what stands before its colon
    points: tuple[str, ...] = ()  # of an item of a list: its label, and what it lists, one by one
    under: str = ""  # the heading or the sentence that introduces it; the names of a cell's row and column


class SpokenOf:
    """Reads subjects and aspects out of texts that curators wrote."""

    def __init__(self, subjects: Mapping[str, Concept], aspects: Mapping[str, Concept]) -> None:
        self._contrast = {id: frozenset(concept.contrast) for id, concept in subjects.items()}
        self._displayed = {id: content(concept.name) for id, concept in subjects.items()}
        self._subjects = _Names(subjects)
        self._aspects = _Names(aspects)

    @classmethod
    def by(cls, knowledge: KnowledgeBase) -> SpokenOf:
        return cls(knowledge.subjects, knowledge.aspects)

    def names_of(self, claim: Claim) -> frozenset[str]:
        """The stems of what the claim's subjects are called: they tell whose it is, and nothing of what it says."""
        return frozenset().union(*(self._displayed.get(subject, frozenset()) for subject in claim.subjects))

    def excludes(self, passage: Passage, claim: Claim, aspects: Iterable[str]) -> bool:
        """Whether `passage` speaks of another subject or another aspect than `claim`. `aspects`: those of all claims of
        the reply; a label sets apart only what it can choose among."""
        return self._of_other_subject(passage, claim) or self._of_other_aspect(passage, claim, frozenset(aspects))

    def _of_other_subject(self, passage: Passage, claim: Claim) -> bool:
        says = content(claim.says)
        own = {*claim.subjects, *(id for id in self._subjects.within(claim.says) if self._displayed[id] <= says)}
        if labelled := self._subjects.within(passage.label):
            return labelled.isdisjoint(own)
        named = self._subjects.within(passage.text) or self._subjects.within(passage.under)
        compared = frozenset().union(*(self._contrast.get(subject, frozenset()) for subject in claim.subjects))
        return named.isdisjoint(own) and not named.isdisjoint(compared)

    def _of_other_aspect(self, passage: Passage, claim: Claim, aspects: frozenset[str]) -> bool:
        named = self._sides(passage.label) & aspects or self._sides(passage.under) & aspects
        return bool(named) and claim.aspect not in named

    def _sides(self, label: str) -> frozenset[str]:
        """The aspects that a label names, "For" and "Against" among them; none for a longer text."""
        words = [word.text for word in split_words(label)]
        if len(words) > MOST_IN_LABEL:
            return frozenset()
        found = self._aspects.within(label)
        sides = [SIDES[word] for at, word in enumerate(words) if word in SIDES and (found or at == 0)]
        return found.union(*(self._aspects.within(side) for side in sides))


class _Names:
    """The names of concepts, as stems."""

    def __init__(self, concepts: Mapping[str, Concept]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for concept in concepts.values():
            for name in {concept.name, *concept.names}:
                words = [word.text for word in split_words(name)]
                if words and not FUNCTION_WORDS.issuperset(words):
                    stems = tuple(stem(word) for word in words)
                    self._by_first.setdefault(stems[0], []).append((stems, concept.id))
        self.within = lru_cache(maxsize=10_000)(self._within)  # of a knowledge's own texts

    def _within(self, text: str) -> frozenset[str]:
        """The ids of the concepts whose names stand in `text`, and not within a longer name."""
        stems = tuple(stem(word.text) for word in split_words(text))
        found: set[str] = set()
        reached = 0
        for at, first in enumerate(stems):
            here = [(len(name), id) for name, id in self._by_first.get(first, ()) if stems[at : at + len(name)] == name]
            longest = max((length for length, _ in here), default=0)
            if at + longest > reached:
                found |= {id for length, id in here if length == longest}
                reached = at + longest
        return frozenset(found)
