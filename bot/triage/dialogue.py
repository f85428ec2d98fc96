"""Turns of the guided dialogue: each command takes its state (`Run`) to the next one, and shows it.

A button carries the run and the question that it was shown with. On any other step it changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from bot.answering.composer import Composer
from bot.answering.labels import labelled
from bot.commands.confirmation import Handler
from bot.domain.conversation import Conversation
from bot.domain.dialogue_state import Run
from bot.domain.effects import Keep, identity
from bot.domain.messages import Choice, Message, Reply
from bot.domain.phrases import Phrases
from bot.domain.turn import Turn
from bot.knowledge.triage import Triage
from bot.triage import record as records
from bot.triage.filled_form import read_form
from bot.triage.recommendation import Answered, decide
from bot.triage.record import TriageRecord
from bot.triage.replies import TriageReplies
from bot.triage.transitions import is_answer, reopened, start_run, with_answer, with_answers, without_last_answer

PAUSE = 4 * 60 * 60.0  # seconds without a message, after which the person is asked whether to go on
LONGEST_ID = 64  # characters; ours have eight


class Dialogue:
    """Conducts the dialogue `triage`. `version`: of the knowledge, for the records of recommendations."""

    def __init__(self, triage: Triage, composer: Composer, version: str, say: Phrases) -> None:
        self.triage = triage
        self.replies = TriageReplies(triage, composer, say)
        self._say = say
        self._version = version

    def handlers(self) -> dict[str, Handler]:
        return {
            "triage": self.start,
            "pick": self.pick,
            "back": self.back,
            "skip": self.skip,
            "why": self.why,
            "change": self.change,
            "restart": self.restart,
            "cancel": self.cancel,
            "resume": self.resume,
            "form": self.form,
            "fill": self.fill,
            "recommendation": self.stored,
        }

    # --- commands

    def start(self, argument: str, message: Message, conversation: Conversation) -> Turn | None:
        """Start, or show the open question; after a pause ask which of the two."""
        if argument:
            return None
        run = conversation.triage
        if run is None or not run.is_open:
            return self._begin(message, conversation)
        if paused(message, conversation):
            return Turn(self.replies.paused(run), conversation)
        return self.show(run, conversation)

    def knows(self, run: Run) -> bool:
        """True if it still asks the questions of `run`, and offers what was chosen, and `run` has an id that fits into
        buttons."""
        asked = self.triage.questions
        chosen = all(id in asked and asked[id].options.keys() >= set(options) for id, options in run.picks.items())
        return chosen and len(run.id) <= LONGEST_ID and (not run.is_open or run.at in asked)

    def pick(self, argument: str, message: Message, conversation: Conversation) -> Turn:
        where, question_id, option = _split_argument(argument)
        run = self._run_at(where, question_id, conversation)
        if run is None:
            return self._outdated(where, conversation, question_id, option)
        question = self.triage.questions[question_id]
        options = (option,) if option else message.entered.get(question_id, ())
        if not options:
            return self.show(run, conversation, self._say("triage-pick-one"))
        if not is_answer(question, options):
            return self.show(run, conversation, self._say("triage-unknown-option"))
        return self.move(with_answer(run, question_id, options, self.triage), message, conversation)

    def back(self, argument: str, message: Message, conversation: Conversation) -> Turn:
        where, question, _ = _split_argument(argument)
        run = self._run_at(where, question, conversation)
        if run is None:
            return self._outdated(where, conversation)
        if not run.answers:
            return self.show(run, conversation, self._say("triage-first"))
        return self.move(without_last_answer(run, self.triage), message, conversation)

    def skip(self, argument: str, message: Message, conversation: Conversation) -> Turn:
        where, question, _ = _split_argument(argument)
        run = self._run_at(where, question, conversation)
        if run is None:
            return self._outdated(where, conversation)
        if self.triage.questions[run.at].required:
            return self.show(run, conversation, self._say("triage-required"))
        return self.move(with_answer(run, run.at, (), self.triage), message, conversation)

    def why(self, argument: str, message: Message, conversation: Conversation) -> Turn:
        where, question, _ = _split_argument(argument)
        run = self._run_at(where, question, conversation)
        return self._outdated(where, conversation) if run is None else Turn(self.replies.why(run), conversation)

    def change(self, argument: str, message: Message, conversation: Conversation) -> Turn:
        """`RUN`: ask which answer; `RUN/QUESTION`: ask that again; `RUN/QUESTION/OPTION`: have that option picked."""
        where, question, option = _split_argument(argument)
        run = conversation.triage
        if run is None or run.id != where or (question and question not in run.picks and question != run.at):
            return self._outdated(where, conversation)
        if not run.answers:
            return self.show(run, conversation)
        if not question:
            return Turn(self.replies.which(run), conversation)
        if not option:
            return self.move(reopened(run, question), message, conversation)
        return self.add(run, question, (option,), message, conversation)

    def restart(self, argument: str, message: Message, conversation: Conversation) -> Turn:
        run = conversation.triage
        if run is not None and argument not in ("", run.id):
            return self._outdated(argument, conversation)
        return self._begin(message, conversation)

    def cancel(self, argument: str, message: Message, conversation: Conversation) -> Turn:
        run = conversation.triage
        if run is None or argument not in ("", run.id):
            return self._outdated(argument, conversation)
        return Turn(self.replies.stopped(), replace(conversation, triage=None))

    def resume(self, argument: str, message: Message, conversation: Conversation) -> Turn:
        run = conversation.triage
        if run is None or argument not in ("", run.id):
            return self._outdated(argument, conversation)
        return self.show(run, conversation)

    def form(self, argument: str, message: Message, conversation: Conversation) -> Turn | None:
        """All questions in one form."""
        if argument:
            return None
        run = conversation.triage or start_run(run_id(message), self.triage)
        return Turn(self.replies.form(run, run.picks, run.words), replace(conversation, triage=run))

    def fill(self, argument: str, message: Message, conversation: Conversation) -> Turn:
        """A recommendation from the submitted form, or the form again with the question that has no answer."""
        run = conversation.triage
        if run is None or run.id != argument:
            return self._outdated(argument, conversation)
        form = read_form(message.entered, self.triage)
        filled = with_answers(run, form.picks, self.triage, form.words)
        if filled.at:
            missing = form.missing or self.triage.questions[filled.at].ask
            said = self._say("triage-form-missing", question=missing)
            reply = self.replies.form(filled, form.picks, form.words, said)
            return Turn(reply, replace(conversation, triage=filled))
        return self.move(filled, message, conversation)

    def answer(
        self, run: Run, options: tuple[str, ...], message: Message, conversation: Conversation, words: str = ""
    ) -> Turn:
        """Answer the open question with `options`, which must be valid for it. `words`: as typed, see `Given`."""
        return self.move(with_answer(run, run.at, options, self.triage, words), message, conversation)

    def stored(self, id: str, message: Message, conversation: Conversation) -> Turn | None:
        """The stored recommendation `id`, if `message.record` holds it; a notice otherwise; None without an id."""
        if not id:
            return None
        try:
            reply = self.recommendation(message.record)
        except records.RecordError:
            return Turn(self.replies.not_stored(), conversation)
        return Turn(replace(reply, record=id, brief=None, aside=True), conversation)

    # --- moves

    def move(self, run: Run, message: Message, conversation: Conversation, *lead: str) -> Turn:
        """Show the next question of `run`, or recommend where all is answered."""
        if run.is_open:
            return self.show(run, conversation, *lead)
        picks = run.picks
        found = decide(picks, self.triage)
        id = identity(message, "recommendation")
        at = records.at_time(message.at)
        kept = TriageRecord(picks, found.outcome.id, found.rules, self._version, at, run.words)
        done = replace(run, record=id, ended=message.at)
        reply = self._recommended(done, *lead)
        return Turn(reply, replace(conversation, triage=done), (Keep(id, records.write(kept), self._version),))

    def add(
        self, run: Run, question: str, options: tuple[str, ...], message: Message, conversation: Conversation
    ) -> Turn:
        """Change an answer so that `options` are picked, beside the others where the question takes several."""
        asked = self.triage.questions[question]
        before = run.picks.get(question, ())
        wanted = (*before, *options) if asked.multiple else options
        if not is_answer(asked, wanted):
            return self.move(reopened(run, question), message, conversation, self._say("triage-unknown-change"))
        return self.changed(run, question, wanted, message, conversation)

    def changed(
        self,
        run: Run,
        question: str,
        options: tuple[str, ...],
        message: Message,
        conversation: Conversation,
        words: str = "",
    ) -> Turn:
        """Replace an earlier answer; later ones that no longer apply are dropped, and named in the reply."""
        after = with_answer(run, question, options, self.triage, words)
        asked = self.triage.questions[question]
        answer = self.replies.labels.answer(asked, after.picks[question], after.words.get(question, ""))
        said = self._say("triage-changed", question=asked.ask, answer=answer)
        dropped = [self.triage.questions[id].ask for id in run.picks if id not in after.picks]
        gone = self._say("triage-no-longer-asked", questions=" ".join(dropped)) if dropped else ""
        return self.move(after, message, conversation, said, gone)

    def recommendation(self, text: str) -> Reply:
        """The recommendation that the record `text` (JSON) replays to. Raises RecordError."""
        record = records.read(text, self.triage)
        found = decide(record.answers, self.triage)
        lead = ""
        if record.knowledge != self._version:
            lead = self._say("triage-knowledge-changed")
            if record.outcome != found.outcome.id:
                before = self.triage.outcomes.get(record.outcome)
                title = before.title if before else record.outcome
                lead = f"{lead} {self._say('triage-recommended-before', outcome=title)}"
        reply = self.replies.recommendation(Answered(record.answers, record.words, record.seconds), found, lead)
        return labelled(self._say, reply)

    def reopen(self, run: Run, message: Message, conversation: Conversation) -> Turn:
        """Go back from the recommendation to the last question."""
        return self.move(without_last_answer(run, self.triage), message, conversation)

    def why_recommended(self, run: Run) -> Reply:
        """Each answer of a finished run, with the outcome that it supports."""
        reply = self.replies.reasons(Answered(run.picks, run.words, run.ended), decide(run.picks, self.triage))
        return replace(reply, choices=self._own_choices(run), record=run.record)

    # --- what is shown

    def _begin(self, message: Message, conversation: Conversation) -> Turn:
        return self.show(start_run(run_id(message), self.triage), conversation, self._say("triage-introduction"))

    def show(self, run: Run, conversation: Conversation, *lead: str) -> Turn:
        reply = self.replies.question(run, *lead) if run.is_open else self._recommended(run, *lead)
        return Turn(reply, replace(conversation, triage=run))

    def _recommended(self, run: Run, *lead: str) -> Reply:
        picks = run.picks
        given = Answered(picks, run.words, run.ended)
        reply = self.replies.recommendation(given, decide(picks, self.triage), *lead)
        related = tuple(choice for choice in reply.choices if choice.command.startswith("answer:"))
        own = self._own_choices(run)
        whole = Choice(self._say("triage-whole"), f"recommendation:{run.record}", style="primary")
        brief = replace(reply.brief, choices=(whole, *own)) if reply.brief else None
        return replace(reply, choices=(*related, *own), record=run.record, brief=brief)

    def _run_at(self, where: str, question: str, conversation: Conversation) -> Run | None:
        """The open run if `where` is its id and `question` its open question. A typed command has neither."""
        run = conversation.triage
        if run is None or not run.is_open or where not in ("", run.id) or (where and question != run.at):
            return None
        return run

    def _outdated(self, where: str, conversation: Conversation, question: str = "", option: str = "") -> Turn:
        """The present step, for a button of an earlier one. Changes nothing."""
        run = conversation.triage
        if run is None or (where and run.id != where and not run.is_open):
            return Turn(self.replies.not_open(), conversation)
        if not run.is_open:
            return self.show(run, conversation, self._say("triage-finished"))
        twice = run.id == where and question and option and option in run.picks.get(question, ())
        said = self._say("triage-twice") if twice else self._say("triage-earlier")
        return self.show(run, conversation, said)

    def _own_choices(self, run: Run) -> tuple[Choice, ...]:
        change = Choice(self._say("triage-change"), f"change:{run.id}")
        return change, Choice(self._say("triage-again"), f"restart:{run.id}")


def run_id(message: Message) -> str:
    """A deterministic id (8 hex digits) for a run that `message` starts."""
    return identity(message, "triage")[:8]


def paused(message: Message, conversation: Conversation) -> bool:
    """True if the last turn was at least `PAUSE` ago."""
    return bool(message.at and conversation.moved_at) and message.at - conversation.moved_at >= PAUSE


def _split_argument(argument: str) -> tuple[str, str, str]:
    """The three parts of `RUN/QUESTION/OPTION`, empty where missing."""
    parts = [*argument.split("/", 2), "", ""]
    return parts[0], parts[1], parts[2]
