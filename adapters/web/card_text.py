"""Text of Adaptive Card elements, for the preview: the subset of Markdown that we send, with backslash escapes."""

from __future__ import annotations

import re

_BREAKS = re.compile(r"[\r\n]+")
_ESCAPED = re.compile(r"\\(.)")


def paragraphs(text: str) -> list[str | list[str]]:
    """The text split into paragraphs (str) and bullet lists (list of str), unescaped."""
    found: list[str | list[str]] = []
    for line in _BREAKS.split(text):
        item = line.startswith("- ")
        plain = _ESCAPED.sub(r"\1", line.removeprefix("- ") if item else line).replace("\u200b", "")
        if item and found and isinstance(found[-1], list):
            found[-1].append(plain)
        else:
            found.append([plain] if item else plain)
    return found
