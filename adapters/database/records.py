"""Repositories of recommendations, posts, votes, unanswered questions, and questions to experts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Row, and_, delete, insert, select, update

from adapters.database.connection import Connection
from adapters.database.rows import (
    insert_or_ignore,
    insert_or_replace,
    is_theirs,
    person_values,
    place_of,
    place_values,
)
from adapters.database.tables import gaps, posts, questions, recommendations, votes
from bot.domain.effects import Post, Unanswered, Vote
from bot.domain.messages import Place
from bot.domain.records import (
    ANONYMOUS,
    Gap,
    GapMark,
    Person,
    PostState,
    QuestionState,
    StoredPost,
    StoredQuestion,
    StoredRecommendation,
    VoteTally,
    anonymous_id,
)
from bot.domain.serialization import dumps, loads


class SqlRecommendations:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def keep(self, id: str, person: Person, record: str, knowledge: str, at: float) -> None:
        values = {"id": id, **person_values(person), "record": record, "knowledge": knowledge, "at": at}
        await self._connection.execute(insert_or_replace(self._connection, recommendations), values)

    async def record(self, id: str, person: Person) -> str | None:
        theirs = is_theirs(recommendations, person) & (recommendations.c.id == id)
        return (await self._connection.execute(select(recommendations.c.record).where(theirs))).scalar()

    async def of(self, person: Person, limit: int = 5) -> Sequence[StoredRecommendation]:
        theirs = select(recommendations).where(is_theirs(recommendations, person))
        rows = await self._connection.execute(theirs.order_by(recommendations.c.at.desc()).limit(limit))
        return [StoredRecommendation(row.id, row.record, row.at) for row in rows]

    async def prune(self, before: float) -> int:
        return (await self._connection.execute(delete(recommendations).where(recommendations.c.at < before))).rowcount


class SqlPosts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, post: StoredPost) -> bool:
        values = {
            "id": post.id,
            **place_values(post.place),
            "person": post.person,
            "post": dumps(post.post),
            "state": post.state,
            "reference": post.reference,
            "at": post.at,
            **place_values(post.asked_in, "asked_in_"),
        }
        return bool((await self._connection.execute(insert_or_ignore(self._connection, posts), values)).rowcount)

    async def get(self, id: str) -> StoredPost | None:
        row = (await self._connection.execute(select(posts).where(posts.c.id == id).with_for_update())).first()
        return _post(row) if row else None

    async def change(
        self, id: str, *, state: PostState, reference: str | None = None, post: Post | None = None
    ) -> None:
        values: dict[str, str] = {"state": state}
        if reference is not None:
            values["reference"] = reference
        if post is not None:
            values["post"] = dumps(post)
        await self._connection.execute(update(posts).where(posts.c.id == id).values(**values))

    async def standing(self) -> Sequence[StoredPost]:
        rows = await self._connection.execute(select(posts).where(posts.c.state == "posted").order_by(posts.c.at))
        return [_post(row) for row in rows]

    async def of(self, person: Person, limit: int | None = 10) -> Sequence[StoredPost]:
        if not person.id:
            return []
        theirs = is_theirs(posts, person) & posts.c.state.in_(("waiting", "posted", "unsure"))
        rows = await self._connection.execute(select(posts).where(theirs).order_by(posts.c.at.desc()).limit(limit))
        return [_post(row) for row in rows]


def _post(row: Row[Any]) -> StoredPost:
    state = cast(PostState, row.state)
    asked_in = place_of(row, "asked_in_") if row.asked_in_surface else None
    return StoredPost(row.id, place_of(row), row.person, loads(Post, row.post), state, row.reference, row.at, asked_in)


class SqlFeedback:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def vote(self, person: Person, vote: Vote, at: float) -> bool | None:
        theirs = is_theirs(votes, person) & (votes.c.reference == vote.reference)
        earlier = await self._connection.execute(select(votes.c.helpful).where(theirs).with_for_update())
        before: bool | None = earlier.scalar()
        values = {
            **person_values(person),
            "reference": vote.reference,
            "helpful": vote.helpful,
            "reason": vote.reason,
            "entry": vote.entry or "",
            "knowledge": vote.knowledge,
            "at": at,
        }
        await self._connection.execute(insert_or_replace(self._connection, votes), values)
        return before

    async def tallies(self) -> Sequence[VoteTally]:
        columns = (votes.c.entry, votes.c.knowledge, votes.c.helpful, votes.c.reason)
        counts: dict[tuple[str, str], tuple[Counter[bool], Counter[str]]] = {}
        for row in await self._connection.execute(select(*columns)):
            helpfulness, reasons = counts.setdefault((row.entry, row.knowledge), (Counter(), Counter()))
            helpfulness[row.helpful] += 1
            reasons.update([row.reason] if row.reason else [])
        return [
            VoteTally(entry, knowledge, helpfulness[True], helpfulness[False], tuple(sorted(reasons.items())))
            for (entry, knowledge), (helpfulness, reasons) in sorted(counts.items())
        ]

    async def of(self, person: Person, references: Collection[str]) -> Mapping[str, Vote]:
        theirs = select(votes).where(is_theirs(votes, person) & votes.c.reference.in_(references))
        return {
            row.reference: Vote(row.reference, row.helpful, row.reason, row.entry or None, row.knowledge)
            for row in await self._connection.execute(theirs)
        }

    async def anonymize(self, before: float) -> int:
        key = (votes.c.surface, votes.c.tenant, votes.c.person, votes.c.reference)
        named = (votes.c.at < before) & ~votes.c.person.startswith(ANONYMOUS, autoescape=True)
        old = (await self._connection.execute(select(*key).where(named).with_for_update())).all()
        for row in old:
            this = and_(*(column == value for column, value in zip(key, row, strict=True)))
            await self._connection.execute(update(votes).where(this).values(person=anonymous_id()))
        return len(old)


class SqlGaps:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, gap: Unanswered, *, day: str, answer: str = "") -> None:
        values = {
            "question": gap.question,
            "day": day,
            "kind": gap.kind,
            "best_entry": gap.best_entry,
            "confidence": gap.confidence,
            "knowledge": gap.knowledge,
            "answer": answer,
        }
        await self._connection.execute(insert(gaps), values)

    async def all(self) -> Sequence[Gap]:
        return [_gap(row) for row in await self._connection.execute(_newest_gaps)]

    async def newest(self, limit: int) -> Sequence[Gap]:
        unmarked = _newest_gaps.where(gaps.c.mark == "").limit(limit)
        return [_gap(row) for row in await self._connection.execute(unmarked)]

    async def mark(self, questions: Collection[str], mark: GapMark, *, upto: int) -> int:
        these = gaps.c.question.in_(questions) & (gaps.c.number <= upto)
        return (await self._connection.execute(update(gaps).where(these).values(mark=mark))).rowcount

    async def prune(self, before: str) -> int:
        return (await self._connection.execute(delete(gaps).where(gaps.c.day < before))).rowcount


_newest_gaps = select(gaps).order_by(gaps.c.number.desc())


def _gap(row: Row[Any]) -> Gap:
    mark = cast(GapMark, row.mark)
    read = (row.question, row.day, row.kind, row.best_entry, row.confidence, row.knowledge, row.answer)
    return Gap(*read, number=row.number, mark=mark)


class SqlQuestions:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, question: StoredQuestion) -> bool:
        values = {
            "id": question.id,
            **place_values(question.place),
            "person": question.person,
            **place_values(question.to, "to_"),
            "question": question.question,
            "state": question.state,
            "reference": question.reference,
            "at": question.at,
        }
        return bool((await self._connection.execute(insert_or_ignore(self._connection, questions), values)).rowcount)

    async def get(self, id: str) -> StoredQuestion | None:
        row = (await self._connection.execute(select(questions).where(questions.c.id == id))).first()
        return _question(row) if row else None

    async def of(self, person: Person) -> Sequence[StoredQuestion]:
        if not person.id:
            return []
        rows = await self._connection.execute(select(questions).where(is_theirs(questions, person)))
        return [_question(row) for row in rows]

    async def in_thread(self, place: Place) -> StoredQuestion | None:
        if not place.thread:
            return None
        found = await self._connection.execute(
            select(questions).where(
                (questions.c.reference == place.thread)
                & (questions.c.to_surface == place.surface)
                & (questions.c.to_tenant == place.tenant)
                & (questions.c.to_channel == place.channel)
            )
        )
        row = found.first()
        return _question(row) if row else None

    async def posted(self, id: str, reference: str) -> None:
        await self._connection.execute(update(questions).where(questions.c.id == id).values(reference=reference))

    async def answered(self, id: str) -> bool:
        is_open = (questions.c.id == id) & (questions.c.state == "open")
        return bool(
            (await self._connection.execute(update(questions).where(is_open).values(state="answered"))).rowcount
        )

    async def prune(self, before: float) -> int:
        return (await self._connection.execute(delete(questions).where(questions.c.at < before))).rowcount


def _question(row: Row[Any]) -> StoredQuestion:
    state = cast(QuestionState, row.state)
    to = place_of(row, "to_")
    return StoredQuestion(row.id, place_of(row), row.person, to, row.question, state, row.reference, row.at)
