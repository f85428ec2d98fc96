"""Tells whether a message is in a language that the knowledge is not written in.

Two things have to agree, since either alone is wrong too often on a few words. A share of the words is neither English
nor a word of the knowledge; and py3langid, a naive Bayes classifier on byte n-grams (Lui and Baldwin 2012), finds
English unlikely. The terms of the knowledge are left out: they are the same in every language. The model is only asked,
and loaded, where the words leave doubt, which is seldom with English.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cache, lru_cache
from typing import Any, NamedTuple

from bot.nlu.english import GREETINGS, OPENERS
from bot.nlu.entities import Speller, stem, with_function_words, word_counts
from bot.nlu.question import RECURRING, RECURS
from bot.nlu.text import as_typed, clean, split_words

# Fitted on the texts in tests/languages/ and the gold questions; tests/bot/nlu/test_languages.py holds what they reach.
UNKNOWN = 0.3  # least share of unknown words in a text that may be in another language
ENGLISH = 0.04  # most probability of English in one that is
SURE = 0.3  # least probability of a language that is named
MOST_WORDS = 60  # different ones that are looked at; more tell nothing new
OTHER = ""  # stands for a language that can't be named, and for what is none
# By their codes in ISO 639-1. The model knows 142, of which the small ones win too easily on three words.
_NAMED = (
    "af ar az be bg bn ca cs da de el en es et eu fa fi fr gl gu he hi hr hu hy id is it ja ka kk km kn ko lo lt lv mk "
    "ml mn mr ms my ne nl no pa pl pt ro ru si sk sl so sq sr sv sw ta te th tl tr uk ur uz vi zh"
)


class Identified(NamedTuple):
    """The likeliest language of a text, its probability, and that of English (0 to 1)."""

    language: str
    probability: float
    english: float


class Languages:
    """Recognizes messages that are not in English."""

    def __init__(
        self, own: Collection[str], names: Iterable[str], speller: Speller, is_english: Callable[[str], bool]
    ) -> None:
        """`own`: the words of the knowledge, known in whatever language they are. `names`: those of its concepts, whose
        words are terms, and tell no language."""
        small = with_function_words({}).keys() | OPENERS | GREETINGS
        self._terms = set(map(stem, word_counts(names))) - set(map(stem, small))
        self._known = small.union(own)
        self._speller = speller
        self._is_english = is_english
        self._reads_english = sum(map(is_english, own)) * 2 >= len(own)
        self._recurring = lru_cache(RECURRING)(self._foreign)

    def foreign(self, text: str) -> str | None:
        """The code of the language that `text` is in, or OTHER; None if it can be read as English.

        None for every text if the knowledge itself is in another language: then that is what people write.
        """
        if not self._reads_english:
            return None
        return self._recurring(text) if len(text) <= RECURS else self._foreign(text)

    def _foreign(self, text: str) -> str | None:
        typed = [word for word in as_typed(clean(text)) if not _is_abbreviation(word)]
        words = [word for word in dict.fromkeys(typed) if stem(word.lower()) not in self._terms][:MOST_WORDS]
        unknown = [word for word in words if not self.knows(word)]
        if not unknown or len(unknown) < UNKNOWN * len(words) or self._is_slip(words):
            return None
        found = identify(" ".join(words))
        if found.english > ENGLISH:
            return None
        return found.language if found.probability >= SURE else OTHER

    def knows(self, word: str) -> bool:
        """True if `word` is English or a word of the knowledge; of "isn't", if its parts are."""
        return all(part.text in self._known or self._is_english(part.text) for part in split_words(word))

    def _is_slip(self, words: list[str]) -> bool:
        """True for a single word that is a known one misspelled: it looks like any language."""
        word = words[0].lower()
        return len(words) == 1 and self._speller.correct([word])[word] != word


def _is_abbreviation(word: str) -> bool:
    return (word.isupper() and word.isascii() and len(word) > 1) or any(map(str.isdigit, word))


def identify(text: str) -> Identified:
    """The language of `text`, by its letters alone."""
    ranked: list[tuple[str, float]] = load_model().rank(text)
    (language, probability), english = ranked[0], dict(ranked)["en"]
    return Identified(language, probability, english)


@cache
def load_model() -> Any:
    """The classifier, loaded once. That takes more than a second, so that a server does it before it is needed."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(_NAMED.split())
    return model
