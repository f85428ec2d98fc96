"""`advisor posts`: what stands in channels, and what the knowledge says differently since."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import typer
from sqlalchemy.exc import SQLAlchemyError

from adapters.cli.asking import load
from adapters.database import SchemaNotCurrent, SqlStore, prepare
from adapters.settings import Settings
from bot.domain.records import StoredPost
from bot.service.effect_handlers import utc_date
from bot.service.ports import StoreUnavailable
from bot.service.post_refresh import refresh_stale, stale

Work = Callable[[SqlStore, Settings], Awaitable[Sequence[StoredPost]]]


class DatabaseUnavailable(Exception):
    """The text says what to do."""


def show(settings: Settings, *, only_stale: bool) -> None:
    """List the standing posts, oldest first, or those whose entry reads differently now."""
    kept = _run(settings, _stale if only_stale else _standing)
    for post in kept:
        typer.echo(_line(post))
    typer.echo(f"{len(kept)} {'stale' if only_stale else 'standing'}")


def refresh(settings: Settings) -> None:
    """Bring stale posts up to date in place."""
    kept = _run(settings, _refreshed)
    for post in kept:
        typer.echo(_line(post))
    typer.echo(f"{len(kept)} to be updated; a running server does it")


async def _standing(store: SqlStore, settings: Settings) -> Sequence[StoredPost]:
    async with store.transaction() as unit:
        return await unit.posts.standing()


async def _stale(store: SqlStore, settings: Settings) -> Sequence[StoredPost]:
    return [post for post, _ in await stale(store, load(settings).drafts, time.time())]


async def _refreshed(store: SqlStore, settings: Settings) -> Sequence[StoredPost]:
    return await refresh_stale(store, load(settings).drafts, time.time())


def _run(settings: Settings, work: Work) -> Sequence[StoredPost]:
    url = settings.database_url.get_secret_value()

    async def on_memory() -> Sequence[StoredPost]:
        store = SqlStore.at(url)
        try:
            return await work(store, settings)
        finally:
            await store.close()

    try:
        prepare(url)
        return asyncio.run(on_memory())
    except SchemaNotCurrent as error:
        raise DatabaseUnavailable(str(error)) from None
    except (StoreUnavailable, SQLAlchemyError, OSError, ValueError) as error:
        raise DatabaseUnavailable(
            f"The database does not answer ({type(error).__name__}). Check DATABASE_URL."
        ) from None


def _line(kept: StoredPost) -> str:
    place = " ".join(part for part in (kept.place.surface, kept.place.tenant, kept.place.channel) if part)
    about = kept.post.entry or f"recommendation {kept.post.record}"
    return f"{kept.id}  {utc_date(kept.at)}  {place}  {about}  {kept.post.title}"
