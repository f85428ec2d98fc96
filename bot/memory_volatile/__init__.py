"""The port kept in this process alone: for the terminal, for tests, and to read what the port means."""

from bot.memory_volatile.memory import VolatileMemory

__all__ = ["VolatileMemory"]
