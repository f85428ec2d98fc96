"""The files of a knowledge folder as an edit changes them: their content, whether it changed meanwhile, and writing."""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.folder import KnowledgeFile, Section, files_in
from bot.knowledge.problems import Report


class EditError(Exception):
    """An edit that can't be made. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit makes of one file. `name` is relative to the folder."""

    name: str
    before: bytes
    after: bytes

    @property
    def diff(self) -> list[str]:
        """The changed lines with those around them, as a unified diff without its head."""
        old, new = (text.decode("utf-8", "replace").splitlines() for text in (self.before, self.after))
        return list(difflib.unified_diff(old, new, lineterm="", n=3))[2:]


def files_of(folder: Path, *sections: Section) -> list[KnowledgeFile]:
    """The files of these sections, in the order in which they are read, but for links that lead out of the folder."""
    inside = folder.resolve()
    found = (file for file in files_in(folder, Report()) if file.section in sections)
    return [file for file in found if file.path.resolve().is_relative_to(inside)]


def stamp_of(changes: Iterable[Change]) -> str:
    """Tells one state of the files that an edit changes from another."""
    stamp = hashlib.sha256()
    for change in changes:
        stamp.update(f"{change.name}\0{len(change.before)}\0".encode() + change.before)
    return stamp.hexdigest()[:16]


def may_write(folder: Path) -> bool:
    """Whether the files of the folder can be written."""
    return os.access(folder, os.W_OK) and all(
        os.access(file.path, os.W_OK) and os.access(file.path.parent, os.W_OK)
        for file in files_of(folder, "answers", "claims", "phrasings")
    )


def write(folder: Path, contents: Mapping[str, tuple[bytes, bytes]]) -> bool:
    """Write the files by name: (what has to be in it, what is to be). All of them or none: False, and nothing is
    written, if one holds something else meanwhile. Raises OSError."""
    paths = {file.name: file.path for file in files_of(folder, "answers", "claims", "phrasings")}
    if any(name not in paths or paths[name].read_bytes() != held for name, (held, _) in contents.items()):
        return False
    done: list[tuple[Path, bytes]] = []
    try:
        for name, (held, wanted) in contents.items():
            write_whole(paths[name], wanted)
            done.append((paths[name], held))
    except OSError:
        for path, held in done:
            write_whole(path, held)
        raise
    return True


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step, so that nobody reads half of it. A link stays one. Raises OSError."""
    target = path.resolve()
    begun = target.with_name(f".{target.name}.{os.getpid()}.begun")
    try:
        begun.write_bytes(content)
        if target.exists():
            begun.chmod(target.stat().st_mode & 0o777)
        begun.replace(target)
    finally:
        with suppress(OSError):
            begun.unlink(missing_ok=True)
