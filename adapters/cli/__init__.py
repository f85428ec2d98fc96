"""The terminal: `advisor ask`, `chat`, `check`, `eval`, `serve` and the rest."""

import os

# A question is too small to share out among processors, and where several programs share a machine, waiting for one
# another takes far longer than the work. Has to be set before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from adapters.cli.app import main

__all__ = ["main"]
