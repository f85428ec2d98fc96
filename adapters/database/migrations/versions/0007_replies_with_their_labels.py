"""Stored replies say their verdict, and what heads their citations, in words

Until now those words stood in the program. No table changes.

Revision: 0007
Revises: 0006
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

VERDICTS = {"yes": "Yes", "no": "No", "partly": "Partly"}
CITATIONS = "Where this comes from"
# Where replies are stored: the table, the columns that name a row, and the column with the JSON text.
STORED = (
    ("deliveries", ("surface", "tenant", "delivery"), "reply"),
    ("outbox", ("number",), "content"),
    ("web_exchanges", ("person", "id"), "reply"),
)


def upgrade() -> None:
    connection = op.get_bind()
    for name, key, column in STORED:
        table = sa.table(name, *map(sa.column, (*key, column)))
        for row in connection.execute(sa.select(table)).mappings().all():
            text = _with_labels(row[column])
            if text != row[column]:
                this = sa.and_(*(table.c[one] == row[one] for one in key))
                connection.execute(sa.update(table).where(this).values({column: text}))


def downgrade() -> None:
    """Earlier versions leave out fields that they do not know."""


def _with_labels(text: str | None) -> str | None:
    if not text or not ('"citations"' in text or '"verdict"' in text):
        return text
    try:
        data = json.loads(text)
    except ValueError:
        return text
    _label(data)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _label(value: Any) -> None:
    """Add the labels to every reply within `value`, in place."""
    if isinstance(value, list):
        for item in value:
            _label(item)
    elif isinstance(value, dict):
        for item in value.values():
            _label(item)
        if value.get("is") == "Reply":
            if "verdict" in value:
                value.setdefault("verdict_label", VERDICTS[value["verdict"]])
            if value.get("citations"):
                value.setdefault("citations_label", CITATIONS)
