"""The gaps as an inbox: those that are open still, in groups, sorted by what a curator said of them.

Nothing is asked or encoded twice: what was asked in vain with the present knowledge is known to be open, and the rest
is remembered for as long as the knowledge stays the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.curation.gaps import Group, Vector, clusters, group_of, normalized, still_open
from bot.domain.messages import Reply
from bot.domain.records import Gap, GapMark
from bot.encoder import base
from bot.nlu.question import QuestionReader

LASTING: tuple[GapMark, ...] = ("foreign", "dismissed")  # these hold for the same words when they are asked again


@dataclass(frozen=True, slots=True)
class Inbox:
    """The open gaps. `leaders`: the words that a group is called by, by number of each gap in it."""

    leaders: Mapping[int, str]
    settled: int  # how many gaps the present knowledge answers

    def group_with(self, question: str, gaps: Sequence[Gap], mark: GapMark) -> list[Gap]:
        """Those of `gaps` that have `mark` and are in one group with `question`."""
        wanted, marks = normalized(question), marks_of(gaps)
        leaders = {gap.number: self.leaders.get(gap.number, normalized(gap.question)) for gap in gaps}
        led = {leaders[gap.number] for gap in gaps if normalized(gap.question) == wanted}
        return [gap for gap in gaps if marks[gap.number] == mark and leaders[gap.number] in led]

    def groups(self, gaps: Sequence[Gap]) -> dict[GapMark, list[Group]]:
        """The open ones among `gaps` in groups, by mark, largest first. A group has a part under each of its marks."""
        parts: dict[GapMark, dict[str, list[Gap]]] = {"": {}, "reviewed": {}, "foreign": {}, "dismissed": {}}
        marks = marks_of(gaps)
        for gap in gaps:
            if gap.number in self.leaders:
                parts[marks[gap.number]].setdefault(self.leaders[gap.number], []).append(gap)
        return {
            mark: sorted(map(group_of, by_leader.values()), key=lambda group: (-group.count, group.questions))
            for mark, by_leader in parts.items()
        }


def marks_of(gaps: Sequence[Gap]) -> dict[int, GapMark]:
    """The mark that holds for each gap, by number: its own, or a lasting one of an earlier gap in the same words."""
    lasting = {normalized(gap.question): gap.mark for gap in gaps if gap.mark in LASTING}
    return {gap.number: gap.mark or lasting.get(normalized(gap.question), "") for gap in gaps}


class GapReader:
    """Makes inboxes. Not for two threads at once."""

    def __init__(self) -> None:
        self._version = ""  # of the knowledge that `_replies` are of
        self._replies: dict[str, Reply] = {}
        self._meanings: dict[str, Vector] = {}  # by question, whatever the knowledge

    def read(self, gaps: Sequence[Gap], version: str, ask: Callable[[str], Reply], reader: QuestionReader) -> Inbox:
        """The inbox of `gaps`, newest first. `version`: of the knowledge with which `ask` answers."""
        if version != self._version:
            self._version, self._replies = version, {}

        def ask_once(question: str) -> Reply:
            if question not in self._replies:
                self._replies[question] = ask(question)
            return self._replies[question]

        asked_anew = still_open([gap for gap in gaps if gap.knowledge != version], ask_once)
        numbers = {gap.number for gap in asked_anew} | {gap.number for gap in gaps if gap.knowledge == version}
        left = [gap for gap in gaps if gap.number in numbers]
        found = clusters(left, reader, self._vectors)
        kept = {gap.question for gap in gaps}
        self._replies = {question: reply for question, reply in self._replies.items() if question in kept}
        self._meanings = {question: meaning for question, meaning in self._meanings.items() if question in kept}
        leaders = {gap.number: normalized(members[0].question) for members in found for gap in members}
        return Inbox(leaders, settled=len(gaps) - len(left))

    def _vectors(self, questions: Collection[str]) -> list[Vector]:
        new = [question for question in questions if question not in self._meanings]
        self._meanings.update(zip(new, base.vectors(new), strict=True))
        return [self._meanings[question] for question in questions]
