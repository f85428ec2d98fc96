"""Reading a question: its words, what it names, its form, and whether it asks about a thing or its contrary."""

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
    """What was read in one question. `words` are mended and in lower case; `features` are what retrieval sees."""

    text: str
    words: tuple[str, ...]
    features: tuple[str, ...]
    mentions: tuple[Mention, ...]
    subjects: tuple[str, ...]  # the concepts of each layer that are named, in the order in which they are, each once
    topics: tuple[str, ...]
    aspects: tuple[str, ...]
    form: Form
    is_negated: bool  # has a word that turns a yes/no question round
    asking: tuple[str, ...] = ()  # the features of the sentence that asks, where others tell a story around it
    frame_denies: bool = False  # asks whether what it states does not hold: "is it false that …"
    asks_about: frozenset[str] = frozenset()  # concepts named in the sentence that asks
    blanked: tuple[str, ...] = ()  # of a yes/no question: its words, with signs for what is named
    numeric: bool = False  # asks for a number, a date or a rate
    comparison_adjective: str = ""  # in what one is said to be more than the other: "faster", "expensive"
    judgement_adjective: str = ""  # as what a deed is judged: "safe" in "is it safe to …"
    asks_difference: bool = False  # asks how one thing differs from another
    is_what_about: bool = False  # asks to take something else in the same way: "and what about A"
    refers_to_both: bool = False  # asks about "the two", "both", "which one"
    is_exclusive: bool = False  # asks whether there is nothing besides
    mended: tuple[tuple[str, str], ...] = ()  # as typed, as read

    @property
    def joined_aspects(self) -> tuple[str, ...]:
        """Several aspects that are named one after the other, in order: "the costs and the risks". Else none."""
        named = [mention for mention in self.mentions if mention.layer == "aspect"]
        joined: list[str] = []
        ends = False  # in "… and the risks"; before that there may be commas
        for first, second in pairwise(named):
            between = set(self.words[first.end : second.start])
            if between <= english.JOINTS | english.DETERMINERS:
                joined += [first.concept, second.concept]
                ends = ends or not between.isdisjoint(english.JOINTS)
        return tuple(dict.fromkeys(joined)) if ends else ()

    @property
    def content(self) -> tuple[str, ...]:
        """The words that are not mere grammar."""
        return tuple(word for word in self.words if word not in english.FUNCTION_WORDS)


RECURRING = 512  # questions that are remembered as read: what everybody asks comes again and again
RECURS = 200  # characters up to which a question is likely to
SAYS_LITTLE = 2  # words of its own, in a sentence that only points to what the others tell
STORY = 6  # words that tell more than who asks
_ASKS_IF = re.compile(
    rf"\b(?:{'|'.join(sorted(english.ASKS_IF))})(?: (?:me|us|you|him|her|them))? (?:if|whether) ", re.I
)


class Focus(NamedTuple):
    """What of a message retrieval goes by: all of it, the sentence that asks, and the concepts named there; and what
    its polarity is told by."""

    features: tuple[str, ...]
    asking: tuple[str, ...]
    about: frozenset[str]
    blanked: tuple[str, ...]
    words: tuple[str, ...]  # of the sentence that asks


