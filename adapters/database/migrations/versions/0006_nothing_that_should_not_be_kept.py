"""What earlier versions kept and should not have: secrets, where finished parcels went, notes that were taken back

No table changes. What can be told without the knowledge is done here; `adapters.database.schema.migrate` does the rest.

Revision: 0006
Revises: 0005
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.domain.redaction import SECRET, contains_secret

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The columns that hold what people wrote, or JSON with it, and the key of each table.
WORDS = (
    ("conversations", ("surface", "tenant", "channel", "thread", "person"), ("body",)),
    ("deliveries", ("surface", "tenant", "delivery"), ("reply",)),
    ("recommendations", ("id",), ("record",)),
    ("posts", ("id",), ("post",)),
    ("questions", ("id",), ("question",)),
    ("gaps", ("number",), ("question", "answer")),
    ("outbox", ("number",), ("content",)),
    ("web_exchanges", ("person", "id"), ("said", "reply")),
)


def upgrade() -> None:
    connection = op.get_bind()
    for name, key, columns in WORDS:
        table = sa.table(name, *map(sa.column, (*key, *columns)))
        for row in connection.execute(sa.select(table)).mappings().all():
            left = {column: _without_secrets(row[column]) for column in columns if row[column]}
            if any(left[column] != row[column] for column in left):
                this = sa.and_(*(table.c[column] == row[column] for column in key))
                connection.execute(sa.update(table).where(this).values(left))
    outbox = sa.table("outbox", *map(sa.column, ("finished_at", "channel", "thread")))
    connection.execute(sa.update(outbox).where(outbox.c.finished_at.is_not(None)).values(channel="", thread=""))
    references = sa.table("teams_references", *map(sa.column, ("kind", "name")))
    connection.execute(sa.update(references).where(references.c.kind == "chat").values(name=""))
    _take_back_notes(connection)


def downgrade() -> None:
    """There is nothing to bring back."""


def _without_secrets(text: str) -> str:
    if not contains_secret(text):
        return text
    try:
        return json.dumps(_cleaned(json.loads(text)), ensure_ascii=False, separators=(",", ":"))
    except ValueError:  # not JSON
        return SECRET


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return SECRET if contains_secret(value) else value
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return {key: _cleaned(item) for key, item in value.items()} if isinstance(value, dict) else value


def _take_back_notes(connection: sa.Connection) -> None:
    posts = sa.table("posts", *map(sa.column, ("id", "state", "post")))
    for row in connection.execute(sa.select(posts).where(posts.c.state == "retracted")).mappings().all():
        post = json.loads(row["post"])
        if post.pop("note", ""):
            left = json.dumps(post, ensure_ascii=False, separators=(",", ":"))
            connection.execute(sa.update(posts).where(posts.c.id == row["id"]).values(post=left))
