"""Questions that deny: "A does not cover B, right?" Yes and No can be read either way there, so the reply says what
holds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.nlu import english
from bot.nlu.text import sentences, split_words

TAG_WORDS = 3  # at most of a sentence that only asks for a yes: "Is that right?"
_PLURAL = frozenset({"do", "are", "have", "were"})


class Denial(NamedTuple):
    """How a question denies. `auxiliary`: the verb that is denied, "" where none is."""

    auxiliary: str
    is_statement: bool  # "A does not …", not "does A not …"
    turns: bool  # "…, does it?": the answer is that to the plain question

    @property
    def pronoun(self) -> str:
        """What stands for the subject before the auxiliary."""
        return "they" if self.auxiliary in _PLURAL else "it"


def denial_of(text: str) -> Denial | None:
    """The denial in the sentence of `text`, a cleaned yes/no question, that asks; None if there is none."""
    asked = sentences(text)
    is_tag = len(asked) > 1 and len(split_words(asked[-1])) <= TAG_WORDS
    words = [word.text for word in split_words(" ".join(asked[-2:] if is_tag else asked[-1:]))]
    if not words:
        return None
    is_statement = words[0] not in english.AUXILIARIES
    if is_statement and _ends_in_denying_tag(words):
        return None  # "A needs light, doesn't it?" denies nothing
    turns = is_statement and asks_back_plainly(words)
    for word, after in pairwise(words):
        if after == "not" and word in english.AUXILIARIES:
            return Denial(word, is_statement, turns)
    if is_statement and "never" in words:
        return Denial("", is_statement, turns)
    opens_so = not is_statement and "not" in words[1:6]
    return Denial(words[0], is_statement, turns) if opens_so else None


def asks_back_plainly(words: Sequence[str]) -> bool:
    """Whether a statement ends with "does it?", "can they?"."""
    opens = words[-2:-1] and words[-2] in english.AUXILIARIES
    return bool(opens) and words[-1] in english.PRONOUNS and "not" not in words[-3:]


def _ends_in_denying_tag(words: list[str]) -> bool:
    """Whether a statement ends with "does not it", as "doesn't it" is read, and denies nothing before."""
    *before, auxiliary, negation, pronoun = ["", "", "", *words]
    tag = auxiliary in english.AUXILIARIES and negation == "not" and pronoun in english.PRONOUNS
    return tag and "not" not in before and "never" not in before
