"""The examples that a reader learns from, as numbers: which answers serve, which verdicts are right."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.knowledge.labelled_reader import SILENT, Incidents, LabelledQuestion
from bot.knowledge.model import KnowledgeBase
from bot.nlu.text import clean
from bot.reader.reader import VERDICTS

HELD_OUT = 9  # every ninth message of `incidents.yaml` is held out
_WHOLE = 5  # words from which on a phrasing says all that it means
_OPEN = re.compile(r"(?:what|which|why|how|who|where|when|tell|list|name|give|explain|describe|show|compare)\b", re.I)
_VERDICT_OF = {"open": "none"}  # what is asked, where the verdict is called otherwise


@dataclass(frozen=True, slots=True)
class Example:
    """One text to learn from. Empty answers or verdicts, or `incident` None: nothing is learnt of that."""

    text: str
    before: str  # the question before it in the conversation
    answers: tuple[int, ...]  # positions of the labels of which each serves
    verdicts: tuple[int, ...]  # positions in VERDICTS of which each is right
    incident: bool | None
    held_out: bool = False  # not learnt from
    stands_alone: bool = False  # means the same after any other message


def labels_of(knowledge: KnowledgeBase) -> tuple[str, ...]:
    """The labels of the answer head: the ids of all answers, and the silence on anything else."""
    return (*knowledge.answers, *(() if SILENT in knowledge.answers else (SILENT,)))


def examples_of(knowledge: KnowledgeBase, labelled: Iterable[LabelledQuestion], incidents: Incidents) -> list[Example]:
    """All examples of a folder, those of each writer together."""
    place = {label: at for at, label in enumerate(labels_of(knowledge))}
    silent = tuple(place[entry.id] for entry in knowledge.answers.values() if entry.kind == "unstated")
    examples: list[Example] = []
    for entry in knowledge.answers.values():
        for text in entry.questions:
            verdicts = () if entry.kind == "answer" and not _OPEN.match(text) else (0,)
            whole = len(text.split()) >= _WHOLE
            examples.append(Example(clean(text), "", (place[entry.id],), verdicts, incident=False, stands_alone=whole))
    for question in labelled:
        answers = tuple(place[id] for id in question.answers)
        if question.answers == (SILENT,):
            answers = (*dict.fromkeys((*answers, *silent)),)
        verdict = VERDICTS.index(_VERDICT_OF.get(question.asked, question.asked))
        before = clean(question.history[-1]) if question.history else ""
        examples.append(Example(clean(question.text), before, answers, (verdict,), False, question.held_out))
    examples += [
        Example(
            clean(said.text),
            clean(said.before),
            (),
            (),
            is_report,
            held_out=number % HELD_OUT == 0,
            stands_alone=not said.before,
        )
        for is_report, messages in ((True, incidents.reports), (False, incidents.not_reports))
        for number, said in enumerate(messages)
    ]
    return [example for example in examples if example.text]


def hash_of(examples: Sequence[Example]) -> str:
    """Tells whether examples have changed, whatever their order."""
    lines = sorted(repr(example) for example in examples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
