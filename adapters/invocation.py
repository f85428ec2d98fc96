"""The command by which this installation is started in a terminal, for messages to the operator."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def command() -> str:
    """`advisor` if it is on the PATH, else its path relative to the working directory, else `python -m adapters.cli`
    (when the project itself is not installed)."""
    beside = shutil.which("advisor", path=str(Path(sys.executable).parent))
    return _as_called(Path(beside)) if beside else f"{python()} -m adapters.cli"


def python() -> str:
    """The running Python interpreter, named in the same way."""
    return _as_called(Path(sys.executable))


def _as_called(program: Path) -> str:
    found = shutil.which(program.name)
    if found and Path(found) == program:
        return program.name
    try:
        return str(program.relative_to(Path.cwd()))
    except ValueError:
        return str(program)
