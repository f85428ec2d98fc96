"""`advisor posts`: the posts in channels, and those that are stale because their answer has changed."""

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
    """The database can't be used. The text says what to do."""


def show(settings: Settings, *, only_stale: bool) -> None:
    """List the posts in channels, oldest first, or the stale ones only."""
    posts = _run(settings, _stale if only_stale else _standing)
    for post in posts:
        typer.echo(_line(post))
    typer.echo(f"{len(posts)} {'stale' if only_stale else 'standing'}")


def refresh(settings: Settings) -> None:
    """Queue an update of each stale post; a running server sends them."""
    posts = _run(settings, _refreshed)
    for post in posts:
        typer.echo(_line(post))
    typer.echo(f"{len(posts)} to be updated; a running server does it")


async def _standing(store: SqlStore, settings: Settings) -> Sequence[StoredPost]:
    async with store.transaction() as unit:
        return await unit.posts.standing()


async def _stale(store: SqlStore, settings: Settings) -> Sequence[StoredPost]:
    return [post for post, _ in await stale(store, load(settings).drafts, time.time())]


async def _refreshed(store: SqlStore, settings: Settings) -> Sequence[StoredPost]:
    return await refresh_stale(store, load(settings).drafts, time.time())


def _run(settings: Settings, work: Work) -> Sequence[StoredPost]:
    url = settings.database_url.get_secret_value()

    async def with_store() -> Sequence[StoredPost]:
        store = SqlStore.at(url)
        try:
            return await work(store, settings)
        finally:
            await store.close()

    try:
        prepare(url)
        return asyncio.run(with_store())
    except SchemaNotCurrent as error:
        raise DatabaseUnavailable(str(error)) from None
    except (StoreUnavailable, SQLAlchemyError, OSError, ValueError) as error:
        raise DatabaseUnavailable(
            f"The database does not answer ({type(error).__name__}). Check DATABASE_URL."
        ) from None


def _line(post: StoredPost) -> str:
    place = " ".join(part for part in (post.place.surface, post.place.tenant, post.place.channel) if part)
    about = post.post.entry or f"recommendation {post.post.record}"
    return f"{post.id}  {utc_date(post.at)}  {place}  {about}  {post.post.title}"
