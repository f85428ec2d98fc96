"""The advisor on a small knowledge folder, loaded once by the process that all servers are forked from, so that a
restart costs a fraction of a second. Its answers can be told apart by a number."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in production; before numpy is imported

import adapters.logs
import adapters.server
import adapters.slack.surface
import adapters.teams.surface
import adapters.web.surface  # noqa: F401  (imported before the fork)
from bot.advisor import Advisor

KNOWLEDGE = Path(__file__).parent / "knowledge"
ADVISOR = Advisor.load(KNOWLEDGE, cache=Path(tempfile.gettempdir()) / "advisor-chaos-cache")
