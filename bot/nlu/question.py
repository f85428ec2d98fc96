"""Reads an utterance as a `Question`: its words, entity mentions, form and negation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from bot.nlu import english
from bot.nlu import question_form as form
from bot.nlu.entities import EntityRecognizer, Layer, Mention, Speller, stem
from bot.nlu.question_form import Form, Typed
from bot.nlu.text import Word, clean, sentences, split_words


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
    form: Form
    is_negated: bool  # of a yes/no question: an odd number of negations
    focus_features: tuple[str, ...] = ()  # of the sentence that asks; empty if there are no others around it
    frame_denies: bool = False  # "is it false that …"
    focus_concepts: frozenset[str] = frozenset()  # mentioned in the sentence that asks
    delexicalized: tuple[str, ...] = ()  # of a yes/no question: words with placeholders for mentions
    numeric: bool = False  # asks for a number, a date or a rate
    comparison_adjective: str = ""  # "faster" in "is A faster than B"
    judgement_adjective: str = ""  # "safe" in "is it safe to …"
    asks_difference: bool = False  # "what is the difference between A and B"
    is_what_about: bool = False  # "and what about A": the last question again, about A
    refers_to_both: bool = False  # "the two", "both", "which one"
    is_exclusive: bool = False  # "is X the only …"
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
POINTING_WORDS = 2  # content words at most of a sentence that only refers to the others
STORY_WORDS = 6  # words at least of a narrative before an indirect question
_ASKS_IF = re.compile(
    rf"\b(?:{'|'.join(sorted(english.ASKS_IF))})(?: (?:me|us|you|him|her|them))? (?:if|whether) ", re.I
)


class Focus(NamedTuple):
    """What retrieval and polarity are fed: the whole message, and the sentence that asks (the focus)."""

    features: tuple[str, ...]  # of the whole message
    focus_features: tuple[str, ...]
    concepts: frozenset[str]  # mentioned in the focus
    delexicalized: tuple[str, ...]
    words: tuple[str, ...]  # of the focus


class QuestionReader:
    """Reads utterances with the vocabulary of one knowledge base; readings of short ones are cached."""

    def __init__(self, recognizer: EntityRecognizer, speller: Speller) -> None:
        self._recognizer = recognizer
        self._speller = speller
        self._recurring = lru_cache(RECURRING)(self._read)

    def read(self, raw: str) -> Question:
        """The question in `raw`, the text as typed in a chat."""
        return self._recurring(raw) if len(raw) <= RECURS else self._read(raw)

    def recognize(self, text: str) -> tuple[tuple[str, ...], list[Mention]]:
        """The words of a part of a message, spell-corrected, and the mentions in them."""
        words, _ = self._correct_spelling(split_words(text))
        return tuple(word.text for word in words), self._recognizer.find(words, [stem(word.text) for word in words])

    def _read(self, raw: str) -> Question:
        text = _without_audience(clean(raw))
        typed = split_words(text)
        words, corrections = self._correct_spelling(typed)
        words = words[: form.audience_start([word.text for word in words])]
        start, end = form.reporting_frame_span([word.text for word in words])
        words = words[:start] + words[end:]
        if [word.text for word in words[1:2]] == ["not"] and words[0].text in english.AUXILIARIES:
            del words[1]  # "isn't it A" asks what "is it A" asks
        stems = [stem(word.text) for word in words]
        mentions = self._recognizer.find(words, stems)
        plain = tuple(word.text for word in words)
        meant = dict(corrections)
        as_typed = Typed.of(text, lambda word: meant.get(word, word))
        asked = form.form_of(as_typed, plain, offers_choice=_offers_choice(plain, mentions))
        focus = self._focus(text, plain, mentions)
        return Question(
            text=text,
            words=plain,
            features=focus.features,
            mentions=tuple(mentions),
            subjects=_named(mentions, "subject"),
            topics=_named(mentions, "topic"),
            aspects=_named(mentions, "aspect"),
            form=asked,
            frame_denies=as_typed.frame_denies,
            is_negated=asked == "yesno" and form.is_negated(as_typed) != _lessened(as_typed, plain, mentions),
            corrections=corrections,
            focus_features=focus.focus_features,
            focus_concepts=focus.concepts,
            delexicalized=focus.delexicalized if asked == "yesno" else (),
            numeric=form.asks_for_number(focus.words),
            comparison_adjective=form.comparison_adjective(focus.words),
            judgement_adjective=form.judgement_adjective(plain),
            asks_difference=form.asks_for_difference(plain),
            is_what_about=form.is_what_about(plain),
            refers_to_both=form.asks_about_both(plain),
            is_exclusive=form.asks_if_only(focus.words),
        )

    def _focus(self, text: str, plain: tuple[str, ...], mentions: Sequence[Mention]) -> Focus:
        """The focus of a message: the last sentence that asks, if there are several sentences.

        "… which of these threats is that?" only refers to the other sentences, so their features are taken instead.
        """
        parts = [piece for sentence in sentences(text) for piece in _split_indirect(sentence)]
        asking = [
            at
            for at, part in enumerate(parts if len(parts) > 1 else ())
            if form.clause_form([word.text for word in split_words(part)]) is not None
        ]
        asking = [at for at in asking if len(split_words(parts[at])) > 2] or asking  # "…, is there?" adds nothing
        if not asking:
            return Focus(features(plain, mentions), (), _concepts(mentions), delexicalized(plain, mentions), plain)
        words, named = self.recognize(parts[asking[-1]])
        about = _concepts(named) or _concepts(mentions)
        told = ". ".join(part for at, part in enumerate(parts) if at != asking[-1])
        only_points = _count_content_words(words, named) <= POINTING_WORDS
        if only_points and form.asks_to_identify(words) and not _named(named, "topic"):
            story, named_there = self.recognize(told)
            signs = [one for one in features(words, named) if one.startswith("<")]
            return Focus((*features(story, named_there), *signs), (), _concepts(mentions), (), words)
        if only_points and asking[-1] and not named:
            about = _concepts(self.recognize(parts[asking[-1] - 1])[1]) or about  # the antecedent
        own = len(words) >= 4
        asked = delexicalized(words, named) if own else delexicalized(plain, mentions)
        return Focus(features(plain, mentions), features(words, named) if own else (), about, asked, words)

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


def _without_audience(text: str) -> str:
    """ "explain like I'm five: roses" asks "explain roses" """
    head, colon, asked = text.partition(":")
    words = [word.text for word in split_words(head)] if colon and asked.strip() else []
    start = form.audience_start(words)
    return " ".join((*words[:start], asked.strip())) if start < len(words) else text


def _split_indirect(sentence: str) -> list[str]:
    """In two, where a narrative precedes an indirect question: "… and my boss wants to know", "whether there is …"."""
    indirect = _ASKS_IF.search(sentence)
    if indirect is None or len(split_words(sentence[: indirect.start()])) < STORY_WORDS:
        return [sentence]
    return [sentence[: indirect.start()], f"whether {sentence[indirect.end() :]}"]


def features(words: Sequence[str], mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The input of retrieval: the words with one token for each subject, then one token for each other concept."""
    result = _replaced(words, {one: f"<{one.concept}>" for one in mentions if one.layer == "subject"})
    result += dict.fromkeys(
        f"<{mention.layer}:{mention.concept}{'!' if mention.opposite else ''}>"
        for mention in mentions
        if mention.layer != "subject"
    )
    return tuple(result)


