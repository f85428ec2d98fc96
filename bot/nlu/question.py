"""Reads an utterance as a `Question`: its words, and the entities that it mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.nlu import english
from bot.nlu.entities import EntityRecognizer, Layer, Mention, Speller, stem
from bot.nlu.text import Word, clean, split_words


@dataclass(frozen=True, slots=True)
class Question:
    """One question as read. `words` are spell-corrected and in lower case; `features` are the input of retrieval."""

    text: str
    words: tuple[str, ...]
    features: tuple[str, ...]
    mentions: tuple[Mention, ...]
    subjects: tuple[str, ...]  # ids of the concepts mentioned, by layer, in order of mention, each once
    topics: tuple[str, ...]
    aspects: tuple[str, ...]
    corrections: tuple[tuple[str, str], ...] = ()  # (as typed, as read)

    @property
    def coordinated_aspects(self) -> tuple[str, ...]:
        """The aspects of a coordination ("the costs and the risks"), in order; empty if there is none."""
        named = [mention for mention in self.mentions if mention.layer == "aspect"]
        joined: list[str] = []
        has_conjunction = False  # "and" or "or" at one place; commas will do at the others
        for first, second in pairwise(named):
            between = set(self.words[first.end : second.start])
            if between <= english.JOINTS | english.DETERMINERS:
                joined += [first.concept, second.concept]
                has_conjunction = has_conjunction or not between.isdisjoint(english.JOINTS)
        return tuple(dict.fromkeys(joined)) if has_conjunction else ()

    @property
    def content_words(self) -> tuple[str, ...]:
        """The words that are not function words."""
        return tuple(word for word in self.words if word not in english.FUNCTION_WORDS)

    def typed(self, mention: Mention) -> str:
        """The words of a mention, in the capitals in which they were typed, if they are to be found there."""
        words = " ".join(self.words[mention.start : mention.end])
        at = self.text.casefold().find(words)
        return self.text[at : at + len(words)] if at >= 0 else words


RECURRING = 512  # questions in each cache: the frequent ones recur
RECURS = 200  # characters of a question that is cached: longer ones hardly recur


class QuestionReader:
    """Reads utterances with the vocabulary of one knowledge base; readings of short ones are cached."""

    def __init__(self, recognizer: EntityRecognizer, speller: Speller) -> None:
        self._recognizer = recognizer
        self._speller = speller
        self._recurring = lru_cache(RECURRING)(self._read)

    def read(self, raw: str) -> Question:
        """The question in `raw`, the text as typed in a chat."""
        return self._recurring(raw) if len(raw) <= RECURS else self._read(raw)

    def _read(self, raw: str) -> Question:
        text = clean(raw)
        words, corrections = self._correct_spelling(split_words(text))
        mentions = self._recognizer.find(words, [stem(word.text) for word in words])
        plain = tuple(word.text for word in words)
        return Question(
            text=text,
            words=plain,
            features=features(plain, mentions),
            mentions=tuple(mentions),
            subjects=_named(mentions, "subject"),
            topics=_named(mentions, "topic"),
            aspects=_named(mentions, "aspect"),
            corrections=corrections,
        )

    def _correct_spelling(self, typed: Sequence[Word]) -> tuple[list[Word], tuple[tuple[str, str], ...]]:
        words: list[Word] = []
        corrections: list[tuple[str, str]] = []
        meant = self._speller.correct(word.text for word in typed)
        for word in typed:
            right = meant[word.text]
            if right != word.text:
                corrections.append((word.text, right))
                words.append(Word(right, word.capitals))
            else:
                words.append(word)
        return words, tuple(corrections)


def features(words: Sequence[str], mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The input of retrieval: the words with one token for each subject, then one token for each other concept."""
    result = list(words)
    for mention in reversed(mentions):
        if mention.layer == "subject":
            result[mention.start : mention.end] = [f"<{mention.concept}>"]
    result += dict.fromkeys(
        f"<{mention.layer}:{mention.concept}{'!' if mention.opposite else ''}>"
        for mention in mentions
        if mention.layer != "subject"
    )
    return tuple(result)


def words_outside_mentions(words: Sequence[str], mentions: Sequence[Mention]) -> list[str]:
    """The words that are part of no mention."""
    named = {position for mention in mentions for position in range(mention.start, mention.end)}
    return [word for position, word in enumerate(words) if position not in named]


def _named(mentions: Sequence[Mention], layer: Layer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mention.concept for mention in mentions if mention.layer == layer))
