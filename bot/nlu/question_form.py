"""In which form a text asks: yes or no, openly, between two; and whether it asks for the contrary. Grammar alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from bot.nlu import english
from bot.nlu.phrase_matcher import PhraseMatcher
from bot.nlu.text import clauses, split_words

Form = Literal["yesno", "open", "choice", "fragment"]

_FRAMES = PhraseMatcher(english.ASKING_FRAMES)
_NUMERIC = PhraseMatcher(english.NUMERIC)
_DIFFERENCE = PhraseMatcher(english.DIFFERENCE_BETWEEN)
_GOES_ON = PhraseMatcher(english.GOES_ON)
_PAIR = PhraseMatcher(english.PAIR)
_ONLY = PhraseMatcher(english.ONLY)
_POINTING = PhraseMatcher(english.POINTING)
_AUDIENCE = PhraseMatcher(english.AUDIENCE)
_CLAIMED = PhraseMatcher(english.CLAIMED)
_DENIED = PhraseMatcher(english.DENIED)
_REVERSALS = PhraseMatcher(english.REVERSALS)


class Typed(NamedTuple):
    """A cleaned text with its words, mended, and its clauses as words, without what opens them or is wrapped around."""

    text: str
    words: list[str]
    clauses: list[list[str]]
    wrapped: bool  # whether it asks if what somebody says holds
    frame_denies: bool  # … or if it does not

    @classmethod
    def of(cls, text: str, mend: Callable[[str], str]) -> Typed:
        whole = [mend(word.text) for word in split_words(text)]
        words, frame_denies = unwrapped(whole)
        wrapped = len(words) < len(whole)
        parts = [without_openers([mend(word.text) for word in split_words(clause)]) for clause in clauses(text)]
        if wrapped:
            parts = [unwrapped(part)[0] for part in parts]
        return cls(text, words, [part for part in parts if part], wrapped, frame_denies)


def unwrapped(words: list[str]) -> tuple[list[str], bool]:
    """Without what a statement is wrapped in, "are you saying that …"; and whether that denies it."""
    start, end = reporting_frame_span(words)
    return words[:start] + words[end:], _DENIED.occur_in(words[start:end])


def reporting_frame_span(words: Sequence[str]) -> tuple[int, int]:
    """Token span of a reporting frame ("are you saying that"), (0, 0) if there is none."""
    for phrases in (_DENIED, _CLAIMED):
        start, end = phrases.find(words)
        if end and end < len(words):
            return start, end
    return 0, 0


def form_of(typed: Typed, words: Sequence[str], *, offers_choice: bool) -> Form:
    """In which form a text asks. The last clause that opens like a question decides.

    A statement with a question mark asks yes or no. `words` are the text's, mended; `offers_choice`: two subjects are
    named, one or the other.
    """
    if not words:
        return "fragment"
    found: Form | None = None
    for clause in typed.clauses:
        form = clause_form(clause)
        if form == "yesno" and found == "open" and clause[0] not in english.AUXILIARIES:
            continue
        if form is not None:
            found = form
    if found is None:
        if any(word in english.QUESTION_WORDS for word in words[:6]):
            found = "open"
        else:
            asks = "?" in typed.text or typed.wrapped or _tagged(words) or _POINTING.occur_in(words)
            found = "yesno" if asks else "fragment"
    return "choice" if found == "yesno" and offers_choice else found


def asks_for_number(words: Sequence[str]) -> bool:
    """Whether a number, a rate or a date is asked for."""
    return _NUMERIC.occur_in(words) or any(
        bound in english.BOUNDS and number.isdecimal() for bound, number in pairwise(words)
    )


def judgement_adjective(words: Sequence[str]) -> str:
    """The adjective in "is it safe to …", "" if there is none."""
    asked = without_openers(list(words))
    opens = len(asked) > 4 and asked[0] in english.AUXILIARIES and asked[1] == "it"
    return asked[2] if opens and asked[2] in english.JUDGEMENTS else ""


def asks_for_difference(words: Sequence[str]) -> bool:
    """Whether it is asked how one thing differs from another: "what is the difference between A and B"."""
    return _DIFFERENCE.occur_in(words)


def is_what_about(words: Sequence[str]) -> bool:
    """True for "and what about A", which repeats the last question with another subject."""
    return _GOES_ON.prefix_length(without_openers(list(words))) > 0


def asks_about_both(words: Sequence[str]) -> bool:
    """Whether two things are spoken of without being named: "the two", "both", "which one"."""
    return _PAIR.occur_in(words)


def asks_to_identify(words: Sequence[str]) -> bool:
    """True if the sentence asks to name what the preceding sentences describe: "which of them is that", "what fits"."""
    asked = without_openers(list(words))
    if not asked or (asked[0] not in {"which", "what"} and asked[1:2] not in (["which"], ["what"])):
        return False
    return asked[-1] in english.POINTERS or _POINTING.occur_in(asked)


def audience_start(words: Sequence[str]) -> int:
    """Index at which an audience clause starts ("like I am new"); len(words) if there is none."""
    wanted = any(word in english.IMPERATIVES for word in words[:4]) or _FRAMES.prefix_length(words) > 0
    return _AUDIENCE.find_start(words) if wanted else len(words)


def asks_if_only(words: Sequence[str]) -> bool:
    """True for exclusivity questions: "is X the only …", "nothing but X"."""
    start, end = _ONLY.find(words)
    return end > 0 and words[max(start - 1, 0)] not in ("not", "or")  # "A too, or only B?"


def without_openers(words: list[str]) -> list[str]:
    """Without the words at the beginning that say nothing about the matter: "so, hello, can …"."""
    start = 0
    while start < len(words) - 1 and words[start] in english.OPENERS and words[start] not in english.AUXILIARIES:
        if words[start] in english.STATES and words[start + 1] in english.AUXILIARIES:
            break  # "I am new here" is no question
        start += 1
    return words[start:]


def comparison_adjective(words: Sequence[str]) -> str:
    """The adjective of a comparison ("faster" in "is A faster than B"), "" if there is none."""
    for position, word in enumerate(words):
        if word not in english.THAN:
            continue
        before = words[max(0, position - 3) : position]
        for place, near in enumerate(before):
            if near in {"more", "less"}:
                return before[place + 1] if place + 1 < len(before) else near
            if near in english.COMPARATIVES or (len(near) > 4 and near.endswith("er") and near not in english.NOT_MORE):
                return near
    return ""


def clause_form(words: list[str]) -> Form | None:
    """The form of one clause, by how it opens; None where it does not open like a question."""
    words = without_openers(words)
    if not words:
        return None
    if len(words) == 1 and words[0] in english.OPENERS:
        return None  # "please"
    frame = _FRAMES.prefix_length(words)
    if frame:
        rest = words[frame:]
        if words[0] in english.AUXILIARIES and not _asks(rest):
            # "can you protect …": without "explain", "tell me", "list" it is a plain yes/no question
            return "yesno" if rest[0] not in english.IMPERATIVES else "open"
        return clause_form(rest) or ("yesno" if rest[0] in english.WHETHER or _turns_to_ask(rest) else "open")
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


def _turns_to_ask(words: Sequence[str]) -> bool:
    """True if a discourse marker and an auxiliary start the question late."""
    verbs = english.AUXILIARIES - english.IMPERATIVES
    return any(first in english.TURNS and second in verbs for first, second in pairwise(words))


def _asks(words: Sequence[str]) -> bool:
    return words[0] in english.QUESTION_WORDS or words[0] in english.WHETHER or words[0] in english.IMPERATIVES


def _tagged(words: Sequence[str]) -> bool:
    joined = " ".join(words)
    return any(joined.endswith(" " + tag) for tag in english.TAGS) or _asks_back(words[-3:])


def _asks_back(words: Sequence[str]) -> bool:
    """Whether these last words are "can they", "is it not", "is not it" (as "isn't it" is read)."""
    said = [word for word in words if word != "not"][-2:]
    return len(said) == 2 and said[0] in english.AUXILIARIES and said[1] in english.PRONOUNS


def is_negated(typed: Typed) -> bool:
    """True for an odd number of negations in the main clause. "Isn't X …?" asks the same as "is X …?"."""
    asked = main_clause(typed)
    opens = bool(asked) and asked[0] in english.AUXILIARIES
    turns = 0
    for position, word in enumerate(asked):
        after = asked[position + 1] if position + 1 < len(asked) else ""
        if word not in english.NEGATIONS or after in english.NOT_NEGATED or position == len(asked) - 1:
            continue  # "nothing else", "not only"; at the very end it is a tag: "…, no?"
        if opens and position <= 5 and word == "not":
            continue  # "isn't it", "does A not cover B" expects what the plain question expects
        before = asked[max(position - 1, 0)]
        if before in english.SETS_APART or asked[position - 2 : position + 1] == ["is", "it", "not"]:
            continue  # "A or not", "A and not B"
        if opens and _in_relative_clause(asked, position):
            continue
        turns += 1
    if turns and not opens and asks_back_plainly(typed.words):
        turns -= 1  # "A does not cover B, does it?" asks whether it does
    turns += _REVERSALS.occur_in(_without_attributes(asked))
    return turns % 2 == 1


def _without_attributes(words: Sequence[str]) -> list[str]:
    """Without an "outside" that only tells which thing is meant: "in outside parts", but not "lies outside A"."""
    return [
        word
        for position, word in enumerate(words)
        if word != "outside" or not position or words[position - 1] not in english.BEFORE_NOUNS
    ]


def _in_relative_clause(words: Sequence[str], position: int) -> bool:
    """Whether the negation there belongs to what only tells more of a thing: "parts we did not write", "users who have
    no rights". In a question that opens with its verb, no other verb is the main one."""
    start = max(2, position - 3)
    return any(
        words[at] in english.PERSONS and words[at - 1] not in english.REPORTS and words[at + 1] in english.AUXILIARIES
        for at in range(start, position - 1)
    )


