"""Repositories of recommendations, posts, votes, unanswered questions, and questions to experts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from adapters.in_memory.rows import Rows
from bot.domain.effects import Post, Unanswered, Vote
from bot.domain.messages import Place
from bot.domain.records import (
    ANONYMOUS,
    Gap,
    Person,
    PostState,
    ShownReply,
    StoredPost,
    StoredQuestion,
    StoredRecommendation,
    VoteTally,
    anonymous_id,
    owner_of,
)


class InMemoryRecommendations:
    def __init__(self, rows: Rows[tuple[Person, str, str, float]]) -> None:
        self.rows = rows

    async def keep(self, id: str, person: Person, record: str, knowledge: str, at: float) -> None:
        self.rows[id] = (person, record, knowledge, at)

    async def record(self, id: str, person: Person) -> str | None:
        stored = self.rows.get(id)
        return stored[1] if stored and stored[0] == person else None

    async def of(self, person: Person, limit: int = 5) -> Sequence[StoredRecommendation]:
        theirs = [
            StoredRecommendation(id, record, at) for id, (owner, record, _, at) in self.rows.items() if owner == person
        ]
        return sorted(theirs, key=lambda stored: stored.at, reverse=True)[:limit]

    async def prune(self, before: float) -> int:
        return self.rows.drop([id for id, row in self.rows.items() if row[3] < before])


class InMemoryPosts:
    def __init__(self, rows: Rows[StoredPost]) -> None:
        self.rows = rows

    async def add(self, post: StoredPost) -> bool:
        if post.id in self.rows:
            return False
        self.rows[post.id] = post
        return True

    async def get(self, id: str) -> StoredPost | None:
        return self.rows.get(id)

    async def change(
        self, id: str, *, state: PostState, reference: str | None = None, post: Post | None = None
    ) -> None:
        stored = self.rows[id]
        self.rows[id] = replace(
            stored,
            state=state,
            reference=stored.reference if reference is None else reference,
            post=stored.post if post is None else post,
        )

    async def standing(self) -> Sequence[StoredPost]:
        return sorted((post for post in self.rows.values() if post.state == "posted"), key=lambda post: post.at)

    async def of(self, person: Person, limit: int | None = 10) -> Sequence[StoredPost]:
        theirs = [
            post
            for post in self.rows.values()
            if post.state in ("waiting", "posted", "unsure") and person.id and owner_of(post) == person
        ]
        return sorted(theirs, key=lambda post: post.at, reverse=True)[:limit]


class InMemoryFeedback:
    def __init__(self, rows: Rows[tuple[Vote, float]]) -> None:
        self.rows = rows

    async def vote(self, person: Person, vote: Vote, at: float) -> None:
        self.rows[person, vote.reference] = vote, at

    async def tallies(self) -> Sequence[VoteTally]:
        counts: dict[tuple[str, str], list[Vote]] = {}
        for vote, _ in self.rows.values():
            counts.setdefault((vote.entry or "", vote.knowledge), []).append(vote)
        return [
            VoteTally(
                entry,
                knowledge,
                helpful=sum(vote.helpful for vote in votes),
                unhelpful=sum(not vote.helpful for vote in votes),
                reasons=tuple(sorted(Counter(vote.reason for vote in votes if vote.reason).items())),
            )
            for (entry, knowledge), votes in sorted(counts.items())
        ]

    async def anonymize(self, before: float) -> int:
        old = [key for key, (_, at) in self.rows.items() if at < before and not key[0].id.startswith(ANONYMOUS)]
        for person, reference in old:
            vote = self.rows[person, reference]
            del self.rows[person, reference]
            self.rows[replace(person, id=anonymous_id()), reference] = vote
        return len(old)


class InMemoryShownReplies:
    def __init__(self, rows: Rows[ShownReply]) -> None:
        self.rows = rows

    async def add(self, shown: ShownReply) -> None:
        key = (replace(shown.place, thread=""), shown.message)
        if key not in self.rows:
            self.rows[key] = shown

    async def find(self, place: Place, message: str) -> ShownReply | None:
        found = self.rows.get((replace(place, thread=""), message))
        return replace(found, place=place) if found else None

    async def prune(self, before: float) -> int:
        return self.rows.drop([key for key, shown in self.rows.items() if shown.at < before])


class InMemoryGaps:
    def __init__(self, rows: Rows[Gap]) -> None:
        self.rows = rows

    async def add(self, gap: Unanswered, *, day: str, answer: str = "") -> None:
        self.rows[max(self.rows, default=0) + 1] = Gap(
            gap.question, day, gap.kind, gap.best_entry, gap.confidence, gap.knowledge, answer
        )

    async def all(self) -> Sequence[Gap]:
        return list(reversed(self.rows.values()))

    async def prune(self, before: str) -> int:
        return self.rows.drop([number for number, gap in self.rows.items() if gap.day < before])


class InMemoryQuestions:
    def __init__(self, rows: Rows[StoredQuestion]) -> None:
        self.rows = rows

    async def add(self, question: StoredQuestion) -> bool:
        if question.id in self.rows:
            return False
        self.rows[question.id] = question
        return True

    async def get(self, id: str) -> StoredQuestion | None:
        return self.rows.get(id)

    async def of(self, person: Person) -> Sequence[StoredQuestion]:
        return [stored for stored in self.rows.values() if stored.person and owner_of(stored) == person]

    async def in_thread(self, place: Place) -> StoredQuestion | None:
        channel = replace(place, thread="")
        return next(
            (
                stored
                for stored in self.rows.values()
                if place.thread and stored.reference == place.thread and replace(stored.to, thread="") == channel
            ),
            None,
        )

    async def posted(self, id: str, reference: str) -> None:
        if id in self.rows:
            self.rows[id] = replace(self.rows[id], reference=reference)

    async def answered(self, id: str) -> bool:
        stored = self.rows.get(id)
        if stored is None or stored.state == "answered":
            return False
        self.rows[id] = replace(stored, state="answered")
        return True

    async def prune(self, before: float) -> int:
        return self.rows.drop([id for id, stored in self.rows.items() if stored.at < before])