def delexicalized(words: Sequence[str], mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The words with a placeholder for each subject and topic: how something is asked, whatever it is about."""
    signs = {one: f"<{one.layer}{'!' if one.opposite else ''}>" for one in mentions if one.layer != "aspect"}
    return tuple(_replaced(words, signs))


def _replaced(words: Sequence[str], signs: Mapping[Mention, str]) -> list[str]:
    """`words` with each of these mentions replaced by its sign."""
    result: list[str] = []
    position = 0
    starts = {mention.start: (mention.end, sign) for mention, sign in signs.items()}
    while position < len(words):
        if position in starts:
            position, sign = starts[position]
            result.append(sign)
        else:
            result.append(words[position])
            position += 1
    return result


def words_outside_mentions(words: Sequence[str], mentions: Sequence[Mention]) -> list[str]:
    """The words that are part of no mention."""
    named = {position for mention in mentions for position in range(mention.start, mention.end)}
    return [word for position, word in enumerate(words) if position not in named]


def _count_content_words(words: Sequence[str], mentions: Sequence[Mention]) -> int:
    """Number of words that are neither function words, nor pointers ("that"), nor part of a mention."""
    rest = words_outside_mentions(words, mentions)
    return sum(word not in english.FUNCTION_WORDS and word not in english.POINTERS for word in rest)


def _concepts(mentions: Sequence[Mention]) -> frozenset[str]:
    return frozenset(mention.concept for mention in mentions)


def _named(mentions: Sequence[Mention], layer: Layer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mention.concept for mention in mentions if mention.layer == layer))


def _offers_choice(words: Sequence[str], mentions: Sequence[Mention]) -> bool:
    """True if two subjects are offered: "is it A or B that …"."""
    subjects = [mention for mention in mentions if mention.layer == "subject"]
    return any(
        first.concept != second.concept and "or" in words[first.end : second.start] and second.start - first.end <= 6
        for first, second in pairwise(subjects)
    )


def _lessened(typed: Typed, words: Sequence[str], mentions: Sequence[Mention]) -> bool:
    """True if "less" or "without" governs a topic mention in the main clause. What follows a comma only repeats it:
    "alone, without the others"."""
    lacking = any(
        not english.LACKING.isdisjoint(words[max(mention.start - 2, 0) : mention.start])
        for mention in mentions
        if mention.layer == "topic"
    )
    return lacking and not english.LACKING.isdisjoint(form.main_clause(typed))
