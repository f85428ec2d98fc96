"""What people asked in vain, grouped by likeness, with a piece of YAML for each group to begin mending it with."""

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
from bot.knowledge.model import Answer
from bot.nlu.english import FUNCTION_WORDS
from bot.nlu.question import QuestionReader
from bot.retrieval.embeddings import Embeddings

ALIKE = 0.72  # likeness from which two questions belong to one group
MOST = 3000  # distinct questions that are grouped, the newest
LONGEST_TITLE = 75
LONGEST_ID = 40
PLACEHOLDER = "Write what the source says, in one to four sentences."

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask for the same, most often asked first."""

    questions: tuple[tuple[str, int], ...]
    kinds: tuple[tuple[str, int], ...]  # how they ended: unstated, offtopic, clarify, unhelpful, asked
    first: str  # ISO dates
    last: str
    nearest: str | None  # the entry that came nearest most often
    answers: tuple[str, ...]  # what experts said

    @property
    def count(self) -> int:
        return sum(times for _, times in self.questions)


def still_open(gaps: Sequence[Gap], ask: Callable[[str], Reply]) -> list[Gap]:
    """Those that today's knowledge doesn't answer either. What was found unhelpful stays until its answer changes."""
    replies = {question: ask(question) for question in {gap.question for gap in gaps}}
    return [gap for gap in gaps if not _settled(gap, replies[gap.question])]


def _settled(gap: Gap, reply: Reply) -> bool:
    return reply.kind == "answer" and (gap.kind != "unhelpful" or reply.entry != gap.best_entry)


def grouped(gaps: Sequence[Gap], reader: QuestionReader, embeddings: Embeddings | None) -> list[Group]:
    """Groups of questions that are alike, largest first.

    Each question joins the group of the first earlier one that it is like enough to: by the words that it shares, or
    by the angle between the sums of their word vectors.
    """
    by_question: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_question.setdefault(_plain(gap.question), []).append(gap)
    leaders: list[tuple[str, Vector | None, list[Gap]]] = []
    for members in sorted(list(by_question.values())[:MOST], key=len, reverse=True):
        words = _words(members[0].question, reader)
        vector = _vector(words, embeddings)
        joined = next((group for said, direction, group in leaders if _alike(words, vector, said, direction)), None)
        if joined is None:
            leaders.append((words, vector, list(members)))
        else:
            joined.extend(members)
    return sorted((_group(group) for _, _, group in leaders), key=lambda group: (-group.count, group.questions))


def new_answer(group: Group, reader: QuestionReader, taken: Collection[str] = ()) -> str:
    """A new entry for this group, as it stands in `answers/*.yaml`."""
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
    """Lines for the `questions:` of the nearest entry."""
    known = {_plain(question) for question in entry.questions}
    lines = [f"    - {_quoted(text)}" for text, _ in group.questions if _plain(text) not in known]
    return "\n".join([f"# {entry.file}:{entry.line}, under questions: of {entry.id}", *lines]) + "\n"


def _group(gaps: Sequence[Gap]) -> Group:
    said: dict[str, str] = {}
    times: Counter[str] = Counter()
    for gap in gaps:
        times[said.setdefault(_plain(gap.question), gap.question)] += 1
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
    """The words that carry the question, spelling mended, in order."""
    read = [word for word in reader.read(question).words if word not in FUNCTION_WORDS]
    return " ".join(read or _plain(question).split())


def _vector(words: str, embeddings: Embeddings | None) -> Vector | None:
    if embeddings is None or not words:
        return None
    total: Vector = embeddings.vectors(words.split()).sum(axis=0)
    length = float(np.linalg.norm(total))
    return total / np.float32(length) if length else None


def _alike(words: str, vector: Vector | None, others: str, other: Vector | None) -> bool:
    if fuzz.token_sort_ratio(words, others) >= 100 * ALIKE:
        return True
    return vector is not None and other is not None and float(vector @ other) >= ALIKE


def _id(words: str, taken: Collection[str]) -> str:
    kept = "".join(char for char in words if (char.isascii() and char.isalnum()) or char == " ")
    base = "-".join(kept.split())[:LONGEST_ID].strip("-") or "new-answer"
    number = 2
    id = base
    while id in taken:
        id, number = f"{base}-{number}", number + 1
    return id


def _plain(question: str) -> str:
    return " ".join(question.casefold().split()).rstrip(" ?.!")


def _quoted(text: str) -> str:
    """A text in double quotes: what JSON writes, YAML reads the same."""
    return json.dumps(text, ensure_ascii=False)
