"""Guards: checks that come before a question is read."""

from __future__ import annotations

from bot.knowledge.model import KnowledgeBase
from bot.nlu.phrase_matcher import PhraseMatcher
from bot.nlu.text import split_words


class Guards:
    """Detects reports of an incident under way by the phrases `incident-signs` of the knowledge."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        signs = knowledge.phrases.all("incident-signs")
        self._signs = PhraseMatcher(" ".join(word.text for word in split_words(sign)) for sign in signs)

    def reports_incident(self, text: str) -> bool:
        """True if one of the signs occurs in `text`."""
        return self._signs.occur_in([word.text for word in split_words(text)])
