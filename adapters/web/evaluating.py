"""Evaluations in the background: asked question by question, saved as they go on, seen by every process."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from adapters.evaluations import Run
from adapters.transcripts import Store, UnitOfWork
from adapters.web.gold_scores import GoldScore
from adapters.web.revisions import NoRevision, write
from bot.advisor import Advisor
from bot.curation.evaluation import Case, Evaluation, Gold, Share, evaluate
from bot.curation.saved_evaluation import SavedEvaluation, packed, unpacked
from bot.domain.serialization import ShapeError
from bot.knowledge import KnowledgeError
from bot.service.error_location import error_location
from bot.service.ports import StoreUnavailable

log = structlog.get_logger(__name__)

AT_ONCE = 10  # questions; others are served between them
BEAT = 0.5  # seconds between two signs of life
REMEMBERED = 4  # results, unpacked

FIGURES = ("right", "false_answers", "wrong_verdicts", "needless_declines")


class Unusable(Exception):
    """The input can't be evaluated. The text says why and what to do."""


class Busy(Exception):
    """Another evaluation is under way, in this process or in another."""


Source = Callable[[], tuple[Advisor, str]]
"""Makes the advisor that is to be asked, and tells what its folder is called. Raises Unusable."""


class Job:
    """One evaluation that is under way. `run`: how far it is."""

    def __init__(self, run: Run, golds: Sequence[Gold], source: Source) -> None:
        self.run, self.golds, self._source = run, golds, source
        self.stopped = False

    async def result(self) -> Evaluation | None:
        """None if it was stopped. Raises Unusable."""
        if self.stopped:
            return None
        advisor, folder = await asyncio.to_thread(self._source)
        self.run = replace(self.run, version=advisor.knowledge.version, folder=folder)
        cases: list[Case] = []
        for start in range(0, len(self.golds), AT_ONCE):
            if self.stopped:
                return None
            asked = await asyncio.to_thread(evaluate, advisor.ask, self.golds[start : start + AT_ONCE])
            cases += asked.cases
            self.run = replace(self.run, done=len(cases))
        return Evaluation(tuple(cases))


class Evaluating:
    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now
        self._tasks: set[asyncio.Task[None]] = set()
        self._read: dict[str, SavedEvaluation] = {}

    async def start(self, jobs: Sequence[Job]) -> None:
        """Evaluate one after the other, in the background. Raises Busy and StoreUnavailable."""
        async with self._store.transaction() as unit:
            if any(run.state(self._now()) == "running" for run in await unit.evaluations.all()):
                raise Busy
            for job in jobs:
                await unit.evaluations.add(job.run, packed(SavedEvaluation(tuple(job.golds))))
        task = asyncio.create_task(self._run(jobs))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def runs(self) -> Sequence[Run]:
        """Newest first. Raises StoreUnavailable."""
        async with self._store.transaction() as unit:
            return await unit.evaluations.all()

    async def saved(self, run: Run) -> SavedEvaluation | None:
        """None if it was deleted, or was written by another version. Raises StoreUnavailable."""
        if run.id in self._read:
            return self._read[run.id]
        async with self._store.transaction() as unit:
            content = await unit.evaluations.content(run.id)
        try:
            found = await asyncio.to_thread(unpacked, content) if content else None
        except ShapeError:
            return None
        if found and run.finished:
            self._read = dict([*self._read.items(), (run.id, found)][-REMEMBERED:])
        return found

    async def delete(self, id: str) -> None:
        """Delete a run, which also stops it. Raises StoreUnavailable."""
        async with self._store.transaction() as unit:
            await unit.evaluations.delete(id)

    async def _run(self, jobs: Sequence[Job]) -> None:
        work = asyncio.create_task(self._work(jobs))
        try:
            while not (await asyncio.wait({work}, timeout=BEAT))[0]:
                for job in jobs:
                    await self._advance(job)
        finally:
            work.cancel()  # if the process ends meanwhile

    async def _work(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            try:
                result = await job.result()
                if result is not None:
                    await self._finish(job, result)
            except Unusable as unusable:
                await self._fail(job, str(unusable))
            except Exception as error:
                # The text of an exception can hold what a person wrote.
                log.error("web.evaluation_failed", error=type(error).__name__, at=error_location(error))
                await self._fail(job, "It failed, and the log says where. Ask the questions again.")

    async def _advance(self, job: Job) -> None:
        if job.stopped or job.run.finished:
            return
        job.run = replace(job.run, seen=self._now())
        try:
            async with self._store.transaction() as unit:
                job.stopped = not await unit.evaluations.advance(job.run)
        except StoreUnavailable as error:
            log.warning("web.evaluation_not_saved", error=str(error))

    async def _finish(self, job: Job, result: Evaluation) -> None:
        content = await asyncio.to_thread(packed, SavedEvaluation(tuple(job.golds), result.cases))
        figures = {name: (getattr(result, name).part, getattr(result, name).whole) for name in FIGURES}
        job.run = replace(job.run, seen=self._now(), finished=True, figures=figures)
        async with self._store.transaction() as unit:
            await unit.evaluations.finish(job.run, content)

    async def _fail(self, job: Job, problem: str) -> None:
        job.run = replace(job.run, finished=True, problem=problem)
        try:
            async with self._store.transaction() as unit:
                await unit.evaluations.advance(job.run)
        except StoreUnavailable as error:
            log.warning("web.evaluation_not_saved", error=str(error))


async def scores(unit: UnitOfWork) -> Sequence[GoldScore]:
    """The share of right replies of the knowledge that served, by the questions that were asked last; oldest first."""
    ours = [run for run in await unit.evaluations.all() if run.figures and not run.folder]
    same = [run for run in ours if run.digest == ours[0].digest]
    return [GoldScore(run.began, run.version, float(Share(*run.figures["right"]))) for run in reversed(same)]


def folder_at(path: Path, called: str = "") -> Advisor:
    """The advisor on the folder at `path`. Raises Unusable."""
    try:
        return Advisor.load(path)
    except KnowledgeError as error:
        first = error.problems[0]
        raise Unusable(
            f"{called or path} has {len(error.problems)} errors, so it can't be asked. The first: {first}"
        ) from None


def another_folder(path: Path) -> Source:
    return lambda: (folder_at(path), str(path))


def revision(folder: Path, name: str) -> Source:
    """`folder` as it was at a revision of its git repository."""

    def read() -> tuple[Advisor, str]:
        with tempfile.TemporaryDirectory() as into:
            try:
                commit = write(folder, name, Path(into))
            except NoRevision as reason:
                raise Unusable(str(reason)) from None
            except OSError as error:
                raise Unusable(f"The revision can't be written to a temporary folder: {error.strerror}.") from None
            called = name if name == commit else f"{name} ({commit})"
            return folder_at(Path(into), f"Revision {called}"), f"revision {called}"

    return read
