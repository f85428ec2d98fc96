"""The terminal: `advisor ask`, `chat`, `check`, `eval`, `serve` and the rest."""

from adapters.cli.app import main

__all__ = ["main"]
