"""What is learnt from the examples of one knowledge, and keeping it in a file, so that the next process can start at
once. The file is named after the knowledge and the program, so that it is never used for any other; nothing depends on
its being there.
"""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.retrieval import Retriever

logger = logging.getLogger(__name__)

Arrays = Mapping[str, NDArray[Any]]

Progress = Callable[[int, float], None]
"""Told how far learning is: from how many examples, and the share that is done, from 0.0 to 1.0 at the very end."""
PACKAGE = Path(__file__).parent.parent  # all of `bot`

_SUFFIX = ".npz"
_DAMAGED = (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class Learnt:
    """Which answer a wording belongs to, and whether it reports an incident."""

    entries: Retriever
    incidents: Retriever

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        kept = {field.name: getattr(self, field.name).to_arrays() for field in fields(self)}
        return {f"{name}.{key}": array for name, arrays in kept.items() for key, array in arrays.items()}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Learnt:
        return cls(*(Retriever.from_arrays(_under(field.name, arrays)) for field in fields(cls)))


@dataclass(frozen=True, slots=True)
class ModelCache:
    """Where what was learnt from the folder `knowledge` is kept: in one file in `folder`, this user's own."""

    folder: Path
    knowledge: Path

    def read(self, version: str) -> Learnt | None:
        """What was learnt from this `version` of the knowledge; None where it has to be learnt (again)."""
        file = self._found(self._file(version))
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return Learnt.from_arrays(dict(arrays))
        except FileNotFoundError:
            return None
        except _DAMAGED:
            logger.info("what was kept of the knowledge can't be read and is learnt anew: %s", file)
            return None

    def write(self, version: str, learnt: Learnt) -> None:
        """Puts it there in one step, and takes away what was kept of an earlier version."""
        file = self._file(version)
        begun = file.with_name(f"{file.stem}.{os.getpid()}.begun{_SUFFIX}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            np.savez(begun, allow_pickle=False, **learnt.to_arrays())
            begun.replace(file)
        except OSError as error:
            logger.info("what is learnt of the knowledge can't be kept in %s: %s", self.folder, error.strerror)
            with suppress(OSError):
                begun.unlink(missing_ok=True)
            return
        for other in self.folder.glob(f"{self._name}-*{_SUFFIX}"):
            if other != file and ".begun" not in other.name:
                with suppress(OSError):  # another process may be as quick
                    other.unlink()

    def _found(self, file: Path) -> Path:
        """`file`, or what was learnt from a copy of the same knowledge elsewhere, in an older install for one."""
        if file.exists():
            return file
        same = f"*-{file.stem.rpartition('-')[2]}{_SUFFIX}"
        return next(iter(sorted(self.folder.glob(same))), file)

    @property
    def _name(self) -> str:
        return hashlib.sha256(str(self.knowledge).encode()).hexdigest()[:8]

    def _file(self, version: str) -> Path:
        made_of = f"{version}|{_program()}|{np.__version__}"
        digest = hashlib.sha256(made_of.encode()).hexdigest()[:16]
        return self.folder / f"{self._name}-{digest}{_SUFFIX}"


@cache
def _program() -> str:
    return program_hash(PACKAGE)


def program_hash(package: Path) -> str:
    """A hash of all modules of `package`: a change in how questions are read changes what is learnt from them."""
    content = hashlib.sha256()
    for file in sorted(package.rglob("*.py")):
        content.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    return content.hexdigest()


def _under(prefix: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(f"{prefix}."): array for name, array in arrays.items() if name.startswith(f"{prefix}.")}
