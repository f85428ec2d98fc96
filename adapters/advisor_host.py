"""Holds the current `Advisor` and replaces it when the knowledge folder changes (hot reload)."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from pathlib import Path

import structlog

from bot.advisor import Advisor
from bot.domain.conversation import Conversation
from bot.domain.messages import Message
from bot.domain.phrases import Phrases
from bot.domain.turn import Route, Turn
from bot.knowledge import KnowledgeError, Problem
from bot.ranking.model_cache import Progress

log = structlog.get_logger(__name__)

POLL_EVERY = 0.25  # seconds between two checks of the folder, which take a millisecond


class AdvisorHost:
    """A `TurnTaker` that delegates to the current advisor. Raises KnowledgeError if the first load fails."""

    def __init__(
        self,
        folder: Path,
        contact: str = "",
        cache: Path | None = None,
        progress: Progress | None = None,
        advisor: Advisor | None = None,
    ) -> None:
        """`cache`: folder for fitted models. `progress`: called while a model is fitted; both as in `Advisor.load`.
        `advisor`: the one on what is in the folder now, where it is loaded already."""
        self._folder = folder
        self._contact = contact
        self._cache = cache
        self._progress = progress
        self._seen = stamps(folder)
        self._closing = asyncio.Event()
        self._watching = False
        self._loading = threading.Lock()  # one after the other, so that what was read last serves
        self.advisor = advisor or Advisor.load(folder, contact, cache, progress)
        self.problems: tuple[Problem, ...] = ()  # why the latest content of the folder was refused

    def close(self) -> None:
        """Make `watch` return."""
        self._closing.set()

    @property
    def phrases(self) -> Phrases:
        return self.advisor.phrases

    def route(self, message: Message, conversation: Conversation) -> Route:
        return self.advisor.route(message, conversation)

    def turn(self, message: Message, conversation: Conversation, route: Route | None = None) -> Turn:
        return self.advisor.turn(message, conversation, route)

    def without_names(self, text: str) -> str:
        return self.advisor.without_names(text)

    @property
    def reading(self) -> bool:
        """Whether the folder is being loaded, or is about to be, so that `problems` are of what was in it before."""
        return self._loading.locked() or (self._watching and stamps(self._folder) != self._seen)

    def reload(self) -> list[Problem]:
        """Load the folder again. Returns its errors; if there are any, the previous advisor keeps serving."""
        with self._loading:
            return self._load()

    def _load(self) -> list[Problem]:
        self._seen = stamps(self._folder)
        try:
            self.advisor = Advisor.load(self._folder, self._contact, self._cache, self._progress)
        except KnowledgeError as error:
            for problem in error.problems:
                log.error("knowledge.not_reloaded", problem=str(problem))
            self.problems = error.problems
            return list(error.problems)
        self.problems = ()
        log.info("knowledge.reloaded", version=self.advisor.knowledge.version)
        return []

    async def watch(self) -> None:
        """Poll the folder and reload when a file changed, until `close`."""
        self._watching = True
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), POLL_EVERY)
            if await asyncio.to_thread(stamps, self._folder) != self._seen:
                await asyncio.to_thread(self.reload)


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Modification time (ns) and size of each YAML file, by path."""
    found = {}
    for path in folder.rglob("*.yaml"):
        try:
            status = path.stat()
        except OSError:
            continue  # deleted between the listing and the stat
        found[str(path)] = (status.st_mtime_ns, status.st_size)
    return found
