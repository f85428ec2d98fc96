"""The benchmark: `python -m bench`. Measures, never asserts; nothing in tests/ depends on it."""

import os

# One question at a time on one thread, as in production. Has to be set before numpy is imported.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
