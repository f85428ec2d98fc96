"""The files of a SQLite database: for the user alone who runs the program, as they hold what people wrote."""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path

from sqlalchemy import URL

logger = logging.getLogger(__name__)

PRIVATE = 0o600
_BESIDE = ("", "-wal", "-shm", "-journal")  # SQLite gives those that it makes the mode of the file itself


def keep_private(parsed: URL) -> None:
    """Make the file where it is not there, with its folder, and take from other users what they may do with one that
    is. Where that is not allowed, the log says what to do. Raises OSError where the folder can't be made."""
    name = parsed.database or ""
    if not name or name == ":memory:" or name.startswith("file:"):
        return
    file = Path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # SQLite says what is wrong with it, when it opens it
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, PRIVATE))
    if os.name == "nt":
        return  # there the folder says who may read a file
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
        logger.warning("the database file is open to other users of this machine; run: chmod 600 %s", file)
