"""Reads `examples/labelled/` and `incidents.yaml`: what the reader learns from besides the phrasings of the answers.

One file holds the questions of one group of writers, by the answer that serves them and the verdict that they get:

    writers: A support engineer and an auditor
    questions:
      rose-watering:
        open: [how much water does a rose want]
        no: [do roses need water every day, ["I have a rose.", "So it needs water daily?"]]
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from yaml.nodes import MappingNode, Node, SequenceNode

from bot.knowledge.fields import Words, entries, mapping, text_of, texts_of
from bot.knowledge.problems import Report, quoted

Asked = Literal["open", "yes", "no", "partly", "bound"]
ASKED: tuple[Asked, ...] = get_args(Asked)
SILENT = "unstated"  # as an answer: any on which the sources are silent
EITHER = " / "  # between answers of which each serves


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """One question as people ask it. `asked`: `open` where it asks for no yes or no, else the verdict that it gets;
    `bound`: it asks for more than the sources say (enough, always, guaranteed)."""

    text: str
    history: tuple[str, ...]  # the same person's earlier messages
    answers: tuple[str, ...]  # ids of the answers that serve, the best first
    asked: Asked
    writer: str  # the file's name
    held_out: bool = False  # not learnt from: the thresholds are fitted to it


class Said(NamedTuple):
    """A message, and the one before it where that matters."""

    text: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Incidents:
    """Messages that report an incident to the writer's own organisation, and messages that only sound like it."""

    reports: tuple[Said, ...] = ()
    not_reports: tuple[Said, ...] = ()


@dataclass(slots=True)
class Labelled:
    """What is read; `named`: the answers that are named, with their places."""

    questions: list[LabelledQuestion] = field(default_factory=list)
    named: list[Words] = field(default_factory=list)


def read_labelled(root: Node, file: str, into: Labelled, report: Report) -> None:
    """Adds the questions of one file."""
    whole = mapping(root, "file of labelled questions", ("writers", "held_out", "questions"), file, report)
    if whole is None:
        return
    whole.require("writers", "questions")
    node = whole.node("questions")
    if node is None:
        return
    held_out = whole.flag("held_out", default=False)
    writer = file.rpartition("/")[2].removesuffix(".yaml")
    for answers, by_verdict in entries(node, "'questions'", file, report):
        ids = tuple(answers.text.split(EITHER))
        into.named += [Words(id, answers.spot) for id in ids if id != SILENT]
        for asked, listed in entries(by_verdict, quoted(answers.text), file, report):
            if asked.text not in ASKED:
                report.unknown(asked.spot, "verdict", asked.text, ASKED, f"known are {', '.join(ASKED)}")
                continue
            if not isinstance(listed, SequenceNode):
                report.add(asked.spot, "put the questions in a list, each on a line of its own after a dash")
                continue
            verdict = next(one for one in ASKED if one == asked.text)
            for item in listed.value:
                said = _said(item, file, report)
                if said:
                    into.questions.append(LabelledQuestion(said[-1], said[:-1], ids, verdict, writer, held_out))


def read_incidents(root: Node, file: str, report: Report) -> Incidents:
    """The messages in `incidents.yaml`."""
    whole = mapping(root, "file of incidents", ("reports", "not_reports"), file, report)
    if whole is None or not isinstance(root, MappingNode):
        return Incidents()
    whole.require("reports", "not_reports")
    return Incidents(*(_messages(whole.node(key), file, report) for key in ("reports", "not_reports")))


def _messages(listed: Node | None, file: str, report: Report) -> tuple[Said, ...]:
    """Messages, each alone or in a list with the one before it."""
    items = listed.value if isinstance(listed, SequenceNode) else filter(None, [listed])
    found = [_said(item, file, report)[-2:] for item in items]
    return tuple(Said(*reversed(said)) for said in found if said)


def _said(item: Node, file: str, report: Report) -> tuple[str, ...]:
    """The question, after the earlier messages where it is a list."""
    if isinstance(item, SequenceNode):
        return tuple(words.text for words in texts_of(item, "question", file, report))
    text = text_of(item, "question", file, report).text
    return (text,) if text else ()
