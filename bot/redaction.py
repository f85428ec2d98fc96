"""What must not be kept or said: secrets, addresses, names, links and numbers in what people write."""

from __future__ import annotations

import re

_PERSONAL = (
    (re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"), "[e-mail]"),
    (re.compile(r"<@[^>]*>|(?<!\w)@[\w.-]+"), "[name]"),
    (re.compile(r"\b(?:https?|ftp)://\S+|\bwww\.\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"\d+"), "[number]"),
)


def redact(text: str) -> str:
    for pattern, instead in _PERSONAL:
        text = pattern.sub(instead, text)
    return text
