"""The advisor that is serving now, and how another version of the knowledge takes its place while it serves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path

from bot.advisor import Advisor
from bot.domain.conversation import Conversation
from bot.domain.messages import Message
from bot.domain.phrases import Phrases
from bot.domain.turn import Route, Turn
from bot.knowledge import KnowledgeError, Problem
from bot.ranking.model_cache import Progress

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds between two looks at the folder


class AdvisorHost:
    """Takes turns with the advisor of the moment. Raises KnowledgeError where the first knowledge can't be used."""

    def __init__(
        self, folder: Path, contact: str = "", keep: Path | None = None, progress: Progress | None = None
    ) -> None:
        """`keep`, `progress`: see `Advisor.load`."""
        self._folder = folder
        self._contact = contact
        self._keep = keep
        self._progress = progress
        self._seen = _stamps(folder)
        self._closing = asyncio.Event()
        self.advisor = Advisor.load(folder, contact, keep, progress)
        self.problems: tuple[Problem, ...] = ()  # why the folder as it is now does not serve; empty: it does

    def close(self) -> None:
        """Let `watch` end."""
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

    def reload(self) -> list[Problem]:
        """Read the folder again. With errors, they are returned and the old knowledge goes on serving."""
        self._seen = _stamps(self._folder)
        try:
            self.advisor = Advisor.load(self._folder, self._contact, self._keep, self._progress)
        except KnowledgeError as error:
            for problem in error.problems:
                logger.error("knowledge not reloaded: %s", problem)
            self.problems = error.problems
            return list(error.problems)
        self.problems = ()
        logger.info("knowledge reloaded: version=%s", self.advisor.knowledge.version)
        return []

    async def watch(self) -> None:
        """Reload whenever a file in the folder changes, until closed."""
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), LOOK_EVERY)
            if await asyncio.to_thread(_stamps, self._folder) != self._seen:
                await asyncio.to_thread(self.reload)


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """When each YAML file was last written, and its size."""
    found = {}
    for path in folder.rglob("*.yaml"):
        try:
            status = path.stat()
        except OSError:
            continue  # taken away between the listing and the look
        found[str(path)] = (status.st_mtime_ns, status.st_size)
    return found
