"""`bot.service.ports.Store` in memory: for the terminal, for tests, and as a readable reference of the port."""

from adapters.in_memory.store import InMemoryStore

__all__ = ["InMemoryStore"]
