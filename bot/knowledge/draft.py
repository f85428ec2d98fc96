"""A knowledge base while it is read: its parts, their places in the files, and the references among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from bot.knowledge.expansion import Groups
from bot.knowledge.fields import Words
from bot.knowledge.folder import Section
from bot.knowledge.labelled_reader import Incidents, Labelled
from bot.knowledge.model import Answer, Claim, Concept, Source
from bot.knowledge.problems import Report, Spot, quoted
from bot.knowledge.triage import Lead, Outcome, Picks, Triage

Thing = Literal["source", "claim", "subject", "aspect", "topic", "answer", "triage question", "option", "outcome"]
SECTION_OF: Mapping[Thing, Section] = {
    "source": "sources",
    "claim": "claims",
    "subject": "vocabulary",
    "aspect": "vocabulary",
    "topic": "vocabulary",
    "answer": "answers",
    "triage question": "triage",
    "option": "triage",
    "outcome": "triage",
}


CONTRARY = "contrary"  # a list of its own for the questions of an answer that ask whether the opposite holds


class Reference(NamedTuple):
    """A reference by id; `things` are the kinds of thing that it may refer to."""

    things: tuple[Thing, ...]
    words: Words


class Name(NamedTuple):
    """One name of a concept, or of its opposite."""

    thing: Thing
    concept: str
    words: Words
    opposite: bool


class Phrasing(NamedTuple):
    """One question of an entry. `answer`: the id of that entry."""

    answer: str
    words: Words


@dataclass(slots=True)
class Phrasings:
    """More questions of an entry, from `examples/phrasings/`."""

    spot: Spot
    questions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Survey:
    """What the paths of the guided dialogue reach."""

    asked: set[str] = field(default_factory=set)  # ids of questions
    reached: dict[str, set[tuple[str, str]]] = field(default_factory=dict)  # outcome: (question, option) on its paths
    longest: Picks = field(default_factory=dict)  # the picks of the longest path
    leads: set[Lead] = field(default_factory=set)


@dataclass(slots=True)
class Draft:
    """Filled by the readers, then checked as a whole."""

    report: Report = field(default_factory=Report)
    groups: Groups | None = None  # None: the folder has no vocabulary
    sources: dict[str, Source] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    subjects: dict[str, Concept] = field(default_factory=dict)
    aspects: dict[str, Concept] = field(default_factory=dict)
    topics: dict[str, Concept] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    phrases: dict[str, str] = field(default_factory=dict)
    phrase_lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    phrase_spots: dict[str, Spot] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    triage: Triage | None = None
    triage_spot: Spot = field(default_factory=lambda: Spot("triage.yaml", 0))
    survey: Survey = field(default_factory=Survey)
    references: list[Reference] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    phrasings: list[Phrasing] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=dict)  # phrasings in answers/ by answer, groups not expanded
    more_phrasings: dict[str, Phrasings] = field(default_factory=dict)  # by answer
    labelled: Labelled = field(default_factory=Labelled)
    incidents: Incidents = field(default_factory=Incidents)
    has_examples: bool = False  # the folder has files in examples/phrasings/
    spots: dict[tuple[Thing, str, str], Spot] = field(default_factory=dict)  # (thing, id, key; "" for the thing itself)
    broken: set[Section] = field(default_factory=set)  # with unreadable files: references to them can't be checked

    def ids(self, thing: Thing) -> Mapping[str, object]:
        tables: dict[Thing, Mapping[str, object]] = {
            "source": self.sources,
            "claim": self.claims,
            "subject": self.subjects,
            "aspect": self.aspects,
            "topic": self.topics,
            "answer": self.answers,
            "triage question": self.triage.questions if self.triage else {},
            "option": {},
            "outcome": self.outcomes,
        }
        return tables[thing]

    def concepts(self) -> tuple[tuple[Thing, Mapping[str, Concept]], ...]:
        return ("subject", self.subjects), ("aspect", self.aspects), ("topic", self.topics)

    def is_new(self, thing: Thing, id: str, spot: Spot) -> bool:
        """True if the id is the first of its kind. Records its place, and reports a second one as a problem."""
        first = self.spots.setdefault((thing, id, ""), spot)
        if first is spot:
            return True
        self.report.add(
            spot, f"duplicate {thing} id {quoted(id)} (first in {first.file}:{first.line}); give one of them another id"
        )
        return False

    def more_phrasings_of(self, answer: Words) -> Phrasings:
        """The further phrasings of an answer, to be added to. Records the reference to the answer."""
        self.refer((answer,), "answer")
        return self.more_phrasings.setdefault(answer.text, Phrasings(answer.spot))

    def refer(self, words: tuple[Words, ...], *things: Thing) -> tuple[str, ...]:
        """Records references, to be checked once everything is read. Returns the ids, each once."""
        self.references += [Reference(things, word) for word in words]
        return tuple(dict.fromkeys(word.text for word in words))

    def refer_to(self, word: Words | None, *things: Thing) -> str:
        """The same for one reference; "" for None."""
        return "".join(self.refer((word,) if word else (), *things))

    def spot(self, thing: Thing, id: str, key: str = "") -> Spot:
        """The place of a key of a thing; that of the thing itself if the key has none."""
        return self.spots.get((thing, id, key)) or self.spots[thing, id, ""]
