"""Replies of the guided dialogue: its questions, its form, and the recommendation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.answering.composer import Composer
from bot.domain.dialogue_state import Run
from bot.domain.messages import Block, Bullets, Choice, Field, Form, Heading, Option, Paragraph, Progress, Reply
from bot.domain.phrases import Phrases
from bot.knowledge.triage import Picks, Point, Reason, Triage, TriageOption, TriageQuestion
from bot.triage.recommendation import Change, Recommendation
from bot.triage.transitions import steps

MOST_RELATED = 3


class TriageReplies:
    def __init__(self, triage: Triage, composer: Composer, say: Phrases) -> None:
        self._triage = triage
        self._composer = composer
        self._say = say
        self._again = Choice(say("triage-again"), "triage")

    # --- questions

    def question(self, run: Run, *lead: str) -> Reply:
        """The open question with its options, after the paragraphs `lead`."""
        question = self._triage.questions[run.at]
        where = f"{run.id}/{question.id}"
        body: list[Block] = [Paragraph(text) for text in lead if text]
        before = run.picks.get(question.id)
        if before is not None:
            body.append(Paragraph(self._say("triage-answer-before", answer=self.labels(question, before))))
        if question.multiple:
            body.append(Paragraph(self._say("triage-several")))
        given = tuple(one for one in run.answers if one.question != question.id)
        if given:
            body += [Heading(self._say("triage-answers")), self.answers({one.question: one.options for one in given})]
        step, number = steps(run, self._triage)
        reply = Reply("triage", question.ask, body=tuple(body), progress=Progress(step, number))
        reply = replace(reply, tools=self._controls(run, question, where))
        if question.multiple:
            field = self._field(question, run.picks, required=True)
            return replace(reply, form=Form(f"pick:{where}", "", self._say("triage-continue"), (field,)))
        choices = tuple(
            Choice(option.label, f"pick:{where}/{option.id}", option.means) for option in question.options.values()
        )
        return replace(reply, choices=choices)

    def why(self, run: Run) -> Reply:
        """The open question with the reason for asking it, and the meanings of its options."""
        why = self._triage.questions[run.at].why
        reply = self.question(run, why.text)
        options = self._triage.questions[run.at].options.values()
        meanings = Bullets(tuple(f"{option.label}: {option.means}" for option in options if option.means))
        body = (reply.body[0], *((meanings,) if meanings.items else ()), *reply.body[1:])
        return replace(
            reply,
            body=body,
            citations=self._composer.citations(why.claims),
            disclosure=self._composer.disclosure(why.claims),
        )

    def _controls(self, run: Run, question: TriageQuestion, where: str) -> tuple[Choice, ...]:
        say = self._say
        back = (Choice(say("triage-back"), f"back:{where}"),) if run.answers else ()
        skip = () if question.required else (Choice(say("triage-skip"), f"skip:{where}"),)
        why, stop = Choice(say("triage-why"), f"why:{where}"), Choice(say("triage-stop"), f"cancel:{run.id}")
        return (*back, *skip, why, stop)

    def _field(self, question: TriageQuestion, picks: Picks, *, required: bool) -> Field:
        options = tuple(Option(option.id, option.label, option.means) for option in question.options.values())
        return Field(question.id, question.ask, options, question.multiple, required, chosen=picks.get(question.id, ()))

    def form(self, run: Run, picks: Picks, *lead: str) -> Reply:
        """All questions in one form, filled in with `picks`, after the paragraphs `lead`."""
        fields = tuple(
            replace(
                self._field(question, picks, required=question.required),
                hint="" if not question.when else self._say("triage-form-depends"),
            )
            for question in self._triage.questions.values()
        )
        form = Form(f"fill:{run.id}", "", self._say("triage-form-submit"), fields)
        body = tuple(Paragraph(text) for text in lead if text)
        return Reply("triage", self._triage.title, body=body, form=form)

    def paused(self, run: Run) -> Reply:
        say = self._say
        step, number = steps(run, self._triage)
        asked = self._triage.questions[run.at].ask
        body: list[Block] = [Paragraph(say("triage-paused", step=step, steps=number, question=asked))]
        if run.answers:
            body += [Heading(self._say("triage-answers")), self.answers(run.picks)]
        choices = (
            Choice(say("triage-go-on", step=step), f"resume:{run.id}", style="primary"),
            Choice(say("triage-again"), f"restart:{run.id}"),
            Choice(say("triage-stop"), f"cancel:{run.id}"),
        )
        return Reply("triage", say("triage-paused-title"), body=tuple(body), choices=choices)

    def which(self, run: Run) -> Reply:
        """Asks which answer is to be changed."""
        choices = tuple(
            Choice(self._triage.questions[one.question].ask, f"change:{run.id}/{one.question}") for one in run.answers
        )
        return Reply("triage", self._say("triage-which-title"), body=(self.answers(run.picks),), choices=choices)

    def meant(self, run: Run, found: Iterable[tuple[str, str]]) -> Reply:
        """Asks which of several answers, as (question, option), was meant."""
        choices = tuple(
            Choice(self._labelled(question, option), f"change:{run.id}/{question}/{option}")
            for question, option in found
        )
        stay = Choice(self._say("triage-leave"), f"resume:{run.id}")
        body = (Paragraph(self._say("triage-meant")),)
        return Reply("triage", self._say("triage-meant-title"), body=body, choices=(*choices, stay))

    def _labelled(self, question: str, option: str) -> str:
        asked = self._triage.questions[question]
        return f"{asked.name}: {asked.options[option].label}"

    def back_to(self, run: Run) -> Choice:
        """The button that resumes the dialogue after a digression."""
        step, _ = steps(run, self._triage)
        return Choice(self._say("triage-back-to", step=step), f"resume:{run.id}")

    def stopped(self) -> Reply:
        body = (Paragraph(self._say("triage-stopped")),)
        return Reply("notice", self._say("triage-stopped-title"), body=body, choices=(self._again,))

    def not_open(self) -> Reply:
        body = (Paragraph(self._say("triage-over")),)
        return Reply("notice", self._say("triage-over-title"), body=body, choices=(self._again,))

    def not_stored(self) -> Reply:
        body = (Paragraph(self._say("triage-gone")),)
        return Reply("notice", self._say("triage-gone-title"), body=body, choices=(self._again,))

    # --- the recommendation

    def recommendation(self, picks: Picks, found: Recommendation, *lead: str) -> Reply:
        """The outcome, its reasons, first steps, caveats, tools, what would change it, and the answers given."""
        say, outcome = self._say, found.outcome
        body: list[Block] = [*(Paragraph(text) for text in lead if text), Paragraph(outcome.says)]
        for title, items in (
            (say("triage-reasons"), self._points(found.reasons)),
            (say("triage-first-steps"), self._points(found.first)),
            (say("triage-watch"), self._points(found.watch)),
            (say("triage-tools"), self._points(found.tools)),
            (say("triage-changes"), self._changes(found.changes) or (say("triage-changes-none"),)),
        ):
            if items:
                body += [Heading(title), Bullets(items)]
        body += [Heading(say("triage-given")), self.answers(picks)]
        claims = claims_of(found)
        related = tuple(self._composer.choice(entry) for entry in outcome.related[:MOST_RELATED])
        return Reply(
            "recommendation", outcome.title, body=tuple(body), citations=self._composer.citations(claims),
            disclosure=self._composer.interests(claims), choices=(*related, self._again),
        )  # fmt: skip

    def reasons(self, picks: Picks, found: Recommendation) -> Reply:
        """Each answer, with the outcome that it supports."""
        say = self._say
        body: list[Block] = []
        claims: list[str] = []
        for id, picked in picks.items():
            question = self._triage.questions[id]
            said = [line for option in picked for line in self._spoken(question.options[option], found.outcome.id)]
            heading = f"{question.ask} {self.labels(question, picked)}"
            body += [Heading(heading), Bullets(tuple(text for text, _ in said) or (say("triage-decides-nothing"),))]
            claims += [claim for _, rests_on in said for claim in rests_on]
        own = [point for point in found.outcome.reasons if point in found.reasons]
        if own:
            body += [Heading(say("triage-all-in-all")), Bullets(tuple(point.text for point in own))]
            claims += [claim for point in own for claim in point.claims]
        return Reply(
            "recommendation", say("triage-why-title", title=found.outcome.title), body=tuple(body),
            citations=self._composer.citations(claims), disclosure=self._composer.interests(claims),
        )  # fmt: skip

    def _spoken(self, option: TriageOption, outcome: str) -> list[tuple[str, tuple[str, ...]]]:
        """(text, claims) of the reasons by which `option` supports `outcome`, or else of those for other outcomes."""
        own = [(reason.text, reason.claims) for reason in option.speaks if outcome in reason.outcomes]
        return own or [(self._speaks_for(reason), reason.claims) for reason in option.speaks]

    def _speaks_for(self, reason: Reason) -> str:
        other = self._triage.outcomes[reason.outcomes[0]].title
        return self._say("triage-speaks-for", outcome=other, reason=reason.text)

    def answers(self, picks: Picks) -> Bullets:
        questions = self._triage.questions
        return Bullets(
            tuple(f"{questions[id].ask} {self.labels(questions[id], picked)}" for id, picked in picks.items())
        )

    def labels(self, question: TriageQuestion, picked: Sequence[str]) -> str:
        return ", ".join(question.options[option].label for option in picked) or self._say("triage-skipped")

    def _points(self, points: Iterable[Point]) -> tuple[str, ...]:
        """Each point with the places of its claims in the source."""
        return tuple(f"{point.text} [{'; '.join(self._composer.places(point.claims))}]" for point in points)

    def _changes(self, changes: Iterable[Change]) -> tuple[str, ...]:
        """One line for each pair of question and outcome."""
        grouped: dict[tuple[str, str], list[str]] = {}
        for change in changes:
            question = self._triage.questions[change.question]
            grouped.setdefault((change.question, change.outcome), []).append(self.labels(question, change.options))
        return tuple(
            f"{self._triage.questions[question].ask} {self._or(labels)}: {self._triage.outcomes[outcome].title}"
            for (question, outcome), labels in grouped.items()
        )

    def _or(self, labels: Sequence[str]) -> str:
        *first, last = [f"“{label}”" for label in labels]
        return self._say("triage-or", first=", ".join(first), last=last) if first else last


def claims_of(found: Recommendation) -> tuple[str, ...]:
    """The ids of all claims that a recommendation rests on, those of the outcome and its reasons first."""
    points = (*found.reasons, *found.first, *found.watch, *found.tools)
    return tuple(dict.fromkeys((*found.outcome.claims, *(claim for point in points for claim in point.claims))))
