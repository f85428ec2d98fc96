"""The knowledge as checked, immutable values. `load` makes them from YAML; the rest of the advisor only reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.domain.phrases import Phrases
from bot.knowledge.labelled_reader import Incidents
from bot.knowledge.shipped_phrases import shipped
from bot.knowledge.triage import Triage

Strength = Literal["states", "may", "helps", "names-some"]
AnswerKind = Literal["answer", "unstated", "offtopic", "help", "triage", "clarify"]


@dataclass(frozen=True, slots=True)
class Source:
    id: str
    title: str
    publisher: str = ""
    author: str = ""
    published: str = ""  # ISO date; or year and month, or the year alone
    disclosure: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a claim says of one subject on one topic: `holds` True where it affirms the topic, False where it denies."""

    subject: str
    topic: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Claim:
    id: str
    source: str
    at: str  # where a reader finds it in the source
    says: str
    subjects: tuple[str, ...]
    aspect: str
    statements: tuple[Statement, ...]
    tension: tuple[str, ...] = ()
    promotion: bool = False  # the source speaks for its own product
    # How much it says: that it is so; that it may be so, or is for some; that it helps towards it; or that what it
    # lists is some of what there is.
    strength: Strength = "states"


@dataclass(frozen=True, slots=True)
class Concept:
    """A subject, an aspect or a topic, with the names that people call it by."""

    id: str
    name: str
    names: tuple[str, ...] = ()
    opposites: tuple[str, ...] = ()  # names for the contrary: "slower" under a topic that means faster
    within: tuple[str, ...] = ()  # wider topics of which this is a part
    contrast: tuple[str, ...] = ()  # subjects: what this one is compared with
    said: str = ""  # what it is called within a sentence, if not by `name`; {asked}: as the question calls it
    stated: bool = True  # False: a topic of the field on which no source says anything
    speaker: bool = False  # subjects: the source itself; "your article says that A is …" is about A
    exclusive: bool = False  # topics: what is said of one subject is denied of the subject it is compared with


@dataclass(frozen=True, slots=True)
class Answer:
    """A curated entry: what to say to which questions, and the claims it rests on."""

    id: str
    questions: tuple[str, ...]
    answer: str
    title: str = ""
    kind: AnswerKind = "answer"
    bullets: tuple[str, ...] = ()
    table: tuple[str, ...] = ()  # ids of the entries or aspects whose rows make the comparison
    subjects: tuple[str, ...] = ()
    aspect: str = ""
    topics: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    examples: str = ""  # where its further phrasings stand, "file:line"; "" if it has none


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """Everything in a knowledge folder. Mappings keep the order of the files."""

    answers: Mapping[str, Answer]
    sources: Mapping[str, Source] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    subjects: Mapping[str, Concept] = field(default_factory=dict)
    aspects: Mapping[str, Concept] = field(default_factory=dict)
    topics: Mapping[str, Concept] = field(default_factory=dict)
    phrases: Phrases = field(default_factory=shipped)
    triage: Triage | None = None
    incidents: Incidents = field(default_factory=Incidents)
    version: str = ""  # a hash of the content
