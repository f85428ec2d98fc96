"""How a person calls this installation of the program in a terminal."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def command() -> str:
    """`advisor` where the shell finds it by name, else its path, seen from the working directory. Where the project
    itself is not installed, only its packages: `… -m adapters.cli`."""
    beside = shutil.which("advisor", path=str(Path(sys.executable).parent))
    return _as_called(Path(beside)) if beside else f"{python()} -m adapters.cli"


def python() -> str:
    """The same for the Python that this runs on, which has the packages that the program needs."""
    return _as_called(Path(sys.executable))


def _as_called(program: Path) -> str:
    found = shutil.which(program.name)
    if found and Path(found) == program:
        return program.name
    try:
        return str(program.relative_to(Path.cwd()))
    except ValueError:
        return str(program)
