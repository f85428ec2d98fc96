"""The text of a card's element as a client reads it: a little Markdown, in which a backslash takes a sign literally."""

from __future__ import annotations

import re

_BREAKS = re.compile(r"[\r\n]+")
_ESCAPED = re.compile(r"\\(.)")


def paragraphs(text: str) -> list[str | list[str]]:
    """Paragraphs as texts, lists as lists of texts."""
    found: list[str | list[str]] = []
    for line in _BREAKS.split(text):
        item = line.startswith("- ")
        plain = _ESCAPED.sub(r"\1", line.removeprefix("- ") if item else line).replace("\u200b", "")
        if item and found and isinstance(found[-1], list):
            found[-1].append(plain)
        else:
            found.append([plain] if item else plain)
    return found
