"""The decision on a question, as a value."""

from __future__ import annotations

from typing import Literal, NamedTuple

from bot.answering.verdict_fusion import Observations
from bot.domain.messages import Verdict
from bot.knowledge.labelled_reader import SILENT
from bot.nlu.followup import Resolved
from bot.ranking.candidates import Candidates
from bot.reader.reader import Reading

Outcome = Literal["answer", "unstated", "offtopic", "clarify", "help", "triage"]


class Contrast(NamedTuple):
    """A topic that the sources list under `other` and not under `asked`, which they compare with it."""

    topic: str
    asked: str
    other: str


class Decision(NamedTuple):
    """The outcome of one question, what the reply is made of, and the rule that decided."""

    outcome: Outcome
    entry: str | None = None
    verdict: Verdict | None = None
    observed: Observations | None = None  # what the verdict was weighed from, where a learnt reader did
    claims: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # topics asked about on which the sources are silent
    options: tuple[str, ...] = ()  # entries to choose from
    contrast: Contrast | None = None  # why it is a "no", where the comparison alone tells
    halves: tuple[str, ...] = ()  # entries of which each answers a part of the question, instead of `entry` alone
    unsure: bool = False  # this may not be what was asked, or nothing that the sources say
    bound: bool = False  # asks for more than the sources say: enough, always, guaranteed
    rule: str = ""
    reading: Reading | None = None  # what the learnt reader makes of it, where there is one
    candidates: Candidates = Candidates((), 0.0)
    resolved: Resolved = Resolved(())

    @property
    def best_entry(self) -> str | None:
        """The likeliest entry, also where it was not given."""
        if self.reading is not None:
            return next((label for label in self.reading.answers if label != SILENT), None)
        return self.candidates.best.entry if self.candidates.best else None

    @property
    def confidence(self) -> float:
        """How sure it is of `best_entry`, from 0 to 1."""
        if self.reading is not None:
            return self.reading.answers.get(self.best_entry or "", 0.0)
        return self.candidates.confidence
