"""Finds fixed phrases in a list of words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class PhraseMatcher:
    """A set of phrases, indexed by their first word."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, dict[tuple[str, ...], None]] = {}  # in the order in which they were given
        for phrase in phrases:
            if words := tuple(phrase.split()):
                self._by_first.setdefault(words[0], {})[words] = None
        self._lengths = {
            first: sorted({len(phrase) for phrase in those}, reverse=True) for first, those in self._by_first.items()
        }

    def occur_in(self, words: Sequence[str]) -> bool:
        """True if a phrase occurs anywhere in `words`."""
        return self.find(words)[1] > 0

    def find_start(self, words: Sequence[str]) -> int:
        """Index at which the first phrase in `words` starts; len(words) if there is none."""
        start, end = self.find(words)
        return start if end else len(words)

    def find(self, words: Sequence[str]) -> tuple[int, int]:
        """Span of the first phrase in `words`, the longest that starts there; (0, 0) if there is none."""
        for start, word in enumerate(words):
            for length in self._lengths.get(word, ()):
                if tuple(words[start : start + length]) in self._by_first[word]:
                    return start, start + length
        return 0, 0

    def prefix_length(self, words: Sequence[str]) -> int:
        """Length of the phrase that `words` starts with, 0 if there is none or no word follows it.

        Of several phrases the one that was given first counts.
        """
        for phrase in self._by_first.get(words[0], ()) if words else ():
            if len(words) > len(phrase) and tuple(words[: len(phrase)]) == phrase:
                return len(phrase)
        return 0
