"""What is looked for before a question is read: an incident under way."""

from __future__ import annotations

from bot.knowledge.model import KnowledgeBase
from bot.nlu.phrase_matcher import PhraseMatcher
from bot.nlu.text import split_words


class Guards:
    def __init__(self, knowledge: KnowledgeBase) -> None:
        signs = knowledge.phrases.all("incident-signs")
        self._signs = PhraseMatcher(" ".join(word.text for word in split_words(sign)) for sign in signs)

    def reports_incident(self, text: str) -> bool:
        """Whether someone says that something is happening to them; the signs are content."""
        return self._signs.are_in([word.text for word in split_words(text)])
