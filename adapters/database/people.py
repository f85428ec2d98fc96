"""Deletion of a person, a channel, or a whole workspace."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Table, delete, select, update

from adapters.database.connection import Connection
from adapters.database.outbox import SqlOutbox
from adapters.database.rows import is_theirs, place_values
from adapters.database.tables import (
    conversations,
    deliveries,
    exchanges,
    outbox,
    posts,
    questions,
    recommendations,
    references,
    shown_replies,
    slack_installations,
    subscriptions,
    votes,
)
from bot.domain.effects import Post
from bot.domain.records import DeletionCounts, Person
from bot.domain.serialization import dumps, loads

_NO_INSTALLER: dict[str, str | None] = {
    "user_id": "",
    "user_token": None,
    "user_scopes": None,
    "user_refresh_token": None,
    "user_token_expires_at": None,
}


async def forget(connection: Connection, person: Person) -> DeletionCounts:
    """Delete what is stored about `person`; posts and subscriptions stay without the name. No id: deletes nothing."""
    if not person.id:
        return DeletionCounts()
    if person.surface == "web":
        await connection.execute(delete(exchanges).where(exchanges.c.person == person.id))
    if person.surface == "teams":  # the chat is still needed to reply in
        theirs = (references.c.tenant == person.tenant) & (references.c.person == person.id)
        await connection.execute(update(references).where(theirs).values(person="", name=""))
    if person.surface == "slack":  # who installed the app; the bot's own row stays
        theirs = (slack_installations.c.team_id == person.tenant) & (slack_installations.c.user_id == person.id)
        await connection.execute(update(slack_installations).where(theirs).values(_NO_INSTALLER))
    await SqlOutbox(connection).forget(person)
    await _delete(connection, shown_replies, person)
    return DeletionCounts(
        conversations=await _delete(connection, conversations, person),
        deliveries=await _delete(connection, deliveries, person),
        recommendations=await _delete(connection, recommendations, person),
        votes=await _delete(connection, votes, person),
        questions=await _unname_questions(connection, person),
        posts=await _unname_posts(connection, person),
        subscriptions=await _unname_subscriptions(connection, person),
    )


_OF_A_TENANT = (
    conversations,
    deliveries,
    recommendations,
    posts,
    votes,
    questions,
    subscriptions,
    outbox,
    shown_replies,
)


async def delete_tenant(connection: Connection, surface: str, tenant: str) -> int:
    """Delete every row of a workspace. Returns how many. No tenant: deletes nothing."""
    if not tenant:
        return 0
    of_tenant = [delete(one).where((one.c.surface == surface) & (one.c.tenant == tenant)) for one in _OF_A_TENANT]
    return sum([(await connection.execute(statement)).rowcount for statement in of_tenant])


_OF_A_CHANNEL = (conversations, posts, questions, subscriptions, outbox, shown_replies)


async def delete_channel(connection: Connection, surface: str, tenant: str, channel: str) -> int:
    """Delete every row of a channel or chat and its threads. Returns how many."""
    if not channel:
        return 0
    of_channel = [
        delete(one).where((one.c.surface == surface) & (one.c.tenant == tenant) & (one.c.channel == channel))
        for one in _OF_A_CHANNEL
    ]
    return sum([(await connection.execute(statement)).rowcount for statement in of_channel])


async def _delete(connection: Connection, table: Table, person: Person) -> int:
    return (await connection.execute(delete(table).where(is_theirs(table, person)))).rowcount


async def _unname_posts(connection: Connection, person: Person) -> int:
    rows = (await connection.execute(select(posts.c.id, posts.c.post).where(is_theirs(posts, person)))).all()
    for row in rows:
        unnamed = replace(loads(Post, row.post), shared_by="", note="")
        values: dict[str, Any] = {"person": "", "post": dumps(unnamed), **place_values(None, "asked_in_")}
        await connection.execute(update(posts).where(posts.c.id == row.id).values(**values))
    return len(rows)


async def _unname_questions(connection: Connection, person: Person) -> int:
    """Empty the questions; what is left identifies the message in the experts' channel that is to be deleted."""
    unnamed = {"person": "", "question": "", "channel": "", "thread": "", "state": "answered"}
    change = update(questions).where(is_theirs(questions, person)).values(**unnamed)
    return (await connection.execute(change)).rowcount


async def _unname_subscriptions(connection: Connection, person: Person) -> int:
    change = update(subscriptions).where(is_theirs(subscriptions, person)).values(person="")
    return (await connection.execute(change)).rowcount
