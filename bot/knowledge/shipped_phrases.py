"""The shipped phrases, and those of a folder in their place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from bot.domain.phrases import Phrases

_files = [Path(__file__).parent / "phrases.yaml"]


def ship(file: Path) -> None:
    """Add the phrases of another file to the shipped ones: those that a surface alone says."""
    if file not in _files:
        _files.append(file)
        shipped.cache_clear()


@cache
def shipped() -> Phrases:
    """What is said where a knowledge folder says nothing of its own. Raises ValueError if two files have the same name
    in them."""
    texts: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for file in _files:
        for name, said in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            if name in texts or name in lists:
                raise ValueError(f"{file}: the phrase {name} is shipped already")
            if isinstance(said, str):
                texts[name] = said
            else:
                lists[name] = tuple(said)
    return Phrases(texts, lists)


def overridden(texts: Mapping[str, str], lists: Mapping[str, tuple[str, ...]]) -> Phrases:
    """The shipped phrases with these in their place."""
    defaults = shipped()
    return Phrases({**defaults.texts, **texts}, {**defaults.lists, **lists})
