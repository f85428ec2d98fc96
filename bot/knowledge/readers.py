"""Readers of the kinds of file: from YAML nodes to sources, concepts, claims, answers and phrases in the draft."""

from __future__ import annotations

from typing import TypeVar, get_args

from yaml.nodes import MappingNode, Node, SequenceNode

from bot.knowledge.draft import CONTRARY, Draft, Name, Phrasing, Thing
from bot.knowledge.expansion import expand
from bot.knowledge.fields import Fields, Words, entries, kind_of, mapping, rows, texts_of, truth_of
from bot.knowledge.model import Answer, AnswerKind, Claim, Concept, Source, Statement, Strength
from bot.knowledge.problems import quoted

SOURCE_KEYS = ("id", "title", "publisher", "author", "published", "url", "disclosure")
VOCABULARY_KEYS = ("groups", "subjects", "aspects", "topics")
CONCEPT_KEYS = ("id", "name", "names", "opposites", "within", "stated", "said")
SUBJECT_KEYS = (*CONCEPT_KEYS, "contrast", "speaker")
TOPIC_KEYS = (*CONCEPT_KEYS, "exclusive")
CLAIM_KEYS = (
    *("id", "source", "at", "says", "subject", "subjects", "aspect", "topics", "also", "tension", "promotion"),
    "strength",
)
ANSWER_KEYS = (
    *("id", "title", "kind", "answer", "bullets", "table", "questions", CONTRARY),
    *("subject", "subjects", "aspect", "topic", "topics", "claims", "related"),
)
Word = TypeVar("Word", bound=str)
PHRASES_WITH_ANSWERS = frozenset({"starting-points", "comparison"})  # ids of answers rather than texts
ANSWER_KINDS: tuple[AnswerKind, ...] = get_args(AnswerKind)
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
WITHOUT_TEXT: frozenset[AnswerKind] = frozenset({"help", "triage", "clarify", "offtopic"})  # phrases serve instead


def read_sources(root: Node, file: str, draft: Draft) -> None:
    for row in rows(root, "source", SOURCE_KEYS, file, draft.report):
        row.require("id", "title")
        values = {key: row.text(key) for key in SOURCE_KEYS}
        if values["id"] and draft.is_new("source", values["id"], row.spot):
            draft.sources[values["id"]] = Source(**values)
            for key in ("url", "published"):
                draft.spots["source", values["id"], key] = row.spot_of(key)


def read_groups(root: Node, file: str, draft: Draft) -> None:
    """Adds the groups of a vocabulary file. To be called for all of them before any other reader."""
    groups = dict(draft.groups or {})
    pairs = root.value if isinstance(root, MappingNode) else ()
    for node in (value for key, value in pairs if key.value == "groups"):
        for name, value in entries(node, "'groups'", file, draft.report):
            if name.text in groups:
                draft.report.add(name.spot, f"the group {quoted(name.text)} stands in two files; keep one")
            groups[name.text] = tuple(words.text for words in texts_of(value, name.text, file, draft.report))
    draft.groups = groups


def read_vocabulary(root: Node, file: str, draft: Draft) -> None:
    whole = mapping(root, "vocabulary", VOCABULARY_KEYS, file, draft.report)
    if whole is None:
        return
    _read_concepts(whole.mappings("subjects", "subject", SUBJECT_KEYS), "subject", draft.subjects, draft)
    _read_concepts(whole.mappings("aspects", "aspect", CONCEPT_KEYS), "aspect", draft.aspects, draft)
    _read_concepts(whole.mappings("topics", "topic", TOPIC_KEYS), "topic", draft.topics, draft)


def _read_concepts(found: list[Fields], thing: Thing, concepts: dict[str, Concept], draft: Draft) -> None:
    for row in found:
        row.require("id", "name")
        name, id = row.words("name"), row.text("id")
        names = expand(row.list_of_words("names"), draft.groups, draft.report)
        opposites = expand(row.list_of_words("opposites"), draft.groups, draft.report)
        concept = Concept(
            id=id,
            name=name.text if name else id,
            names=tuple(words.text for words in names),
            opposites=tuple(words.text for words in opposites),
            within=draft.refer(row.list_of_words("within"), thing),
            contrast=draft.refer(row.list_of_words("contrast"), "subject"),
            stated=row.flag("stated", True),
            said=row.text("said"),
            speaker=row.flag("speaker", False),
            exclusive=row.flag("exclusive", False),
        )
        if id and draft.is_new(thing, id, row.spot):
            concepts[id] = concept
            for key in ("within", "said"):
                draft.spots[thing, id, key] = row.spot_of(key)
            draft.names += [Name(thing, id, words, False) for words in ((name, *names) if name else names)]
            draft.names += [Name(thing, id, words, True) for words in opposites]


