"""The recommendation as a document: the conclusion, first steps, why, what to watch, what would change it, the answers
given, date and source. Claims are cited by the numbers of their places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.answering.citing import Numbers
from bot.answering.composer import Composer
from bot.domain.messages import Block, Brief, Bullets, Choice, Citation, Heading, Paragraph, Reply
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
        """The recommendation `found` for the answers `given`, after the paragraphs `lead`; in short, its conclusion and
        the first steps."""
        say, outcome = self._say, found.outcome
        sources = _Cited(self._composer)
        above: list[Block] = [*(Paragraph(text) for text in lead if text)]
        above.append(Paragraph(sources.text(outcome.says, outcome.claims)))
        body = [*above]
        first, reasons = sources.points(found.first), sources.points(found.reasons)
        for title, items in (
            (say("triage-first-steps"), first),
            (say("triage-reasons"), reasons),
            (say("triage-watch"), sources.points((*self._against(found.against), *found.watch))),
            (say("triage-tools"), sources.points(found.tools)),
            (say("triage-changes"), self._changes(found.changes) or (say("triage-changes-none"),)),
        ):
            if items:
                body += [Heading(title), Bullets(items)]
        body += [Heading(say("triage-given")), self._labels.lines(given.picks, given.words)]
        if given.at:
            body.append(Paragraph(say("triage-dated", date=_date(given.at))))
        related = tuple(self._composer.choice(entry) for entry in outcome.related[:MOST_RELATED])
        reply = self._reply(outcome.title, body, sources, (*related, Choice(say("triage-again"), "triage")))
        steps = (Heading(say("triage-first-steps")), Bullets(first)) if first else ()
        return replace(reply, brief=Brief((*above, *steps)))

    def reasons(self, given: Answered, found: Recommendation) -> Reply:
        """Each answer, with the outcome that it supports."""
        say = self._say
        sources = _Cited(self._composer)
        body: list[Block] = []
        for id, picked in given.picks.items():
            spoken = [one for one in self._triage.spoken(given.picks) if one.question == id]
            said = sources.points([self._spoken(one, found.outcome) for one in spoken])
            heading = self._labels.line(id, picked, given.words.get(id, ""))
            decides = any(change.question == id for change in found.changes)
            silent = say("triage-decides-otherwise") if decides else say("triage-decides-nothing")
            body += [Heading(heading), Bullets(said or (silent,))]
        own = [point for point in found.outcome.reasons if point in found.reasons]
        if own:
            body += [Heading(say("triage-all-in-all")), Bullets(sources.points(own))]
        return self._reply(say("triage-why-title", title=found.outcome.title), body, sources, ())

    def _reply(self, title: str, body: Sequence[Block], sources: _Cited, choices: tuple[Choice, ...]) -> Reply:
        return Reply(
            "recommendation", title, body=tuple(body), citations=sources.citations(), disclosure=sources.interests(),
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
                options=self._labels.either(labels),
                outcome=self._triage.outcomes[outcome].title,
            )
            for (question, outcome, also), labels in grouped.items()
        )


class _Cited:
    """The claims that one document rests on, and the numbers of their places."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self._numbers = Numbers()
        self._claims: dict[str, None] = {}

    def text(self, text: str, claims: Iterable[str]) -> str:
        """`text` with the marks of its claims: "Build it [1]. Test it [2]."."""
        claims = tuple(claims)
        self._claims |= dict.fromkeys(claims)
        return self._composer.marked(text, claims, self._numbers)

    def points(self, points: Iterable[Point]) -> tuple[str, ...]:
        return tuple(self.text(point.text, point.claims) for point in points)

    def citations(self) -> tuple[Citation, ...]:
        """All that was cited, by number."""
        return self._composer.citations(self._claims, self._numbers)

    def interests(self) -> str:
        """Each source once: title, publisher, author, date, and in whose interest it speaks."""
        return self._composer.interests(self._claims)


def _date(at: float) -> str:
    """The day, in UTC: "5 March 2026"."""
    day = datetime.fromtimestamp(at, UTC)
    return f"{day.day} {day:%B %Y}"
