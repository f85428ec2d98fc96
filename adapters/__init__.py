"""Surfaces (Slack, Teams, web, terminal), storage, and the composition root that wires them to `bot/`."""

__version__ = "0.1.0"  # of the program; the version of the knowledge is a hash of its content
