"""What the dialogue says: its questions, its one form, and the recommendation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.answering.composer import Composer
from bot.domain.dialogue_state import Run
from bot.domain.messages import Block, Bullets, Choice, Field, Form, Heading, Option, Paragraph, Progress, Reply
from bot.knowledge.triage import Picks, Point, Triage, TriageOption, TriageQuestion
from bot.triage.recommendation import Change, Recommendation
from bot.triage.transitions import steps

MOST_RELATED = 3
AGAIN = Choice("Start again", "triage")


class TriageReplies:
    def __init__(self, triage: Triage, composer: Composer) -> None:
        self._triage = triage
        self._composer = composer

    # --- questions

    def question(self, run: Run, *lead: str) -> Reply:
        """The open question with its options, after the paragraphs `lead`."""
        question = self._triage.questions[run.at]
        where = f"{run.id}/{question.id}"
        body: list[Block] = [Paragraph(text) for text in lead if text]
        before = run.picks.get(question.id)
        if before is not None:
            body.append(Paragraph(f"Your answer so far: {self.labels(question, before)}."))
        if question.multiple:
            body.append(Paragraph("More than one is possible."))
        given = tuple(one for one in run.answers if one.question != question.id)
        if given:
            body += [Heading("Your answers so far"), self.answers({one.question: one.options for one in given})]
        step, number = steps(run, self._triage)
        reply = Reply("triage", question.ask, body=tuple(body), progress=Progress(step, number))
        reply = replace(reply, tools=self._controls(run, question, where))
        if question.multiple:
            field = self._field(question, run.picks, required=True)
            return replace(reply, form=Form(f"pick:{where}", "", "Continue", (field,)))
        choices = tuple(
            Choice(option.label, f"pick:{where}/{option.id}", option.means) for option in question.options.values()
        )
        return replace(reply, choices=choices)

    def why(self, run: Run) -> Reply:
        """Why the open question is asked, and the question again."""
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
        back = (Choice("Back", f"back:{where}"),) if run.answers else ()
        skip = () if question.required else (Choice("Skip", f"skip:{where}"),)
        return (*back, *skip, Choice("Why do you ask?", f"why:{where}"), Choice("Stop", f"cancel:{run.id}"))

    def _field(self, question: TriageQuestion, picks: Picks, *, required: bool) -> Field:
        options = tuple(Option(option.id, option.label, option.means) for option in question.options.values())
        return Field(question.id, question.ask, options, question.multiple, required, chosen=picks.get(question.id, ()))

    def form(self, run: Run, picks: Picks, *lead: str) -> Reply:
        """All questions at once, filled in with `picks`."""
        fields = tuple(
            replace(
                self._field(question, picks, required=question.required),
                hint="" if not question.when else "Counts only where it matters after your other answers.",
            )
            for question in self._triage.questions.values()
        )
        form = Form(f"fill:{run.id}", "", "Recommend", fields)
        body = tuple(Paragraph(text) for text in lead if text)
        return Reply("triage", self._triage.title, body=body, form=form)

    def paused(self, run: Run) -> Reply:
        step, number = steps(run, self._triage)
        said = f"We stopped at question {step} of {number}: {self._triage.questions[run.at].ask}"
        body: list[Block] = [Paragraph(said)]
        if run.answers:
            body += [Heading("Your answers so far"), self.answers(run.picks)]
        choices = (
            Choice(f"Go on with question {step}", f"resume:{run.id}", style="primary"),
            Choice("Start again", f"restart:{run.id}"),
            Choice("Stop", f"cancel:{run.id}"),
        )
        return Reply("triage", "Resume or start again?", body=tuple(body), choices=choices)

    def which(self, run: Run) -> Reply:
        """Which answer is to be changed."""
        choices = tuple(
            Choice(self._triage.questions[one.question].ask, f"change:{run.id}/{one.question}") for one in run.answers
        )
        return Reply("triage", "Which answer do you want to change?", body=(self.answers(run.picks),), choices=choices)

    def meant(self, run: Run, found: Iterable[tuple[str, str]]) -> Reply:
        """Which of several answers, by question and option, was meant."""
        choices = tuple(
            Choice(self._labelled(question, option), f"change:{run.id}/{question}/{option}")
            for question, option in found
        )
        stay = Choice("Leave it as it is", f"resume:{run.id}")
        body = (Paragraph("That fits more than one of your answers."),)
        return Reply("triage", "Which answer is it about?", body=body, choices=(*choices, stay))

    def _labelled(self, question: str, option: str) -> str:
        asked = self._triage.questions[question]
        return f"{asked.name}: {asked.options[option].label}"

    def back_to(self, run: Run) -> Choice:
        """The button that leads back from a digression."""
        return Choice(f"Back to question {steps(run, self._triage)[0]}", f"resume:{run.id}")

    @staticmethod
    def stopped() -> Reply:
        body = (Paragraph("Nothing is kept of your answers."),)
        return Reply("notice", "Stopped", body=body, choices=(AGAIN,))

    @staticmethod
    def not_open() -> Reply:
        body = (Paragraph("The questions this belongs to are not open any more. You can start again."),)
        return Reply("notice", "That is over", body=body, choices=(AGAIN,))

    @staticmethod
    def not_kept() -> Reply:
        body = (Paragraph("Either it was deleted, or it is somebody else's. A new one takes a few questions."),)
        return Reply("notice", "That recommendation is not there", body=body, choices=(AGAIN,))

    # --- the recommendation

    def recommendation(self, picks: Picks, found: Recommendation, *lead: str) -> Reply:
        """What is recommended, why, what would change it, what to watch and what to do first."""
        outcome = found.outcome
        body: list[Block] = [*(Paragraph(text) for text in lead if text), Paragraph(outcome.says)]
        for title, items in (
            ("Why", self._points(found.reasons)),
            ("What to do first", self._points(found.first)),
            ("What to watch", self._points(found.watch)),
            ("Tools", self._points(found.tools)),
            ("What would change it", self._changes(found.changes) or ("No other answer to a single question would.",)),
        ):
            if items:
                body += [Heading(title), Bullets(items)]
        body += [Heading("Your answers"), self.answers(picks)]
        claims = claims_of(found)
        related = tuple(self._composer.choice(entry) for entry in outcome.related[:MOST_RELATED])
        return Reply(
            "recommendation", outcome.title, body=tuple(body), citations=self._composer.citations(claims),
            disclosure=self._composer.disclosure(claims), choices=(*related, AGAIN),
        )  # fmt: skip

    def reasons(self, picks: Picks, found: Recommendation) -> Reply:
        """Why it is recommended: each answer, and what it speaks for."""
        body: list[Block] = []
        claims: list[str] = []
        for id, picked in picks.items():
            question = self._triage.questions[id]
            said = [line for option in picked for line in self._spoken(question.options[option], found.outcome.id)]
            heading = f"{question.ask} {self.labels(question, picked)}"
            body += [Heading(heading), Bullets(tuple(text for text, _ in said) or ("This decides nothing by itself.",))]
            claims += [claim for _, rests_on in said for claim in rests_on]
        own = [point for point in found.outcome.reasons if point in found.reasons]
        if own:
            body += [Heading("All in all"), Bullets(tuple(point.text for point in own))]
            claims += [claim for point in own for claim in point.claims]
        return Reply(
            "recommendation", f"Why: {found.outcome.title}", body=tuple(body),
            citations=self._composer.citations(claims), disclosure=self._composer.disclosure(claims),
        )  # fmt: skip

    def _spoken(self, option: TriageOption, outcome: str) -> list[tuple[str, tuple[str, ...]]]:
        """What picking `option` speaks for, with its claims: for `outcome`, or else for others, and which."""
        own = [(reason.text, reason.claims) for reason in option.speaks if outcome in reason.outcomes]
        return own or [
            (
                f"Speaks for another outcome, {self._triage.outcomes[reason.outcomes[0]].title}. {reason.text}",
                reason.claims,
            )
            for reason in option.speaks
        ]

    def answers(self, picks: Picks) -> Bullets:
        questions = self._triage.questions
        return Bullets(
            tuple(f"{questions[id].ask} {self.labels(questions[id], picked)}" for id, picked in picks.items())
        )

    @staticmethod
    def labels(question: TriageQuestion, picked: Sequence[str]) -> str:
        return ", ".join(question.options[option].label for option in picked) or "skipped"

    def _points(self, points: Iterable[Point]) -> tuple[str, ...]:
        """Each point with the places in the source that it rests on."""
        return tuple(f"{point.text} [{'; '.join(self._composer.places(point.claims))}]" for point in points)

    def _changes(self, changes: Iterable[Change]) -> tuple[str, ...]:
        """One line for each question and outcome."""
        grouped: dict[tuple[str, str], list[str]] = {}
        for change in changes:
            question = self._triage.questions[change.question]
            grouped.setdefault((change.question, change.outcome), []).append(self.labels(question, change.options))
        return tuple(
            f"{self._triage.questions[question].ask} {_or(labels)}: {self._triage.outcomes[outcome].title}"
            for (question, outcome), labels in grouped.items()
        )


def claims_of(found: Recommendation) -> tuple[str, ...]:
    """All claims that a recommendation rests on, those of its reasons first."""
    points = (*found.reasons, *found.first, *found.watch, *found.tools)
    return tuple(dict.fromkeys((*found.outcome.claims, *(claim for point in points for claim in point.claims))))


def _or(labels: Sequence[str]) -> str:
    quoted = [f"“{label}”" for label in labels]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
