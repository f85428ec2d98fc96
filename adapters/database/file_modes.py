"""File modes of a SQLite database: readable by the program's user only, as it holds what people wrote."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import structlog
from sqlalchemy import URL

log = structlog.get_logger(__name__)

PRIVATE = 0o600
_BESIDE = ("", "-wal", "-shm", "-journal")  # SQLite creates these with the mode of the database file


def restrict_file_modes(parsed: URL) -> None:
    """Create a missing database file with mode 0600, and its folder; remove other users' permissions from existing
    files. Logs the remedy if that is not permitted. Raises OSError if the folder can't be created."""
    name = parsed.database or ""
    if not name or name == ":memory:" or name.startswith("file:"):
        return
    file = Path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # SQLite reports the error when it opens the file
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, PRIVATE))
    if os.name == "nt":
        return  # there permissions are inherited from the folder
    for suffix in _BESIDE:
        _narrow(file.with_name(file.name + suffix))


def _narrow(file: Path) -> None:
    try:
        mode = file.stat().st_mode & 0o777
        if mode & ~PRIVATE:
            file.chmod(mode & PRIVATE)
    except FileNotFoundError:
        return
    except OSError:
        log.warning("database.readable_by_others", remedy=f"run: chmod 600 {file}")
