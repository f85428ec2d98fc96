"""The recommendation as a document: the conclusion first, why, first steps, what to watch, what would change it, the
answers given, date and source. Claims are cited by numbers, one for each place in a source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.answering.composer import Composer
from bot.domain.messages import Block, Bullets, Choice, Citation, Heading, Paragraph, Reply
from bot.domain.phrases import Phrases
from bot.knowledge.triage import Outcome, Point, Reason, Spoken, Triage
from bot.triage.answer_labels import AnswerLabels
from bot.triage.recommendation import Answered, Change, Recommendation

MOST_RELATED = 3


class RecommendationDocument:
    def __init__(self, triage: Triage, composer: Composer, labels: AnswerLabels, say: Phrases) -> None:
        self._triage = triage
        self._composer = composer
        self._labels = labels
        self._say = say

    def whole(self, given: Answered, found: Recommendation, *lead: str) -> Reply:
        """The recommendation `found` for the answers `given`, after the paragraphs `lead`."""
        say, outcome = self._say, found.outcome
        notes = Footnotes(self._composer)
        body: list[Block] = [*(Paragraph(text) for text in lead if text)]
        body.append(Paragraph(notes.cited(outcome.says, outcome.claims)))
        for title, items in (
            (say("triage-reasons"), notes.points(found.reasons)),
            (say("triage-first-steps"), notes.points(found.first)),
            (say("triage-watch"), notes.points((*self._against(found.against), *found.watch))),
            (say("triage-tools"), notes.points(found.tools)),
            (say("triage-changes"), self._changes(found.changes) or (say("triage-changes-none"),)),
        ):
            if items:
                body += [Heading(title), Bullets(items)]
        body += [Heading(say("triage-given")), self._labels.lines(given.picks, given.words)]
        if given.at:
            body.append(Paragraph(say("triage-dated", date=_date(given.at))))
        related = tuple(self._composer.choice(entry) for entry in outcome.related[:MOST_RELATED])
        return self._reply(outcome.title, body, notes, (*related, Choice(say("triage-again"), "triage")))

    def reasons(self, given: Answered, found: Recommendation) -> Reply:
        """Each answer, with the outcome that it supports."""
        say = self._say
        notes = Footnotes(self._composer)
        body: list[Block] = []
        for id, picked in given.picks.items():
            spoken = [one for one in self._triage.spoken(given.picks) if one.question == id]
            said = notes.points([self._spoken(one, found.outcome) for one in spoken])
            heading = self._labels.line(id, picked, given.words.get(id, ""))
            decides = any(change.question == id for change in found.changes)
            silent = say("triage-decides-otherwise") if decides else say("triage-decides-nothing")
            body += [Heading(heading), Bullets(said or (silent,))]
        own = [point for point in found.outcome.reasons if point in found.reasons]
        if own:
            body += [Heading(say("triage-all-in-all")), Bullets(notes.points(own))]
        return self._reply(say("triage-why-title", title=found.outcome.title), body, notes, ())

    def _reply(self, title: str, body: Sequence[Block], notes: Footnotes, choices: tuple[Choice, ...]) -> Reply:
        return Reply(
            "recommendation", title, body=tuple(body), citations=notes.citations(), disclosure=notes.sources(),
            choices=choices,
        )  # fmt: skip

    def _spoken(self, one: Spoken, outcome: Outcome) -> Point:
        if outcome.is_supported_by(one.reason):
            return Point(one.reason.text, one.reason.claims)
        return self._speaks_for(one.reason)

    def _against(self, spoken: Iterable[Spoken]) -> Iterable[Point]:
        return (self._speaks_for(one.reason) for one in spoken)

    def _speaks_for(self, reason: Reason) -> Point:
        other = self._triage.outcomes[reason.outcomes[0]].title
        return Point(self._say("triage-speaks-for", outcome=other, reason=reason.text), reason.claims)

    def _changes(self, changes: Iterable[Change]) -> tuple[str, ...]:
        """One line for each pair of question and outcome."""
        grouped: dict[tuple[str, str, bool], list[str]] = {}
        for change in changes:
            label = self._triage.questions[change.question].options[change.option].label
            grouped.setdefault((change.question, change.outcome, change.also), []).append(label)
        return tuple(
            self._say(
                "triage-change-also" if also else "triage-change-to",
                question=self._triage.questions[question].ask,
                options=self._or(labels),
                outcome=self._triage.outcomes[outcome].title,
            )
            for (question, outcome, also), labels in grouped.items()
        )

    def _or(self, labels: Sequence[str]) -> str:
        *first, last = [f"“{label}”" for label in labels]
        return self._say("triage-or", first=", ".join(first), last=last) if first else last


class Footnotes:
    """The claims of one document, numbered from 1 by their place in a source, in the order in which they are cited."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self._numbers: dict[tuple[str, str], int] = {}
        self._cited: dict[str, Citation] = {}

    def cited(self, text: str, claims: Iterable[str]) -> str:
        """`text` with the numbers of its claims: "Build it. [1][2]"."""
        numbers = sorted({self._number(citation) for citation in self._composer.citations(claims)})
        return f"{text} {''.join(f'[{number}]' for number in numbers)}".rstrip()

    def points(self, points: Iterable[Point]) -> tuple[str, ...]:
        return tuple(self.cited(point.text, point.claims) for point in points)

    def citations(self) -> tuple[Citation, ...]:
        """All that was cited, by number."""
        return tuple(sorted(self._cited.values(), key=lambda citation: citation.number))

    def sources(self) -> str:
        """Each source once: title, publisher, author, date, and in whose interest it speaks."""
        return self._composer.source_lines(self._cited)

    def _number(self, citation: Citation) -> int:
        number = self._numbers.setdefault((citation.source, citation.at), len(self._numbers) + 1)
        self._cited.setdefault(citation.claim, replace(citation, number=number))
        return number


def _date(at: float) -> str:
    """The day, in UTC: "5 March 2026"."""
    day = datetime.fromtimestamp(at, UTC)
    return f"{day.day} {day:%B %Y}"
