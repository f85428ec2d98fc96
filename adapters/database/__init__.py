"""The database behind `bot.memory`: SQLite in one file by default, PostgreSQL where several processes serve."""

from adapters.database.memory import SqlMemory
from adapters.database.schema import SchemaNotCurrent, is_current, migrate, prepare, state

__all__ = ["SchemaNotCurrent", "SqlMemory", "is_current", "migrate", "prepare", "state"]
