"""What all servers are forked from: the advisor on a small knowledge folder, and everything that a server makes at its
first start, so that a restart takes a few hundredths of a second. The answers can be told apart by a number."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in production; before numpy is imported

from adapters import logs  # noqa: F401  (imported before the fork)
from adapters.server import serving
from adapters.settings import read_settings
from bot.advisor import Advisor
from bot.nlu import languages

KNOWLEDGE = Path(__file__).parent / "knowledge"
NOWHERE = "http://127.0.0.1:9/"


async def _serve_once(advisor: Advisor, folder: Path) -> None:
    settings = read_settings(
        database_url=f"sqlite:///{folder / 'once.sqlite3'}",
        knowledge=KNOWLEDGE,
        cache=folder,
        port=0,
        slack_client_id="1.2",
        slack_client_secret="none",
        slack_signing_secret="none",
        slack_api_url=NOWHERE,
        public_url="https://advisor.example.com",
        encryption_key="A" * 43 + "=",
        teams_development=NOWHERE,
    )
    async with serving(settings, advisor):
        await asyncio.to_thread(languages.load_model)


def _loaded() -> Advisor:
    with tempfile.TemporaryDirectory(prefix="chaos") as folder:
        advisor = Advisor.load(KNOWLEDGE, cache=Path(tempfile.gettempdir()) / "advisor-chaos")
        asyncio.run(_serve_once(advisor, Path(folder)))
    gc.freeze()
    return advisor


ADVISOR = _loaded()