def read_claims(root: Node, file: str, draft: Draft) -> None:
    for row in rows(root, "claim", CLAIM_KEYS, file, draft.report):
        row.require("id", "source", "at", "says", "aspect", *(("subject",) if "subjects" not in row else ()))
        id = row.text("id")
        subjects = draft.refer(row.list_of_words("subject", "subjects"), "subject")
        topics, also = row.node("topics"), row.node("also")
        stances = _stances(row, "topics", topics, draft) if topics is not None else {}
        statements = {(subject, topic): holds for topic, holds in stances.items() for subject in subjects}
        if also is not None:
            _read_also(row, also, statements, draft)
        claim = Claim(
            id=id,
            source=draft.refer_to(row.words("source"), "source"),
            at=row.text("at"),
            says=row.text("says"),
            subjects=subjects,
            aspect=draft.refer_to(row.words("aspect"), "aspect"),
            statements=tuple(Statement(subject, topic, holds) for (subject, topic), holds in statements.items()),
            tension=draft.refer(row.list_of_words("tension"), "claim"),
            promotion=row.flag("promotion", False),
            strength=_one_of(row, "strength", STRENGTHS, "strength of a claim", draft),
        )
        if id and draft.is_new("claim", id, row.spot):
            draft.claims[id] = claim
            for key in ("at", "says", "topics", "tension"):
                draft.spots["claim", id, key] = row.spot_of(key)


def _stances(row: Fields, key: str, node: Node, draft: Draft) -> dict[str, bool]:
    """The stances of a claim by topic, True for yes; a plain list affirms all."""
    if not isinstance(node, MappingNode):
        return dict.fromkeys(draft.refer(texts_of(node, key, row.file, draft.report), "topic"), True)
    stances: dict[str, bool] = {}
    for topic, value in entries(node, quoted(key), row.file, draft.report):
        draft.refer((topic,), "topic")
        holds = truth_of(value)
        if holds is None:
            said = f"what the claim says of topic {quoted(topic.text)} must be yes or no, not {kind_of(value)}"
            draft.report.add(topic.spot, f"{said}; write it without quotes")
        else:
            stances[topic.text] = holds
    return stances


def _read_also(row: Fields, node: Node, statements: dict[tuple[str, str], bool], draft: Draft) -> None:
    for subject, value in entries(node, "'also'", row.file, draft.report):
        draft.refer((subject,), "subject")
        for topic, holds in _stances(row, "also", value, draft).items():
            if statements.setdefault((subject.text, topic), holds) != holds:
                said = f"says both yes and no of {quoted(subject.text)} on {quoted(topic)}"
                draft.report.add(subject.spot, f"the claim {said}; keep one, or make two claims in tension")


def read_answers(root: Node, file: str, draft: Draft) -> None:
    for row in rows(root, "answer", ANSWER_KEYS, file, draft.report):
        answer, questions = _answer(row, draft)
        if answer.id and draft.is_new("answer", answer.id, row.spot):
            draft.answers[answer.id] = answer
            draft.phrasings += [Phrasing(answer.id, words) for words in questions]
            draft.written[answer.id] = _count(row.node("questions")) + _count(row.node(CONTRARY))
            for key in ("title", "answer", "questions"):
                draft.spots["answer", answer.id, key] = row.spot_of(key)


def _answer(row: Fields, draft: Draft) -> tuple[Answer, tuple[Words, ...]]:
    kind = _one_of(row, "kind", ANSWER_KINDS, "kind of answer", draft)
    row.require("id", *(() if kind in WITHOUT_TEXT else ("answer",)))
    if kind == "answer" and _is_empty(row.node("questions")) and "title" not in row:
        draft.report.add(
            row.spot_of("questions"), "an answer needs 'questions', else nobody can find or name it; add them"
        )
    asked = (*row.list_of_words("questions"), *row.list_of_words(CONTRARY))
    questions = expand(asked, draft.groups, draft.report)
    answer = Answer(
        id=row.text("id"),
        questions=tuple(words.text for words in questions),
        answer=row.text("answer", may_be_empty=kind in WITHOUT_TEXT),
        title=row.text("title"),
        kind=kind,
        bullets=tuple(words.text for words in row.list_of_words("bullets")),
        table=draft.refer(row.list_of_words("table"), "aspect", "answer"),
        subjects=draft.refer(row.list_of_words("subject", "subjects"), "subject"),
        aspect=draft.refer_to(row.words("aspect"), "aspect"),
        topics=draft.refer(row.list_of_words("topic", "topics"), "topic"),
        claims=draft.refer(row.list_of_words("claims"), "claim"),
        related=draft.refer(row.list_of_words("related"), "answer"),
        file=row.spot.file,
        line=row.spot.line,
    )
    return answer, tuple(questions)


def _one_of(row: Fields, key: str, allowed: tuple[Word, ...], what: str, draft: Draft) -> Word:
    """The one of `allowed` that stands under `key`; the first where none does, and where another stands there, which is
    reported."""
    words = row.words(key)
    if words is None:
        return allowed[0]
    for one in allowed:
        if one == words.text:
            return one
    draft.report.unknown(words.spot, what, words.text, allowed, f"known are {', '.join(allowed)}")
    return allowed[0]


def read_phrases(root: Node, file: str, draft: Draft) -> None:
    for key, node in entries(root, "the phrases", file, draft.report):
        found = texts_of(node, key.text, file, draft.report)
        if key.text in PHRASES_WITH_ANSWERS:
            draft.refer(found, "answer")
        texts = tuple(words.text for words in found)
        draft.phrase_spots[key.text] = key.spot
        if isinstance(node, SequenceNode):
            draft.phrase_lists[key.text] = texts
        else:
            draft.phrases[key.text] = "".join(texts)


def _count(node: Node | None) -> int:
    return len(node.value) if isinstance(node, SequenceNode) else int(node is not None)


def _is_empty(node: Node | None) -> bool:
    return node is None or (isinstance(node, SequenceNode) and not node.value)
