"""Groups of words: `app {people}` stands for "app crowd", "app folks", …"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import product

from bot.knowledge.fields import Words
from bot.knowledge.problems import Report, quoted

MOST_EXPANSIONS = 500  # of one phrase: a few groups multiply fast, and every expansion is indexed

Groups = Mapping[str, tuple[str, ...]]
_GROUP = re.compile(r"\{([^{}]*)\}")


def expand(phrases: Iterable[Words], groups: Groups | None, report: Report) -> tuple[Words, ...]:
    """All expansions of the phrases, each once, with the place of its phrase.

    `groups` is None if the folder has no vocabulary: braces are plain text then.
    """
    expanded: dict[str, Words] = {}
    for phrase in phrases:
        if groups is None or ("{" not in phrase.text and "}" not in phrase.text):
            expanded.setdefault(phrase.text, phrase)
            continue
        for text in _expansions(phrase, groups, report):
            expanded.setdefault(text, Words(text, phrase.spot))
    return tuple(expanded.values())


def _expansions(phrase: Words, groups: Groups, report: Report) -> list[str]:
    pieces = _GROUP.split(phrase.text)  # text, group, text, group, …, text
    names = pieces[1::2]
    if any("{" in text or "}" in text for text in pieces[::2]):
        report.add(phrase.spot, f"a brace in {quoted(phrase.text)} has no partner; write {{group}} or take it out")
        return []
    unknown = [name for name in names if name not in groups]
    for name in unknown:
        report.unknown(phrase.spot, "group", name, groups, "add it under 'groups' in vocabulary.yaml")
    if unknown:
        return []
    count = 1
    for name in names:
        count *= len(groups[name])
    if count > MOST_EXPANSIONS:
        text = quoted(phrase.text)
        report.add(
            phrase.spot, f"{text} stands for {count} phrases, at most {MOST_EXPANSIONS} are allowed; use fewer groups"
        )
        return []
    return [
        "".join(text + word for text, word in zip(pieces[::2], (*words, ""), strict=True))
        for words in product(*(groups[name] for name in names))
    ]