class QuestionReader:
    """Reads questions with one knowledge's vocabulary."""

    def __init__(self, finder: EntityRecognizer, speller: Speller) -> None:
        self._finder = finder
        self._speller = speller
        self._recurring = lru_cache(RECURRING)(self._read)

    def read(self, raw: str) -> Question:
        """The question in `raw`, which may be as typed in a chat."""
        return self._recurring(raw) if len(raw) <= RECURS else self._read(raw)

    def named_in(self, text: str) -> tuple[tuple[str, ...], list[Mention]]:
        """The words of a part of a message, mended, and what they name."""
        words, _ = self._mend(split_words(text))
        return tuple(word.text for word in words), self._finder.find(words, [stem(word.text) for word in words])

    def _read(self, raw: str) -> Question:
        text = clean(raw)
        typed = split_words(text)
        words, mended = self._mend(typed)
        words = words[: form.audience_start([word.text for word in words])]
        start, end = form.reporting_frame_span([word.text for word in words])
        words = words[:start] + words[end:]
        if [word.text for word in words[1:2]] == ["not"] and words[0].text in english.AUXILIARIES:
            del words[1]  # "isn't it A" asks what "is it A" asks
        stems = [stem(word.text) for word in words]
        mentions = self._finder.find(words, stems)
        plain = tuple(word.text for word in words)
        meant = dict(mended)
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
            mended=mended,
            asking=focus.asking,
            asks_about=focus.about,
            blanked=focus.blanked if asked == "yesno" else (),
            numeric=form.asks_for_number(focus.words),
            comparison_adjective=form.comparison_adjective(focus.words),
            judgement_adjective=form.judgement_adjective(plain),
            asks_difference=form.asks_for_difference(plain),
            is_what_about=form.is_what_about(plain),
            refers_to_both=form.asks_about_both(plain),
            is_exclusive=form.asks_if_only(focus.words),
        )

    def _focus(self, text: str, plain: tuple[str, ...], mentions: Sequence[Mention]) -> Focus:
        """Where the weight lies in a message: in the sentence that asks, if there are several.

        A sentence that asks what the others tell of, "… which of these threats is that?", says nothing to go by itself.
        """
        parts = [piece for sentence in sentences(text) for piece in _told_and_asked(sentence)]
        asking = [
            at
            for at, part in enumerate(parts if len(parts) > 1 else ())
            if form.clause_form([word.text for word in split_words(part)]) is not None
        ]
        asking = [at for at in asking if len(split_words(parts[at])) > 2] or asking  # "…, is there?" adds nothing
        if not asking:
            return Focus(features(plain, mentions), (), _concepts(mentions), blanked(plain, mentions), plain)
        words, named = self.named_in(parts[asking[-1]])
        about = _concepts(named) or _concepts(mentions)
        told = ". ".join(part for at, part in enumerate(parts) if at != asking[-1])
        if form.asks_to_identify(words) and not _named(named, "topic") and _own_words(words, named) <= SAYS_LITTLE:
            story, named_there = self.named_in(told)
            signs = [one for one in features(words, named) if one.startswith("<")]
            return Focus((*features(story, named_there), *signs), (), _concepts(mentions), (), words)
        if asking[-1] and not named and _own_words(words, named) <= SAYS_LITTLE:
            about = _concepts(self.named_in(parts[asking[-1] - 1])[1]) or about  # what it points to
        own = len(words) >= 4
        asked = blanked(words, named) if own else blanked(plain, mentions)
        return Focus(features(plain, mentions), features(words, named) if own else (), about, asked, words)

    def _mend(self, typed: Sequence[Word]) -> tuple[list[Word], tuple[tuple[str, str], ...]]:
        words: list[Word] = []
        mended: list[tuple[str, str]] = []
        meant = self._speller.mend_all(word.text for word in typed)
        for word in typed:
            right = meant[word.text]
            if right != word.text:
                mended.append((word.text, right))
                words.append(Word(right, word.capitals))
            else:
                words.append(word)
        return words, tuple(mended)


def _told_and_asked(sentence: str) -> list[str]:
    """In two, where a sentence tells a story before it asks: "… and my boss wants to know", "whether there is …"."""
    indirect = _ASKS_IF.search(sentence)
    if indirect is None or len(split_words(sentence[: indirect.start()])) < STORY:
        return [sentence]
    return [sentence[: indirect.start()], f"whether {sentence[indirect.end() :]}"]


def features(words: Sequence[str], mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The words for retrieval: a subject's name becomes one sign, so that all its names are the same word."""
    result = _replaced(words, {one: f"<{one.concept}>" for one in mentions if one.layer == "subject"})
    result += dict.fromkeys(
        f"<{mention.layer}:{mention.concept}{'!' if mention.opposite else ''}>"
        for mention in mentions
        if mention.layer != "subject"
    )
    return tuple(result)


def blanked(words: Sequence[str], mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The words with a sign in place of each subject and topic: what is left is how something is asked."""
    signs = {one: f"<{one.layer}{'!' if one.opposite else ''}>" for one in mentions if one.layer != "aspect"}
    return tuple(_replaced(words, signs))


def _replaced(words: Sequence[str], signs: Mapping[Mention, str]) -> list[str]:
    """`words` with a sign in the place of each of these mentions."""
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
    """The words that are no part of a name."""
    named = {position for mention in mentions for position in range(mention.start, mention.end)}
    return [word for position, word in enumerate(words) if position not in named]


def _own_words(words: Sequence[str], mentions: Sequence[Mention]) -> int:
    """How many words there are that are neither mere grammar nor named concepts."""
    rest = words_outside_mentions(words, mentions)
    return sum(word not in english.FUNCTION_WORDS and word not in english.POINTERS for word in rest)


def _concepts(mentions: Sequence[Mention]) -> frozenset[str]:
    return frozenset(mention.concept for mention in mentions)


def _named(mentions: Sequence[Mention], layer: Layer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mention.concept for mention in mentions if mention.layer == layer))


def _offers_choice(words: Sequence[str], mentions: Sequence[Mention]) -> bool:
    """Whether two subjects are offered: "is it A or B that …"."""
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
