"""Gaps: unanswered questions, clustered by similarity, with a draft of the YAML that answers each cluster."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from bot.domain.messages import Reply
from bot.domain.records import Gap
from bot.encoder import base
from bot.knowledge.model import Answer
from bot.nlu.english import FUNCTION_WORDS
from bot.nlu.question import QuestionReader

SIMILAR = 0.72  # least similarity (0 to 1) of two questions in one group
MOST_GROUPED = 3000  # distinct questions, the newest
LONGEST_TITLE = 75
LONGEST_ID = 40
PLACEHOLDER = "Write what the source says, in one to four sentences."

Vector = NDArray[np.float32]
Vectors = Callable[[list[str]], Sequence[Vector] | NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Group:
    """Similar questions, each with its count."""

    questions: tuple[tuple[str, int], ...]  # most frequent first
    kinds: tuple[tuple[str, int], ...]  # kind of gap and count: unstated, offtopic, clarify, unhelpful, asked
    first: str  # day of the earliest, as an ISO date
    last: str
    nearest: str | None  # the most frequent best candidate
    answers: tuple[str, ...]  # by experts

    @property
    def count(self) -> int:
        return sum(times for _, times in self.questions)


def still_open(gaps: Sequence[Gap], ask: Callable[[str], Reply]) -> list[Gap]:
    """The gaps that are unanswered by today's knowledge too; an unhelpful answer is a gap until it is another one."""
    replies = {question: ask(question) for question in {gap.question for gap in gaps}}
    return [gap for gap in gaps if not _is_answered(gap, replies[gap.question])]


def _is_answered(gap: Gap, reply: Reply) -> bool:
    return reply.kind == "answer" and (gap.kind != "unhelpful" or reply.entry != gap.best_entry)


def grouped(gaps: Sequence[Gap], reader: QuestionReader) -> list[Group]:
    """Groups of similar questions, largest first."""
    found = map(group_of, clusters(gaps, reader))
    return sorted(found, key=lambda group: (-group.count, group.questions))


def clusters(gaps: Sequence[Gap], reader: QuestionReader, vectors: Vectors = base.vectors) -> list[list[Gap]]:
    """The gaps of similar questions, in each cluster its leader first.

    Greedy clustering: each question joins the first cluster whose leader is similar, by shared words (token sort ratio)
    or by the cosine of what they mean. `vectors`: what each of some texts means.
    """
    by_question: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_question.setdefault(normalized(gap.question), []).append(gap)
    newest = sorted(list(by_question.values())[:MOST_GROUPED], key=len, reverse=True)
    meanings = vectors([members[0].question for members in newest])
    leaders: list[tuple[str, Vector, list[Gap]]] = []
    for members, meaning in zip(newest, meanings, strict=True):
        words = _words(members[0].question, reader)
        joined = next((group for said, other, group in leaders if _is_similar(words, meaning, said, other)), None)
        if joined is None:
            leaders.append((words, meaning, list(members)))
        else:
            joined.extend(members)
    return [group for _, _, group in leaders]


def new_answer(group: Group, reader: QuestionReader, taken: Collection[str] = ()) -> str:
    """A draft of an entry for `answers/*.yaml`. `taken`: ids that it must not have."""
    question = group.questions[0][0]
    title = question.rstrip(" ?.!")
    title = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"
    lines = [
        f"- id: {_id(_words(question, reader), taken)}",
        f"  title: {_quoted(title[:1].upper() + title[1:])}",
        f"  answer: {_quoted(group.answers[0] if group.answers else PLACEHOLDER)}",
        "  questions:",
        *(f"    - {_quoted(text)}" for text, _ in group.questions),
    ]
    return "\n".join(lines) + "\n"


def phrasings(group: Group, entry: Answer) -> str:
    """YAML lines for the further phrasings of `entry`, else for its `questions:`, under a comment that says where they
    belong."""
    known = {normalized(question) for question in entry.questions}
    asked = [_quoted(text) for text, _ in group.questions if normalized(text) not in known]
    if entry.examples:
        lines = [f"# {entry.examples}, under {entry.id}:", *(f"  - {text}" for text in asked)]
    else:
        lines = [f"# {entry.file}:{entry.line}, under questions: of {entry.id}", *(f"    - {text}" for text in asked)]
    return "\n".join(lines) + "\n"


def group_of(gaps: Sequence[Gap]) -> Group:
    """The group of these gaps."""
    said: dict[str, str] = {}
    times: Counter[str] = Counter()
    for gap in gaps:
        times[said.setdefault(normalized(gap.question), gap.question)] += 1
    nearest = Counter(gap.best_entry for gap in gaps if gap.best_entry)
    days = sorted(gap.day for gap in gaps)
    return Group(
        questions=tuple(sorted(times.items(), key=lambda item: (-item[1], item[0]))),
        kinds=tuple(Counter(gap.kind for gap in gaps).most_common()),
        first=days[0],
        last=days[-1],
        nearest=nearest.most_common(1)[0][0] if nearest else None,
        answers=tuple(dict.fromkeys(gap.answer for gap in gaps if gap.answer)),
    )


def _words(question: str, reader: QuestionReader) -> str:
    """The content words of a question, spell-corrected, joined by spaces."""
    read = [word for word in reader.read(question).words if word not in FUNCTION_WORDS]
    return " ".join(read or normalized(question).split())


def _is_similar(words: str, meaning: Vector, others: str, other: Vector) -> bool:
    return fuzz.token_sort_ratio(words, others) >= 100 * SIMILAR or round(float(meaning @ other), 4) >= SIMILAR


def _id(words: str, taken: Collection[str]) -> str:
    kept = "".join(char for char in words if (char.isascii() and char.isalnum()) or char == " ")
    base = "-".join(kept.split())[:LONGEST_ID].strip("-") or "new-answer"
    number = 2
    id = base
    while id in taken:
        id, number = f"{base}-{number}", number + 1
    return id


def normalized(question: str) -> str:
    """The question without what two ways to write it differ in."""
    return " ".join(question.casefold().split()).rstrip(" ?.!")


def _quoted(text: str) -> str:
    """A text in double quotes: what JSON writes, YAML reads the same."""
    return json.dumps(text, ensure_ascii=False)
