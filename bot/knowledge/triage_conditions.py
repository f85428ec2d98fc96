"""Reader of the conditions of `triage.yaml`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from yaml.nodes import MappingNode, Node, SequenceNode

from bot.knowledge.draft import Draft
from bot.knowledge.fields import Fields, Words, entries, kind_of, mapping, texts_of
from bot.knowledge.problems import Spot, quoted
from bot.knowledge.triage import Balance, Condition, Criterion, How, Reasons, Test, TriageQuestion

HOWS: tuple[How, ...] = get_args(How)
REASONS = "reasons"  # in a condition of an outcome: the reasons given, instead of a question
BALANCE_KEYS = ("for", "over", "matching")


def read_condition(
    row: Fields, questions: dict[str, TriageQuestion], draft: Draft, reasons: Reasons | None = None
) -> Condition:
    """The condition under `when`: one mapping, or a list of mappings of which one must hold.

    `reasons`: those of all options, where the condition may weigh them; None where it may not.
    """
    node = row.node("when")
    if node is None:
        return ()
    found = node.value if isinstance(node, SequenceNode) else [node]
    condition: list[tuple[Test, ...]] = []
    for one in found:
        if not isinstance(one, MappingNode) or not one.value:
            spot = Spot(row.file, one.start_mark.line + 1)
            said = f"'when' must be a mapping from questions to options, or a list of them, not {kind_of(one)}"
            draft.report.add(spot, f"{said}; write for instance {{sun: [full, half]}}")
            continue
        tests: list[Test] = []
        balances: list[Test] = []  # after the others, which are quicker
        for question, value in entries(one, "'when'", row.file, draft.report):
            if question.text == REASONS and reasons is not None:
                balances += _balances(value, reasons, row.file, draft)
            else:
                tests += _criteria(question, value, questions, row.file, draft)
        condition.append((*tests, *balances))
    return tuple(condition)


def _balances(node: Node, reasons: Reasons, file: str, draft: Draft) -> Iterable[Balance]:
    """One mapping, or a list of them that must all hold."""
    for one in node.value if isinstance(node, SequenceNode) else [node]:
        row = mapping(one, "condition on reasons", BALANCE_KEYS, file, draft.report)
        if row is None:
            continue
        row.require("for")
        yield Balance(
            outcome="".join(draft.refer(row.list_of_words("for")[:1], "outcome")),
            over=draft.refer(row.list_of_words("over"), "outcome"),
            matching=draft.refer(row.list_of_words("matching"), "outcome"),
            reasons=reasons,
        )


def _criteria(
    question: Words, node: Node, questions: dict[str, TriageQuestion], file: str, draft: Draft
) -> Iterable[Criterion]:
    known = questions.get(question.text)
    if known is None:
        draft.report.unknown(
            question.spot, "question", question.text, questions, "a condition can speak of earlier questions only"
        )
        return
    named: list[tuple[How, Node]] = [("any", node)]
    if isinstance(node, MappingNode):
        named = []
        for how, value in entries(node, "a condition", file, draft.report):
            if how.text in HOWS:
                named.append((next(one for one in HOWS if one == how.text), value))
            else:
                draft.report.unknown(how.spot, "kind of condition", how.text, HOWS, f"known are {', '.join(HOWS)}")
    for kind, value in named:
        options = texts_of(value, question.text, file, draft.report)
        for option in options:
            if option.text not in known.options:
                remedy = f"add it to question {quoted(known.id)} or mend the spelling"
                draft.report.unknown(option.spot, f"option of {quoted(known.id)}", option.text, known.options, remedy)
        yield Criterion(question.text, kind, tuple(option.text for option in options))
