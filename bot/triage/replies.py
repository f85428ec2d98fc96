"""Replies of the guided dialogue: its questions and its form. The recommendation is drawn up by `document`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import takewhile

from bot.answering.citing import Numbers
from bot.answering.composer import Composer
from bot.domain.dialogue_state import Run
from bot.domain.messages import Block, Bullets, Choice, Field, Form, Heading, Option, Paragraph, Progress, Reply
from bot.domain.phrases import Phrases
from bot.knowledge.triage import Picks, Triage, TriageQuestion, holds
from bot.triage.answer_labels import AnswerLabels
from bot.triage.document import RecommendationDocument
from bot.triage.filled_form import words_field
from bot.triage.recommendation import Answered, Recommendation
from bot.triage.transitions import steps


class TriageReplies:
    def __init__(self, triage: Triage, composer: Composer, say: Phrases) -> None:
        self._triage = triage
        self._composer = composer
        self._say = say
        self.labels = AnswerLabels(triage, say)
        self._document = RecommendationDocument(triage, composer, self.labels, say)
        self._again = Choice(say("triage-again"), "triage", style="primary")

    # --- questions

    def question(self, run: Run, *lead: str) -> Reply:
        """The open question with its options, after the paragraphs `lead`."""
        question = self._triage.questions[run.at]
        where = f"{run.id}/{question.id}"
        body: list[Block] = [Paragraph(text) for text in lead if text]
        before = run.picks.get(question.id)
        if before is not None:
            answer = self.labels.answer(question, before, run.words.get(question.id, ""))
            body.append(Paragraph(self._say("triage-answer-before", answer=answer)))
        if question.multiple:
            body.append(Paragraph(self._say("triage-several")))
        if question.free:
            body.append(Paragraph(self._say("triage-free")))
        given = tuple(one for one in run.answers if one.question != question.id)
        if given:
            answers = self.labels.lines({one.question: one.options for one in given}, run.words)
            body += [Heading(self._say("triage-answers")), answers]
        step, number = steps(run, self._triage)
        reply = Reply("triage", question.ask, body=tuple(body), progress=Progress(step, number))
        reply = replace(reply, tools=self._controls(run, question, where))
        if question.multiple:
            field = self._field(question, run.picks)
            return replace(reply, form=Form(f"pick:{where}", "", self._say("triage-continue"), (field,)))
        choices = tuple(
            Choice(option.label, f"pick:{where}/{option.id}", option.means) for option in question.options.values()
        )
        return replace(reply, choices=choices)

    def why(self, run: Run) -> Reply:
        """The open question with the reason for asking it, and the meanings of its options."""
        why = self._triage.questions[run.at].why
        numbers = Numbers()
        reply = self.question(run, self._composer.marked(why.text, why.claims, numbers))
        options = self._triage.questions[run.at].options.values()
        meanings = Bullets(tuple(f"{option.label}: {option.means}" for option in options if option.means))
        body = (reply.body[0], *((meanings,) if meanings.items else ()), *reply.body[1:])
        return replace(
            reply,
            body=body,
            citations=self._composer.citations(why.claims, numbers),
            disclosure=self._composer.disclosure(why.claims),
        )

    def _controls(self, run: Run, question: TriageQuestion, where: str) -> tuple[Choice, ...]:
        say = self._say
        back = (Choice(say("triage-back"), f"back:{where}"),) if run.answers else ()
        skip = () if question.required else (Choice(say("triage-skip"), f"skip:{where}"),)
        why, stop = Choice(say("triage-why"), f"why:{where}"), Choice(say("triage-stop"), f"cancel:{run.id}")
        return (*back, *skip, why, stop)

    def _field(self, question: TriageQuestion, picks: Picks) -> Field:
        options = tuple(Option(option.id, option.label, option.means) for option in question.options.values())
        chosen = picks.get(question.id, ())
        return Field(question.id, question.ask, options, question.multiple, question.required, chosen=chosen)

    def form(self, run: Run, picks: Picks, words: Mapping[str, str], *lead: str) -> Reply:
        """All questions in one form, filled in with `picks` and `words`, after the paragraphs `lead`."""
        fields: list[Field] = []
        for question in self._triage.questions.values():
            fields.append(replace(self._field(question, picks), hint=self._depends(question)))
            if question.free:
                label = self._say("triage-form-words", option=question.options[question.free].label)
                said = words.get(question.id, "")
                fields.append(Field(words_field(question.id), label, chosen=(said,) if said else ()))
        form = Form(f"fill:{run.id}", "", self._say("triage-form-submit"), tuple(fields))
        body = tuple(Paragraph(text) for text in lead if text)
        return Reply("triage", self._triage.title, body=body, form=form)

    def _depends(self, question: TriageQuestion) -> str:
        """Which earlier answers leave `question` out, or after which ones it is asked; "" where none does alone."""
        earlier = takewhile(lambda one: one is not question, self._triage.questions.values())
        single = [(option.label, {one.id: (option.id,)}) for one in earlier for option in one.options.values()]
        always = holds(question.when, {})
        labels = [label for label, picks in single if holds(question.when, picks) is not always]
        if not labels:
            return ""
        options = self.labels.either(labels)
        return (
            self._say("triage-form-unless", options=options)
            if always
            else self._say("triage-form-only", options=options)
        )

    def paused(self, run: Run) -> Reply:
        say = self._say
        step, number = steps(run, self._triage)
        asked = self._triage.questions[run.at].ask
        body: list[Block] = [Paragraph(say("triage-paused", step=step, steps=number, question=asked))]
        if run.answers:
            body += [Heading(self._say("triage-answers")), self.labels.lines(run.picks, run.words)]
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
        answers = self.labels.lines(run.picks, run.words)
        return Reply("triage", self._say("triage-which-title"), body=(answers,), choices=choices)

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

    def recommendation(self, given: Answered, found: Recommendation, *lead: str) -> Reply:
        return self._document.whole(given, found, *lead)

    def reasons(self, given: Answered, found: Recommendation) -> Reply:
        return self._document.reasons(given, found)
