"""The shipped phrases, and overriding them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from bot.domain.phrases import Phrases

FILE = Path(__file__).parent / "phrases.yaml"


@cache
def shipped() -> Phrases:
    """The phrases of `phrases.yaml` beside this module."""
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    texts = {name: text for name, text in found.items() if isinstance(text, str)}
    return Phrases(texts, {name: tuple(texts) for name, texts in found.items() if isinstance(texts, list)})


def overridden(texts: Mapping[str, str], lists: Mapping[str, tuple[str, ...]]) -> Phrases:
    """The shipped phrases, overridden by these."""
    defaults = shipped()
    return Phrases({**defaults.texts, **texts}, {**defaults.lists, **lists})
