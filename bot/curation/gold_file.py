"""A file of gold questions to which a curator's judgements are added: one JSON object a line.

A question after the same history stands in it once: a later judgement takes the place of the earlier one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.curation.evaluation import Gold, GoldError, read_golds
from bot.curation.folder_files import write_whole


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a judgement. Both are lines without their ends: `line` stands in the file now, `was` stood in its
    place, "" where nothing did. They are the same where nothing was changed."""

    line: str
    was: str = ""


def line_of(gold: Gold) -> str:
    """The line of a gold question, without what is empty."""
    row = {
        "q": gold.question,
        "history": list(gold.history),
        "kind": gold.kind,
        "entry": gold.entry,
        "verdict": gold.verdict,
        "must": list(gold.must),
        "may": list(gold.may),
        "style": gold.style,
        "or_decline": gold.or_decline,
    }
    return json.dumps({key: value for key, value in row.items() if value}, ensure_ascii=False)


def golds_in(file: Path) -> list[Gold]:
    """The gold questions of a file; none if there is no such file. Raises GoldError, and OSError."""
    return read_golds(_lines(file))


def judge(file: Path, gold: Gold) -> Judged:
    """Put `gold` into the file, in the place of an earlier judgement of the same question. Raises GoldError if what is
    there can't be read, and OSError."""
    line = line_of(gold)
    lines = _lines(file)
    before = read_golds(lines)
    written = [one for one in lines if one.strip()]
    for at, earlier in enumerate(before):
        if _asked(earlier) == _asked(gold):
            was = written[at]
            if earlier != gold:
                _write(file, (line if one == was else one for one in lines))
            return Judged(line if earlier != gold else was, was)
    _write(file, [*lines, line])
    return Judged(line)


def take_back(file: Path, judged: Judged) -> bool:
    """Undo a judgement. False if it does not stand in the file any more. Raises GoldError if `was` is no gold question,
    and OSError."""
    if len(judged.was.splitlines()) > 1:
        raise GoldError("a gold question is one line")
    read_golds([judged.was])
    lines = _lines(file)
    if judged.line not in lines:
        return False
    at = lines.index(judged.line)
    _write(file, [*lines[:at], *([judged.was] if judged.was else []), *lines[at + 1 :]])
    return True


def _asked(gold: Gold) -> tuple[str, ...]:
    return tuple(" ".join(text.split()) for text in (*gold.history, gold.question))


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError:
        raise GoldError("the file is not UTF-8; save it as UTF-8") from None
    return text.split("\n")[:-1] if text.endswith("\n") else text.split("\n") if text else []


def _write(file: Path, lines: Iterable[str]) -> None:
    write_whole(file, "".join(f"{line}\n" for line in lines).encode())
