"""The four tiers of the tests. Each can be run alone: `make test-unit`, or `pytest -m unit`.

A test's tier follows from its place, and from whether it asks for a database; nothing is marked by hand.
"""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatch
from pathlib import PurePath

# The first pattern that fits a file decides.
PLACES = (
    ("adapters/web/test_*browser.py", "browser"),
    ("adapters/web/test_pictures.py", "browser"),
    ("adapters/web/test_two_tabs.py", "browser"),
    ("adapters/teams/test_playground.py", "browser"),
    ("adapters/teams/test_themes.py", "browser"),
    ("adapters/*/test_conversations.py", "e2e"),  # the suite of conversations, through each surface
    ("adapters/web/test_suite.py", "e2e"),
    ("adapters/cli/*", "e2e"),
    ("adapters/test_server.py", "e2e"),
    ("adapters/test_process.py", "e2e"),
    ("adapters/database/test_processes.py", "e2e"),
    ("chaos/test_short.py", "e2e"),
    ("test_wheel.py", "e2e"),
    ("tools/*", "e2e"),
    ("adapters/*", "integration"),
    ("privacy/*", "integration"),
    ("*", "unit"),
)
TIERS = frozenset(tier for _, tier in PLACES)
NEIGHBOURS = frozenset({"memory", "database", "sqlite_url", "sqlite_file", "postgresql_url", "postgresql_server"})


def tier_of(file: PurePath, fixtures: Collection[str]) -> str:
    """The tier of a test in `file`, a path below tests/, that asks for these fixtures."""
    tier = next(tier for pattern, tier in PLACES if fnmatch(file.as_posix(), pattern))
    return "integration" if tier == "unit" and not NEIGHBOURS.isdisjoint(fixtures) else tier
