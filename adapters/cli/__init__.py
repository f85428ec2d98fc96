"""The command line: `advisor ask`, `chat`, `check`, `eval`, `serve` and the other commands."""

import os

# The matrices of one question are too small for several threads: synchronising them takes longer than the work. Must be
# set before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from adapters.cli.app import main

__all__ = ["main"]
