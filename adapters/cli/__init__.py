"""The terminal: `advisor ask`, `chat`, `check`, `eval`, `serve` and the rest."""

import os

# A question is ranked in a fraction of a millisecond: threads for it take longer to begin than it takes, and as long
# again from whatever else the processors have to do. Before anything imports numpy.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from adapters.cli.app import main  # noqa: E402

__all__ = ["main"]
