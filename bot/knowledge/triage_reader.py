"""Reader of `triage.yaml`: from YAML nodes to the guided dialogue in the draft."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import get_args

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.knowledge.draft import Draft
from bot.knowledge.fields import Fields, Words, entries, kind_of, mapping, texts_of
from bot.knowledge.problems import Spot, quoted
from bot.knowledge.triage import (
    Condition,
    Criterion,
    How,
    Outcome,
    Point,
    Reason,
    Triage,
    TriageOption,
    TriageQuestion,
    precedence,
)

TRIAGE_KEYS = ("title", "limit", "questions", "outcomes")
QUESTION_KEYS = ("id", "ask", "short", "why", "claims", "multiple", "required", "when", "options")
OPTION_KEYS = ("id", "label", "means", "names", "speaks")
REASON_KEYS = ("for", "because", "claims")
OUTCOME_KEYS = ("id", "title", "says", "claims", "when", "before", "reasons", "watch", "first", "tools", "related")
POINT_KEYS = ("text", "claims", "when")
HOWS: tuple[How, ...] = get_args(How)
LIMIT = 6  # default of `limit`: questions on the longest path
MOST_OPTIONS = 6  # of one question; more can't be taken in at a glance


def read_triage(root: Node, file: str, draft: Draft) -> None:
    whole = mapping(root, "triage", TRIAGE_KEYS, file, draft.report)
    if whole is None:
        return
    whole.require("title", "questions", "outcomes")
    questions: dict[str, TriageQuestion] = {}
    for row in whole.mappings("questions", "question", QUESTION_KEYS):
        question = _question(row, questions, draft)
        if question.id and draft.is_new("triage question", question.id, row.spot):
            questions[question.id] = question
    outcomes: dict[str, Outcome] = {}
    for row in whole.mappings("outcomes", "outcome", OUTCOME_KEYS):
        outcome = _outcome(row, questions, draft)
        if outcome.id and draft.is_new("outcome", outcome.id, row.spot):
            outcomes[outcome.id] = outcome
    draft.outcomes = outcomes
    draft.triage = Triage(
        title=whole.text("title"),
        questions=MappingProxyType(questions),
        outcomes=MappingProxyType(outcomes),
        limit=_limit(whole, draft),
        precedence=MappingProxyType(precedence(outcomes)),
    )
    draft.triage_spot = whole.spot


def _limit(whole: Fields, draft: Draft) -> int:
    node = whole.node("limit")
    if node is None:
        return LIMIT
    if isinstance(node, ScalarNode) and node.value.isascii() and node.value.isdigit() and 0 < int(node.value[:4]) < 100:
        return int(node.value)
    draft.report.add(whole.spot_of("limit"), "'limit' must be a number from 1 to 99: questions on the longest path")
    return LIMIT


def _question(row: Fields, earlier: dict[str, TriageQuestion], draft: Draft) -> TriageQuestion:
    row.require("id", "ask", "why", "options")
    id = row.text("id")
    options: dict[str, TriageOption] = {}
    for option_row in row.mappings("options", "option", OPTION_KEYS):
        option = _option(option_row, draft)
        if option.id and draft.is_new("option", f"{id}/{option.id}", option_row.spot):
            options[option.id] = option
    if "options" in row and not options:
        draft.report.add(row.spot_of("options"), f"question {quoted(id)} has no options; nobody can answer it")
    elif len(options) > MOST_OPTIONS:
        said = f"question {quoted(id)} has {len(options)} options, at most {MOST_OPTIONS} can be taken in at a glance"
        draft.report.add(row.spot_of("options"), f"{said}; take some together")
    return TriageQuestion(
        id=id,
        ask=row.text("ask"),
        short=row.text("short"),
        why=Point(row.text("why"), draft.refer(row.list_of_words("claims"), "claim")),
        options=MappingProxyType(options),
        multiple=row.flag("multiple", False),
        required=row.flag("required", False),
        when=_condition(row, earlier, draft),
    )


def _option(row: Fields, draft: Draft) -> TriageOption:
    row.require("id", "label")
    return TriageOption(
        id=row.text("id"),
        label=row.text("label"),
        means=row.text("means"),
        names=tuple(words.text for words in row.list_of_words("names")),
        speaks=tuple(_reasons(row.mappings("speaks", "reason", REASON_KEYS), draft)),
    )


def _reasons(found: Iterable[Fields], draft: Draft) -> Iterable[Reason]:
    for row in found:
        row.require("for", "because")
        yield Reason(
            outcomes=draft.refer(row.list_of_words("for"), "outcome"),
            text=row.text("because"),
            claims=_claims(row, draft),
        )


def _outcome(row: Fields, questions: dict[str, TriageQuestion], draft: Draft) -> Outcome:
    row.require("id", "title", "says")
    return Outcome(
        id=row.text("id"),
        title=row.text("title"),
        says=row.text("says"),
        claims=_claims(row, draft),
        when=_condition(row, questions, draft),
        before=draft.refer(row.list_of_words("before"), "outcome"),
        reasons=_points(row, "reasons", questions, draft),
        watch=_points(row, "watch", questions, draft),
        first=_points(row, "first", questions, draft),
        tools=_points(row, "tools", questions, draft),
        related=draft.refer(row.list_of_words("related"), "answer"),
    )


def _points(row: Fields, key: str, questions: dict[str, TriageQuestion], draft: Draft) -> tuple[Point, ...]:
    points = []
    for found in row.mappings(key, "point", POINT_KEYS):
        found.require("text")
        points.append(Point(found.text("text"), _claims(found, draft), _condition(found, questions, draft)))
    return tuple(points)


def _claims(row: Fields, draft: Draft) -> tuple[str, ...]:
    """The claims of a row; to have none is a problem."""
    claims = row.list_of_words("claims")
    if not claims:
        draft.report.add(
            row.spot, f"the {row.what} rests on no claim; add 'claims' with what the source says, or take it out"
        )
    return draft.refer(claims, "claim")


def _condition(row: Fields, questions: dict[str, TriageQuestion], draft: Draft) -> Condition:
    """The condition under `when`: one mapping, or a list of mappings of which one must hold."""
    node = row.node("when")
    if node is None:
        return ()
    found = node.value if isinstance(node, SequenceNode) else [node]
    condition = []
    for one in found:
        if not isinstance(one, MappingNode) or not one.value:
            spot = Spot(row.file, one.start_mark.line + 1)
            said = f"'when' must be a mapping from questions to options, or a list of them, not {kind_of(one)}"
            draft.report.add(spot, f"{said}; write for instance {{sun: [full, half]}}")
            continue
        condition.append(
            tuple(
                test
                for question, value in entries(one, "'when'", row.file, draft.report)
                for test in _criteria(question, value, questions, row.file, draft)
            )
        )
    return tuple(condition)


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
