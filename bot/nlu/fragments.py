"""Messages that are no whole question: a name alone, half a sentence, nothing but small words or made-up ones."""

from __future__ import annotations

from collections.abc import Callable

from bot.nlu import english
from bot.nlu.question import Question, words_outside_mentions
from bot.nlu.text import as_typed

# No English sentence ends with one of these.
_LEADS_ON = {
    "the", "and", "but", "because", "than", "our", "my", "your", "their", "if", "whether", "although", "while",
}  # fmt: skip
MANY = 12  # words of a text in which repetition counts
LEAST_VARIED = 4  # times that each of its words stands there on average
_BE = {"is", "are", "was", "were"}
_VERBLESS = english.AUXILIARIES - {"need", "becomes", "dose"}  # these can't be all that a sentence says


def is_name_alone(question: Question) -> bool:
    """True for the name of one subject and nothing else that says anything: "the roses?", "explain roses"."""
    rest = words_outside_mentions(question.words, question.mentions)
    small = english.FUNCTION_WORDS | english.IMPERATIVES
    asks = not english.QUESTION_WORDS.isdisjoint(rest) or not english.AUXILIARIES.isdisjoint(question.words[:1])
    if is_half(question):
        return False
    one = len(question.subjects) == 1 and not (question.topics or question.aspects)
    return one and not asks and small.issuperset(rest)


def name_of(question: Question) -> str:
    """The words of the first name in it."""
    mention = question.mentions[0]
    return " ".join(question.words[mention.start : mention.end])


def is_half(question: Question) -> bool:
    """True for a sentence that breaks off: "because the", "which sorts", "do roses" with nothing that they might do."""
    words = question.words
    if len(words) > 1 and (_last_typed(question) in _LEADS_ON or _ends_with_article(question)):
        return True
    if words[:1] in (("which",), ("what",)) and english.KINDS.issuperset(words[1:]) and len(words) > 1:
        return True
    if not question.mentions or question.topics or question.aspects or len(question.subjects) != 1:
        return False
    if question.mentions[-1].end != len(words):
        return False
    match words_outside_mentions(words, question.mentions):
        case [verb]:
            return verb in _VERBLESS and words[0] == verb
        case [asks, verb]:
            return asks in english.QUESTION_WORDS and verb in _VERBLESS - _BE and words[:2] == (asks, verb)
    return False


def _last_typed(question: Question) -> str:
    """As typed, since "y/n" is read as "y and"."""
    return "".join(as_typed(question.text)[-1:]).lower()


def _ends_with_article(question: Question) -> bool:
    """ "is it a"; a letter after another word is a name: "option A" """
    *_, before, last = question.words
    small = english.FUNCTION_WORDS | english.AUXILIARIES
    named = any(mention.end == len(question.words) - 1 for mention in question.mentions)
    return last in ("a", "an") and (before in small or named)


def is_code(question: Question) -> bool:
    """True for what is written for a machine: a text within brackets."""
    return question.text[:1] + question.text[-1:] in ("{}", "[]", "<>")


def repeats_itself(question: Question) -> bool:
    """True for a long text of a few words that come again and again."""
    words = question.words
    return len(words) >= MANY and len(set(words)) * LEAST_VARIED <= len(words)


def is_empty(question: Question) -> bool:
    """True if no word says what it is about: small words, single letters and numbers alone."""
    return not question.mentions and all(len(word) < 2 or word.isdecimal() for word in question.content_words)


def is_made_up(question: Question, is_known: Callable[[str], bool]) -> bool:
    """True if whatever it says besides the names of subjects is no word, and none that is only misspelled."""
    if question.topics or question.aspects:
        return False
    rest = words_outside_mentions(question.words, question.mentions)
    said = [word for word in rest if word not in english.FUNCTION_WORDS | english.AUXILIARIES]
    return bool(said) and not any(map(is_known, said))
