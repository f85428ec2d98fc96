"""Small talk: utterances without a question."""

from __future__ import annotations

from bot.nlu.english import GREETINGS
from bot.nlu.text import split_words

MOST_WORDS = 6  # a longer utterance is more than a greeting


def only_greets(text: str) -> bool:
    """True if cleaned `text` is a greeting and nothing else; "hiii" counts as "hi"."""
    words = [word.text for word in split_words(text)]
    return 0 < len(words) <= MOST_WORDS and all(
        word in GREETINGS or word.rstrip(word[-1]) + word[-1] in GREETINGS for word in words
    )
