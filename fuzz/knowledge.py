"""Knowledge folders that are broken in every way, and the advisor on our own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from bot.advisor import Advisor
from bot.knowledge import KnowledgeError, check, load
from fuzz.rounds import Take
from fuzz.sources import Source
from fuzz.texts import ROOT, any_text, mixed
from fuzz.watch import Fault
from tests.bot.knowledge.folders import SOUND, TRIAGE, write
from tests.bot.knowledge.test_never_a_traceback import FILES, KEYS, TRIAGE_WORDS, VALUES, WORDS, YAML_SIGNS

FILES_OF = {"triage.yaml": TRIAGE, **SOUND}
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "advisor"
ODD = st.sampled_from((
    "&a", "*a", "<<: *a", "!!python/object:os.system x", "!!binary x", "!!timestamp x", "? ", "| ", "> ", "---",
        "...", "%YAML 9",
    "{", "[", "'", '"', "\t", "\x00", "\x85", "\u2028", "\ufeff", "\ud800", "é", "~", "null", "yes", "0o7",
        "1e999", ".nan", ".inf",
    "2001-01-01", "1:30", "<<", "=", "a: a: a",
        "[" * 30, "- " * 30, "? " * 30, "{a: " * 30, "a:\n  " * 30, "x" * 9000, "&a [*a]",
))  # fmt: skip
ENCODINGS = st.sampled_from(
    ("utf-8", "utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "cp1252", "utf-16-le")
)
Folder = dict[str, bytes]


@cache
def advisor() -> Advisor:
    """The advisor on our own knowledge."""
    return Advisor.load(ROOT / "knowledge", cache=CACHE)


@st.composite
def _folders(draw: st.DrawFn) -> Folder:
    """The files that differ from those of a sound folder."""
    changed: Folder = {}
    for _ in range(draw(st.integers(1, 2))):
        file = draw(FILES)
        text = FILES_OF.get(file, SOUND["claims.yaml"])
        match draw(st.integers(0, 9)):
            case 0:
                changed[file] = draw(st.binary(max_size=80))
                continue
            case 1:
                text = draw(YAML_SIGNS)
            case 2:
                text = yaml.safe_dump(draw(VALUES), allow_unicode=True)
            case 3 | 4 | 5:
                text = _with_odd_lines(draw, text)
            case 6 | 7:
                text = _with_other_words(draw, text)
            case _:
                text = _with_another_value(draw, text)
        changed[file] = text.encode(draw(ENCODINGS), errors="replace")
    return changed


_any_folder = _folders()


def folders(source: Source) -> Folder:
    return source.part(_any_folder)


def _with_odd_lines(draw: st.DrawFn, text: str) -> str:
    lines = text.splitlines()
    row = draw(st.integers(0, len(lines) - 1))
    column = draw(st.integers(0, len(lines[row])))
    odd = draw(ODD | any_text | YAML_SIGNS)
    match draw(st.integers(0, 3)):
        case 0:
            lines.insert(row, lines[draw(st.integers(0, len(lines) - 1))])  # a key twice, or in the wrong place
        case 1:
            lines.insert(row, lines[row][: len(lines[row]) - len(lines[row].lstrip())] + odd)
        case _:
            lines[row] = lines[row][:column] + odd + lines[row][column + draw(st.integers(0, 5)) :]
    return "\n".join(lines)


def _with_other_words(draw: st.DrawFn, text: str) -> str:
    """Words of the folder in the place of others: keys, conditions and references get mixed up."""
    words = text.split(" ")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(words) - 1))
        words[at] = draw(st.sampled_from(TRIAGE_WORDS) | KEYS | WORDS | st.sampled_from(words) | mixed)
    return " ".join(words)


def _with_another_value(draw: st.DrawFn, text: str) -> str:
    data: Any = yaml.safe_load(text)
    here: Any = data
    for _ in range(draw(st.integers(1, 5))):
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            break
        key = draw(st.sampled_from(keys))
        if not isinstance(here[key], dict | list) or draw(st.booleans()):
            here[key] = draw(VALUES)
            break
        here = here[key]
    return yaml.safe_dump(data, allow_unicode=True)


@contextmanager
def checked() -> Iterator[Take]:
    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name), SOUND)

        def take(files: Folder) -> str:
            write(folder, files)
            try:
                found = check(folder)
                if not all(problem.file and problem.message and "\n" not in str(problem) for problem in found):
                    raise Fault(f"a problem without place or words: {found[:3]}")
                try:
                    load(folder)
                except KnowledgeError as error:
                    if not set(error.problems) <= set(found):
                        raise Fault("loading tells other problems than checking") from None
                    return "refused"
                return "loaded"
            finally:
                for file in files:
                    (folder / file).unlink(missing_ok=True)
                write(folder, {file: SOUND[file] for file in files if file in SOUND})

        yield take
