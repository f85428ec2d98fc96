"""Reading a question: its words, what it names, its form, and whether it asks about a thing or its contrary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot import english, form
from bot.form import Form, Typed
from bot.text import Word, clean, sentences, split_words
from bot.vocabulary import ConceptFinder, Layer, Mention, Speller, stem


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
    reversed: bool  # has a word that turns a yes/no question round
    asking: tuple[str, ...] = ()  # the features of the sentence that asks, where others tell a story around it
    asks_about: frozenset[str] = frozenset()  # concepts named in the sentence that asks
    numeric: bool = False  # asks for a number, a date or a rate
    respect: str = ""  # in what one is said to be more than the other: "faster", "expensive"
    pair: bool = False  # asks about "the two", "both", "which one"
    only: bool = False  # asks whether there is nothing besides
    mended: tuple[tuple[str, str], ...] = ()  # as typed, as read

    @property
    def content(self) -> tuple[str, ...]:
        """The words that are not mere grammar."""
        return tuple(word for word in self.words if word not in english.FUNCTION_WORDS)


class Reader:
    """Reads questions with one knowledge's vocabulary."""

    def __init__(self, finder: ConceptFinder, speller: Speller) -> None:
        self._finder = finder
        self._speller = speller

    def read(self, raw: str) -> Question:
        """The question in `raw`, which may be as typed in a chat."""
        text = clean(raw)
        typed = split_words(text)
        words, mended = self._mend(typed)
        words = words[: form.audience([word.text for word in words])]
        stems = [stem(word.text) for word in words]
        mentions = self._finder.find(words, stems)
        plain = tuple(word.text for word in words)
        as_typed = Typed.of(text)
        asked = form.form_of(as_typed, plain, offers_choice=_offers_choice(plain, mentions))
        asking, about = self._asking(text, mentions)
        return Question(
            text=text,
            words=plain,
            features=features(plain, mentions),
            mentions=tuple(mentions),
            subjects=_named(mentions, "subject"),
            topics=_named(mentions, "topic"),
            aspects=_named(mentions, "aspect"),
            form=asked,
            reversed=asked == "yesno" and form.asks_contrary(as_typed) != _lessened(plain, mentions),
            mended=mended,
            asking=asking,
            asks_about=about,
            numeric=form.asks_for_number(plain),
            respect=form.respect(plain),
            pair=form.asks_about_both(plain),
            only=form.asks_if_only(plain),
        )

    def features(self, raw: str) -> tuple[str, ...]:
        """What retrieval goes by, as `read` finds it: many examples are read for nothing else."""
        words, _ = self._mend(split_words(clean(raw)))
        mentions = self._finder.find(words, [stem(word.text) for word in words])
        return features(tuple(word.text for word in words), mentions)

    def _asking(self, text: str, mentions: Sequence[Mention]) -> tuple[tuple[str, ...], frozenset[str]]:
        """The sentence that asks, where the message has more than one: its features and the concepts it names."""
        everything = frozenset(mention.concept for mention in mentions)
        parts = sentences(text)
        asking = (
            [part for part in parts if form.clause_form([word.text for word in split_words(part)]) is not None]
            if len(parts) > 1
            else []
        )
        if not asking:
            return (), everything
        words, _ = self._mend(split_words(asking[-1]))
        named = self._finder.find(words, [stem(word.text) for word in words])
        found = features(tuple(word.text for word in words), named)
        return (found if len(words) >= 4 else ()), frozenset(mention.concept for mention in named) or everything

    def _mend(self, typed: Sequence[Word]) -> tuple[list[Word], tuple[tuple[str, str], ...]]:
        words: list[Word] = []
        mended: list[tuple[str, str]] = []
        for word in typed:
            right = self._speller.mend(word.text)
            if right != word.text:
                mended.append((word.text, right))
                words.append(Word(right, word.capitals))
            else:
                words.append(word)
        return words, tuple(mended)


def features(words: Sequence[str], mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The words for retrieval: a subject's name becomes one sign, so that all its names are the same word."""
    result: list[str] = []
    position = 0
    starts = {mention.start: mention for mention in mentions if mention.layer == "subject"}
    while position < len(words):
        mention = starts.get(position)
        if mention is None:
            result.append(words[position])
            position += 1
        else:
            result.append(f"<{mention.concept}>")
            position = mention.end
    result += dict.fromkeys(
        f"<{mention.layer}:{mention.concept}{'!' if mention.opposite else ''}>"
        for mention in mentions
        if mention.layer != "subject"
    )
    return tuple(result)


def _named(mentions: Sequence[Mention], layer: Layer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mention.concept for mention in mentions if mention.layer == layer))


def _offers_choice(words: Sequence[str], mentions: Sequence[Mention]) -> bool:
    """Whether two subjects are offered: "is it A or B that …"."""
    subjects = [mention for mention in mentions if mention.layer == "subject"]
    return any(
        first.concept != second.concept and "or" in words[first.end : second.start] and second.start - first.end <= 6
        for first, second in pairwise(subjects)
    )


def _lessened(words: Sequence[str], mentions: Sequence[Mention]) -> bool:
    """Whether a topic is named as lacking: "less maintainable", "without any overhead"."""
    return any(
        not english.LACKING.isdisjoint(words[max(mention.start - 2, 0) : mention.start])
        for mention in mentions
        if mention.layer == "topic"
    )
