"""Reader of `triage.yaml`: from YAML nodes to the guided dialogue in the draft."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from yaml.nodes import Node, ScalarNode

from bot.knowledge.draft import Draft
from bot.knowledge.fields import Fields, mapping
from bot.knowledge.problems import quoted
from bot.knowledge.triage import (
    Outcome,
    Point,
    Reason,
    Reasons,
    Triage,
    TriageOption,
    TriageQuestion,
    precedence,
)
from bot.knowledge.triage_conditions import REASONS, read_condition

TRIAGE_KEYS = ("title", "limit", "questions", "outcomes")
QUESTION_KEYS = ("id", "ask", "short", "why", "claims", "multiple", "required", "when", "options")
OPTION_KEYS = ("id", "label", "means", "names", "keeps", "speaks")
REASON_KEYS = ("for", "because", "claims", "when")
OUTCOME_KEYS = (
    "id", "title", "says", "claims", "when", "before", "takes", "reasons", "watch", "first", "tools", "related",
)  # fmt: skip
POINT_KEYS = ("text", "claims", "when")
LIMIT = 6  # default of `limit`: questions on the longest path
MOST_OPTIONS = 6  # of one question; more can't be taken in at a glance


def read_triage(root: Node, file: str, draft: Draft) -> None:
    whole = mapping(root, "triage", TRIAGE_KEYS, file, draft.report)
    if whole is None:
        return
    whole.require("title", "questions", "outcomes")
    questions: dict[str, TriageQuestion] = {}
    speaking: list[tuple[str, str, Fields]] = []  # question and option of each row that may give reasons
    for row in whole.mappings("questions", "question", QUESTION_KEYS):
        question = _question(row, questions, speaking, draft)
        if question.id and draft.is_new("triage question", question.id, row.spot):
            questions[question.id] = question
    questions = _with_reasons(questions, speaking, draft)
    reasons = {
        (question.id, option.id): option.speaks
        for question in questions.values()
        for option in question.options.values()
        if option.speaks
    }
    outcomes: dict[str, Outcome] = {}
    for row in whole.mappings("outcomes", "outcome", OUTCOME_KEYS):
        outcome = _outcome(row, questions, reasons, draft)
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


def _question(
    row: Fields, earlier: dict[str, TriageQuestion], speaking: list[tuple[str, str, Fields]], draft: Draft
) -> TriageQuestion:
    row.require("id", "ask", "why", "options")
    id = row.text("id")
    if id == REASONS:
        draft.report.add(row.spot, f"{quoted(id)} means the reasons given in a condition; give the question another id")
    options: dict[str, TriageOption] = {}
    for option_row in row.mappings("options", "option", OPTION_KEYS):
        option = _option(option_row, draft)
        if option.id and draft.is_new("option", f"{id}/{option.id}", option_row.spot):
            options[option.id] = option
            speaking.append((id, option.id, option_row))
    free = [option for option in options.values() if option.free]
    if len(free) > 1:
        names = " and ".join(quoted(option.id) for option in free)
        draft.report.add(row.spot, f"the options {names} of question {quoted(id)} both keep what is typed; keep one")
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
        when=read_condition(row, earlier, draft),
    )


def _option(row: Fields, draft: Draft) -> TriageOption:
    row.require("id", "label")
    return TriageOption(
        id=row.text("id"),
        label=row.text("label"),
        means=row.text("means"),
        names=tuple(words.text for words in row.list_of_words("names")),
        free="keeps" in row,
        keeps=tuple(words.text for words in row.list_of_words("keeps")),
    )


def _with_reasons(
    questions: dict[str, TriageQuestion], speaking: list[tuple[str, str, Fields]], draft: Draft
) -> dict[str, TriageQuestion]:
    """The questions with the reasons of their options, whose conditions may speak of any question."""
    found: dict[str, dict[str, TriageOption]] = {id: dict(question.options) for id, question in questions.items()}
    for id, option, row in speaking:
        if option in found.get(id, {}):
            reasons = tuple(_reasons(row, questions, draft))
            found[id][option] = replace(found[id][option], speaks=reasons)
    return {id: replace(question, options=MappingProxyType(found[id])) for id, question in questions.items()}


def _reasons(option: Fields, questions: dict[str, TriageQuestion], draft: Draft) -> Iterable[Reason]:
    for row in option.mappings("speaks", "reason", REASON_KEYS):
        row.require("for", "because")
        yield Reason(
            outcomes=draft.refer(row.list_of_words("for"), "outcome"),
            text=row.text("because"),
            claims=_claims(row, draft),
            when=read_condition(row, questions, draft),
        )


def _outcome(row: Fields, questions: dict[str, TriageQuestion], reasons: Reasons, draft: Draft) -> Outcome:
    row.require("id", "title", "says")
    return Outcome(
        id=row.text("id"),
        title=row.text("title"),
        says=row.text("says"),
        claims=_claims(row, draft),
        when=read_condition(row, questions, draft, reasons),
        takes=draft.refer(row.list_of_words("takes"), "outcome"),
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
        points.append(Point(found.text("text"), _claims(found, draft), read_condition(found, questions, draft)))
    return tuple(points)


def _claims(row: Fields, draft: Draft) -> tuple[str, ...]:
    """The claims of a row; to have none is a problem."""
    claims = row.list_of_words("claims")
    if not claims:
        draft.report.add(
            row.spot, f"the {row.what} rests on no claim; add 'claims' with what the source says, or take it out"
        )
    return draft.refer(claims, "claim")
