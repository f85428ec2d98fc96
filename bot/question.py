"""Reading a question: its words, what it names, its form, and whether it asks about a thing or its contrary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from bot import english
from bot.text import Word, clauses, clean, sentences, split_words
from bot.vocabulary import ConceptFinder, Mention, Speller, stem

Form = Literal["yesno", "open", "choice", "fragment"]


@dataclass(frozen=True, slots=True)
class Question:
    """What was read in one question. `words` are mended and in lower case; `features` are what retrieval sees."""

    text: str
    words: tuple[str, ...]
    features: tuple[str, ...]
    mentions: tuple[Mention, ...]
    form: Form
    reversed: bool  # has a word that turns a yes/no question round
    asking: tuple[str, ...] = ()  # the features of the sentence that asks, where others tell a story around it
    asks_about: frozenset[str] = frozenset()  # concepts named in the sentence that asks
    numeric: bool = False  # asks for a number, a date or a rate
    respect: str = ""  # in what one is said to be more than the other: "faster", "expensive"
    pair: bool = False  # asks about "the two", "both", "which one"
    only: bool = False  # asks whether there is nothing besides
    mended: tuple[tuple[str, str], ...] = ()  # as typed, as read

    def concepts(self, layer: str) -> tuple[str, ...]:
        """The concepts of one layer that are named, in the order in which they are, each once."""
        return tuple(dict.fromkeys(mention.concept for mention in self.mentions if mention.layer == layer))

    @property
    def subjects(self) -> tuple[str, ...]:
        return self.concepts("subject")

    @property
    def topics(self) -> tuple[str, ...]:
        return self.concepts("topic")

    @property
    def aspects(self) -> tuple[str, ...]:
        return self.concepts("aspect")

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
        stems = [stem(word.text) for word in words]
        mentions = self._finder.find(words, stems)
        plain = tuple(word.text for word in words)
        form = form_of(text, plain, mentions)
        asking, about = self._asking(text, plain, mentions)
        joined = " " + " ".join(plain) + " "
        return Question(
            text=text,
            words=plain,
            features=features(plain, mentions),
            mentions=tuple(mentions),
            form=form,
            reversed=form == "yesno" and asks_contrary(text) != _lessened(plain, mentions),
            mended=mended,
            asking=asking,
            asks_about=about,
            numeric=_has_phrase(joined, english.NUMERIC),
            respect=_respect(plain),
            pair=_has_phrase(joined, english.PAIR),
            only=_has_phrase(joined, english.ONLY) and " not only " not in joined,
        )

    def features(self, raw: str) -> tuple[str, ...]:
        """What retrieval goes by, as `read` finds it: many examples are read for nothing else."""
        words, _ = self._mend(split_words(clean(raw)))
        mentions = self._finder.find(words, [stem(word.text) for word in words])
        return features(tuple(word.text for word in words), mentions)

    def _asking(
        self, text: str, plain: tuple[str, ...], mentions: Sequence[Mention]
    ) -> tuple[tuple[str, ...], frozenset[str]]:
        """The sentence that asks, where the message has more than one: its features and the concepts it names."""
        everything = frozenset(mention.concept for mention in mentions)
        parts = sentences(text)
        asking = (
            [part for part in parts if _clause_form([word.text for word in split_words(part)]) is not None]
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


def form_of(text: str, words: Sequence[str], mentions: Sequence[Mention]) -> Form:
    """In which form `text` asks. The last clause that opens like a question decides.

    A statement with a question mark asks yes or no.
    """
    if not words:
        return "fragment"
    found: Form | None = None
    for clause in clauses(text):
        form = _clause_form([word.text for word in split_words(clause)])
        if form == "yesno" and found == "open" and not _opens_with_auxiliary(clause):
            continue
        if form is not None:
            found = form
    if found is None:
        head = [word for word in words[:6] if word in english.QUESTION_WORDS]
        found = "open" if head else ("yesno" if text.rstrip().endswith("?") or _tagged(words) else "fragment")
    if found == "yesno" and _offers_choice(words, mentions):
        return "choice"
    return found


def is_numeric(text: str) -> bool:
    """Whether `text` asks for a number, a rate or a date."""
    return _has_phrase(" " + " ".join(word.text for word in split_words(text)) + " ", english.NUMERIC)


def _has_phrase(joined: str, phrases: Sequence[str]) -> bool:
    return any(f" {phrase} " in joined for phrase in phrases)


def _opens_with_auxiliary(clause: str) -> bool:
    words = without_openers([word.text for word in split_words(clause)])
    return bool(words) and words[0] in english.AUXILIARIES


def without_openers(words: list[str]) -> list[str]:
    """Without the words at the beginning that say nothing about the matter: "so, hello, can …"."""
    start = 0
    while start < len(words) - 1 and words[start] in english.OPENERS and words[start] not in english.AUXILIARIES:
        if words[start] in english.STATES and words[start + 1] in english.AUXILIARIES:
            break  # "I am new here" is no question
        start += 1
    return words[start:]


def _respect(words: Sequence[str]) -> str:
    """What a comparative before "than" compares in: "is A faster than B" ("then" is a frequent slip)."""
    for position, word in enumerate(words):
        if word not in {"than", "then"}:
            continue
        before = words[max(0, position - 3) : position]
        for place, near in enumerate(before):
            if near in {"more", "less"}:
                return before[place + 1] if place + 1 < len(before) else near
            if near in english.COMPARATIVES or (len(near) > 4 and near.endswith("er") and near not in english.NOT_MORE):
                return near
    return ""


def _clause_form(words: list[str]) -> Form | None:
    words = without_openers(words)
    if not words:
        return None
    joined = " ".join(words)
    for frame in english.ASKING_FRAMES:
        if joined.startswith(frame + " "):
            rest = words[len(frame.split()) :]
            if frame.split()[0] in english.AUXILIARIES and rest and not _asks(rest):
                # "can you protect …": without "explain", "tell me", "list" it is a plain yes/no question
                return "yesno" if rest[0] not in english.IMPERATIVES else "open"
            return _clause_form(rest) or ("yesno" if rest and rest[0] in english.WHETHER else "open")
    if words[0] in english.WHETHER:
        return "yesno" if len(words) > 1 and words[0] == "whether" else None
    if words[0] in english.QUESTION_WORDS:
        return "open"
    if (
        len(words) > 2
        and words[1] in english.QUESTION_WORDS
        and words[0] in {"in", "at", "to", "for", "by", "from", "with", "under", "of", "on"}
    ):
        return "open"
    if words[0] in english.AUXILIARIES:
        return "open" if words[0] in english.IMPERATIVES else "yesno"
    if words[0] in english.IMPERATIVES:
        return "open"
    return "yesno" if _asks_indirectly(words) else None


def _asks_indirectly(words: Sequence[str]) -> bool:
    """Whether there is an "… know if …" or a "whether" in a clause, with something after it."""
    return any(
        word == "whether" or (word == "if" and before in english.ASKS_IF) for before, word in pairwise(words[:-2])
    )


def _asks(words: Sequence[str]) -> bool:
    return words[0] in english.QUESTION_WORDS or words[0] in english.WHETHER or words[0] in english.IMPERATIVES


def _tagged(words: Sequence[str]) -> bool:
    joined = " ".join(words)
    return any(joined.endswith(" " + tag) for tag in english.TAGS)


def _offers_choice(words: Sequence[str], mentions: Sequence[Mention]) -> bool:
    """Whether two subjects are offered: "is it A or B that …"."""
    subjects = [mention for mention in mentions if mention.layer == "subject"]
    return any(
        first.concept != second.concept and "or" in words[first.end : second.start] and second.start - first.end <= 6
        for first, second in pairwise(subjects)
    )


def asks_contrary(text: str) -> bool:
    """Whether a word in a yes/no question turns it round: "is X left out?". "Isn't X …?" asks the same as "Is X …?"."""
    asked = _main_clause(text)
    opens = bool(asked) and asked[0] in english.AUXILIARIES
    turns = 0
    for position, word in enumerate(asked):
        after = asked[position + 1] if position + 1 < len(asked) else ""
        if word not in english.NEGATIONS or after in english.NOT_NEGATED or position == len(asked) - 1:
            continue  # "nothing else", "not only"; at the very end it is a tag: "…, no?"
        if opens and position <= 5 and word == "not":
            continue  # "isn't it", "does A not cover B" expects what the plain question expects
        if asked[max(position - 1, 0)] == "or" or asked[position - 2 : position + 1] == ["is", "it", "not"]:
            continue
        turns += 1
    joined = " " + " ".join(asked) + " "
    turns += any(f" {phrase} " in joined for phrase in english.REVERSALS)
    return turns % 2 == 1


def _lessened(words: Sequence[str], mentions: Sequence[Mention]) -> bool:
    """Whether a topic is named as lacking: "less maintainable", "without any overhead"."""
    return any(
        not english.LACKING.isdisjoint(words[max(mention.start - 2, 0) : mention.start])
        for mention in mentions
        if mention.layer == "topic"
    )


def _main_clause(text: str) -> list[str]:
    """The words of the clause that asks, without a story before it and without what a relative clause adds."""
    parts = [without_openers([word.text for word in split_words(clause)]) for clause in clauses(text)]
    if len(parts) > 1 and len(parts[-1]) <= 3 and parts[-1][-1] in english.PRONOUNS:
        parts.pop()  # a tag: "…, can't it?"
        text = ". ".join(" ".join(words) for words in parts)
    asking = [words for words in parts if len(words) > 3 and _clause_form(words) == "yesno"]
    words = asking[-1] if asking else without_openers([word.text for word in split_words(text)])
    if words[:2] in (["is", "it"], ["was", "it"]):
        return words  # "is it true that …", "is it A that …": what follows is what is asked
    for position, word in enumerate(words[3:], 3):
        if word in english.SUBORDINATES and words[position - 1] not in english.REPORTS:
            return words[:position]
    return words
