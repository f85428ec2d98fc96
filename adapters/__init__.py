"""Surfaces (Slack, Teams, web, terminal), storage, and the composition root that wires them to `bot/`."""

from pathlib import Path

from bot.knowledge.shipped_phrases import ship

__version__ = "0.1.0"  # of the program; the version of the knowledge is a hash of its content

for _file in sorted(Path(__file__).parent.glob("*/phrases.yaml")):
    ship(_file)
