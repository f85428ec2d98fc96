"""What later migrations add, taken out again, so that a test begins with an older database."""

from __future__ import annotations

from sqlalchemy import Connection, text

TABLES = ("daily_counts", "evaluations", "shown_replies", "web_shared_replies")


def take_out(connection: Connection) -> None:
    """Take out what migrations after 0007 add."""
    for table in TABLES:
        connection.execute(text(f"DROP TABLE {table}"))
    connection.execute(text("ALTER TABLE gaps DROP COLUMN mark"))
