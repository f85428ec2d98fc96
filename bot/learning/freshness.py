"""Whether the examples of a knowledge folder have moved on since its reader was learnt."""

from __future__ import annotations

from pathlib import Path

from bot.knowledge.examples import load_examples
from bot.knowledge.loading import load
from bot.learning.examples import examples_of, hash_of
from bot.reader.manifest import read_manifest
from bot.reader.reader import FOLDER


def is_behind(folder: Path) -> bool:
    """True if the reader in `folder` was learnt from other examples than stand there now; False without a reader.

    Raises KnowledgeError, and ReaderError where the manifest cannot be used.
    """
    if not (folder / FOLDER).is_dir():
        return False
    return hash_of(examples_of(load(folder), *load_examples(folder))) != read_manifest(folder / FOLDER).examples
