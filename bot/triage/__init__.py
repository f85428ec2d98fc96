"""The guided dialogue: a few questions that lead to a recommendation. Values and functions; nothing is read or kept."""

from bot.triage.state import Given, Run

__all__ = ["Given", "Run"]
