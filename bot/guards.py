"""What is looked for before a question is read: a secret that should never have been sent, an incident under way."""

from __future__ import annotations

from bot.knowledge.model import KnowledgeBase
from bot.question import Reader
from bot.redaction import contains_secret
from bot.text import split_words


class Guards:
    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._signs = [
            " " + " ".join(word.text for word in split_words(sign)) + " "
            for sign in knowledge.phrase_lists.get("incident-signs", ())
        ]

    def has_secret(self, raw: str) -> bool:
        """Whether a key, token or password stands in the text as typed."""
        return contains_secret(raw)

    def reports_incident(self, reader: Reader, text: str) -> bool:
        """Whether someone says that something is happening to them; the signs are content."""
        if not self._signs:
            return False
        words = " " + " ".join(word.text for word in split_words(text)) + " "
        return any(sign in words for sign in self._signs)
