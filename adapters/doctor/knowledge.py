"""The knowledge folder: its errors, its reader, and what is cached of it."""

from __future__ import annotations

from pathlib import Path

from adapters import invocation
from adapters.findings import Finding
from bot.knowledge import check, load
from bot.learning.freshness import is_behind
from bot.ranking.model_cache import ModelCache
from bot.reader.manifest import ReaderError
from bot.reader.reader import FOLDER


def of_knowledge(folder: Path, cache: Path) -> list[Finding]:
    """All findings on the knowledge in `folder`. `cache`: where fitted models are."""
    if not folder.is_dir():
        remedy = "set KNOWLEDGE_DIR to a folder that holds answers/*.yaml"
        return [Finding("wrong", "knowledge", f"{folder} is not a folder", remedy)]
    if problems := check(folder):
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        remedy = f"run: {invocation.command()} check"
        return [Finding("wrong", "knowledge", f"{folder} has an error: {problems[0]}{more}", remedy)]
    version = load(folder).version
    return [
        Finding("ok", "knowledge", f"version {version} in {folder}, without errors"),
        _reader(folder, version, cache),
    ]


def _reader(folder: Path, version: str, cache: Path) -> Finding:
    if not (folder / FOLDER).is_dir():
        if ModelCache(cache, folder.resolve()).read(version) is None:
            return Finding("ok", "model", "is not cached yet: the next start learns it first")
        return Finding("ok", "model", "is in the cache, so that the start is quick")
    try:
        if is_behind(folder):
            remedy = "run: make learn, or leave it: it answers all the same"
            return Finding("look", "reader", "the examples have changed since it was learnt", remedy)
    except ReaderError as error:
        return Finding("wrong", "reader", "can't be used", str(error))
    return Finding("ok", "reader", "fits the examples")
