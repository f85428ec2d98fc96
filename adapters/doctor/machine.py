"""This machine: room on the disk, folders that have to be writable, files that others may read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from adapters.findings import Finding, Level
from adapters.settings import Settings

MIB = 1024 * 1024
LITTLE = 1024 * MIB  # bytes that are free
TOO_LITTLE = 100 * MIB


def of_machine(settings: Settings) -> list[Finding]:
    """All findings on what the settings name."""
    file = database_file(settings.database_url.get_secret_value())
    folders = [*([file.absolute().parent] if file else []), settings.cache]
    beside = [file.with_name(file.name + end) for end in ("", "-wal", "-shm")] if file else []
    certificate = [Path(settings.microsoft_app_certificate)] if settings.microsoft_app_certificate else []
    return [*of_room(folders), of_cache(settings.cache), *of_modes([*beside, Path(".env"), *certificate])]


def database_file(url: str) -> Path | None:
    """The file of a SQLite database; None for any other."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return None
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return Path(str(parsed.database)) if is_file else None


def of_room(folders: Iterable[Path], little: int = LITTLE, too_little: int = TOO_LITTLE) -> list[Finding]:
    """How much is free where each of `folders` is, or will be; each disk once."""
    found = []
    for folder in {there.stat().st_dev: there for there in map(_there, folders)}.values():
        free = shutil.disk_usage(folder).free
        level: Level = "wrong" if free < too_little else "look" if free < little else "ok"
        remedy = "" if level == "ok" else "make room: without it nothing is stored, and nobody answered"
        found.append(Finding(level, "disk", f"{free // MIB:,} MiB are free in {folder}", remedy))
    return found


def of_cache(folder: Path) -> Finding:
    """Whether the cache can be written, which only makes starts quicker."""
    there = _there(folder)
    if not there.is_dir() or not os.access(there, os.W_OK):
        remedy = "set CACHE_DIR to a folder of the advisor's user, or leave it: each start takes longer"
        return Finding("look", "cache", f"{there} can't be written to", remedy)
    return Finding("ok", "cache", f"{folder} can be written to")


def of_modes(files: Iterable[Path]) -> list[Finding]:
    """Those of `files` that others than their user may read or write."""
    if os.name == "nt":
        return []  # there permissions are inherited from the folder
    there = [file for file in files if file.is_file()]
    open_ = [file for file in there if file.stat().st_mode & 0o077]
    found = [Finding("look", "file modes", f"others may read {file}", f"run: chmod 600 {file}") for file in open_]
    return found or ([Finding("ok", "file modes", "nobody else may read what is secret")] if there else [])


def _there(path: Path) -> Path:
    """`path`, or the nearest folder above it that exists."""
    path = path.absolute()
    return next(one for one in (path, *path.parents) if one.exists())
