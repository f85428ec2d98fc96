"""The database behind `bot.service.ports`: SQLite in one file by default, PostgreSQL where several processes serve."""

from adapters.database.engine import UnusableUrl
from adapters.database.schema import SchemaNotCurrent, migrate, prepare, state
from adapters.database.store import SqlStore

__all__ = ["SchemaNotCurrent", "SqlStore", "UnusableUrl", "migrate", "prepare", "state"]
