"""The port kept in this process alone: for the terminal, for tests, and to read what the port means."""

from adapters.in_memory.store import InMemoryStore

__all__ = ["InMemoryStore"]
