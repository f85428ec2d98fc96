"""The reply to a message in another language: one sentence in that language that says what can be read here."""

from __future__ import annotations

from bot.domain.messages import Paragraph, Reply
from bot.domain.phrases import Phrases
from bot.nlu.languages import OTHER

# The dozen that most people speak besides English; whoever writes in another one is answered in English.
_SENTENCES: dict[str, str] = {
    "ar": "foreign-ar", "bn": "foreign-bn", "de": "foreign-de", "es": "foreign-es", "fr": "foreign-fr",
    "hi": "foreign-hi", "id": "foreign-id", "ja": "foreign-ja", "pt": "foreign-pt", "ru": "foreign-ru",
    "ur": "foreign-ur", "zh": "foreign-zh", OTHER: "foreign",
}  # fmt: skip
_CONTACTS: dict[str, str] = {
    "ar": "foreign-contact-ar", "bn": "foreign-contact-bn", "de": "foreign-contact-de", "es": "foreign-contact-es",
    "fr": "foreign-contact-fr", "hi": "foreign-contact-hi", "id": "foreign-contact-id", "ja": "foreign-contact-ja",
    "pt": "foreign-contact-pt", "ru": "foreign-contact-ru", "ur": "foreign-contact-ur", "zh": "foreign-contact-zh",
    OTHER: "foreign-contact",
}  # fmt: skip


def only_english(say: Phrases, language: str, contact: str) -> Reply:
    """Asks for English, in `language` (a two-letter code) where that is one of the dozen.

    `contact`: whom to reach in an incident, "" if nobody is named. It is always said, since what was written may be a
    report that nobody here can read.
    """
    known = language if language in _SENTENCES else OTHER
    body = (Paragraph(say(_CONTACTS[known], contact=contact)),) if contact else ()
    return Reply("clarify", say(_SENTENCES[known]), body=body)
