"""What the daily counts say: questions by week and kind, votes, guided dialogues and where they were left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.curation.evaluation import Share
from bot.domain.daily_counts import ASKED_KINDS, DIALOGUE, HELPFUL, QUESTION, UNHELPFUL, DailyCount

WEEKS = 12


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days. `questions`: by kind of reply, all of `ASKED_KINDS`."""

    first: str  # ISO dates
    last: str
    questions: dict[str, int]
    helpful: int
    unhelpful: int
    begun: int  # guided dialogues
    finished: int

    @property
    def asked(self) -> int:
        return sum(self.questions.values())

    @property
    def voted(self) -> Share:
        """The helpful of the votes."""
        return Share(self.helpful, self.helpful + self.unhelpful)

    def share(self, *kinds: str) -> Share:
        """The questions that got a reply of one of these kinds."""
        return Share(sum(self.questions[kind] for kind in kinds), self.asked)


def first_day(today: date) -> str:
    """The first of the days that `weeks` looks at."""
    return (today - timedelta(days=7 * WEEKS - 1)).isoformat()


def weeks(counts: Iterable[DailyCount], today: date) -> list[Week]:
    """The last `WEEKS` times seven days, oldest first; the last one ends today."""
    sums: list[Counter[str]] = [Counter() for _ in range(WEEKS)]
    for count in counts:
        ago = (today - date.fromisoformat(count.day)).days // 7
        if 0 <= ago < WEEKS:
            sums[WEEKS - 1 - ago][count.name] += count.number
    return [_week(counted, today - timedelta(days=7 * (WEEKS - 1 - number))) for number, counted in enumerate(sums)]


def left_at(counts: Iterable[DailyCount], questions: Collection[str]) -> list[tuple[str, int]]:
    """How many guided dialogues stand at each of `questions` and came no further, in their order; those at questions
    that there are no longer come last, under "" if there are any."""
    standing: Counter[str] = Counter()
    for count in counts:
        where = count.name.removeprefix(DIALOGUE)
        if where and where != count.name:
            standing[where if where in questions else ""] += count.number
    # Those that were begun before the first of the counted days and moved on after it are taken from where none stands.
    return [(where, max(standing[where], 0)) for where in (*questions, *([""] if standing[""] > 0 else ()))]


def _week(counted: Counter[str], last: date) -> Week:
    standing = {name: number for name, number in counted.items() if name.startswith(DIALOGUE)}
    return Week(
        first=(last - timedelta(days=6)).isoformat(),
        last=last.isoformat(),
        questions={kind: counted[QUESTION + kind] for kind in ASKED_KINDS},
        helpful=max(counted[HELPFUL], 0),
        unhelpful=max(counted[UNHELPFUL], 0),
        begun=max(sum(standing.values()), 0),
        finished=max(counted[DIALOGUE], 0),
    )