def asks_back_plainly(words: Sequence[str]) -> bool:
    """Whether a statement ends with "does it?", "can they?"."""
    return _asks_back(words[-2:]) and "not" not in words[-3:]


def _is_tag(words: Sequence[str]) -> bool:
    """Whether a last clause only asks for a yes: "…, can't it?", "… Am I right?"."""
    return len(words) <= 3 and (words[-1] in english.PRONOUNS or " ".join(words) in english.TAGS)


def main_clause(typed: Typed) -> list[str]:
    """The words of the clause that asks, without a story before it and without what a relative clause adds."""
    parts, whole = typed.clauses, typed.words
    if len(parts) > 1 and _is_tag(parts[-1]):
        parts = parts[:-1]
        whole = [word for words in parts for word in words]
    asking = [words for words in parts if len(words) > 3 and clause_form(words) == "yesno"]
    words = asking[-1] if asking else without_openers(whole)
    if words[:2] in (["is", "it"], ["was", "it"]):
        return words  # "is it true that …", "is it A that …": what follows is what is asked
    for position, word in enumerate(words[3:], 3):
        before = words[position - 1]
        generic = not english.GENERIC.isdisjoint(words[position - 2 : position])  # "something else that"
        if before.endswith("ing") and word in ("who", "what"):
            continue  # "proving who one is": what is proved, and no more of a thing
        if word in english.SUBORDINATES and before not in english.REPORTS and not generic:
            return words[:position]
    return words
