"""PhraseMatcher of a few words, looked for in a list of words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class PhraseMatcher:
    """A set of phrases, by the first word of each: most words begin none, and a word that does is looked at closer."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, dict[tuple[str, ...], None]] = {}  # in the order in which they were given
        for phrase in phrases:
            if words := tuple(phrase.split()):
                self._by_first.setdefault(words[0], {})[words] = None
        self._lengths = {
            first: sorted({len(phrase) for phrase in those}, reverse=True) for first, those in self._by_first.items()
        }

    def are_in(self, words: Sequence[str]) -> bool:
        """Whether one of the phrases stands anywhere in `words`."""
        return self.within(words)[1] > 0

    def start_in(self, words: Sequence[str]) -> int:
        """Where in `words` the first of the phrases begins; the number of words where there is none."""
        start, end = self.within(words)
        return start if end else len(words)

    def within(self, words: Sequence[str]) -> tuple[int, int]:
        """Where the first of the phrases begins and ends in `words`, the longest that begins there; (0, 0): nowhere."""
        for start, word in enumerate(words):
            for length in self._lengths.get(word, ()):
                if tuple(words[start : start + length]) in self._by_first[word]:
                    return start, start + length
        return 0, 0

    def opening(self, words: Sequence[str]) -> int:
        """How many words of `words` are the phrase that it opens with, and goes on after; 0 where it opens with none.
        Of two phrases that begin alike the one that was given first counts."""
        for phrase in self._by_first.get(words[0], ()) if words else ():
            if len(words) > len(phrase) and tuple(words[: len(phrase)]) == phrase:
                return len(phrase)
        return 0
