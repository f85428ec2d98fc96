"""What someone types while a dialogue is there: an answer, a word that steers it, or a change of an earlier answer."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.conversation import Conversation
from bot.domain.dialogue_state import Run
from bot.domain.messages import Message
from bot.domain.phrases import Phrases
from bot.domain.turn import Turn
from bot.nlu.question import Question
from bot.nlu.text import split_words
from bot.triage.dialogue import Dialogue, paused
from bot.triage.intent import Wish, asks, is_unsure, named, wants_meaning, wish
from bot.triage.option_reader import OptionMatch, OptionReader
from bot.triage.transitions import changing

# What steers an open dialogue, standing alone.
_PHRASES = {
    "back": ("back", "go back", "previous", "undo", "one back", "step back"),
    "skip": ("skip", "next", "pass", "skip this", "skip it", "skip this one"),
    "why": (
        "why", "why do you ask", "why do you ask that", "why this question", "why do you want to know",
        "why do you need to know", "why are you asking", "explain", "please explain", "can you explain",
        "explain the question", "can you explain the question", "explain the options", "can you explain the options",
        "what do you mean", "what do you mean by that", "what does that mean", "i do not understand", "more", "details",
    ),
    "restart": (
        "restart", "start again", "start over", "begin again", "from the start", "from the beginning",
        "start from the beginning",
    ),
    "cancel": (
        "cancel", "stop", "quit", "abort", "exit", "never mind", "nevermind", "stop it", "cancel it", "cancel triage",
    ),
    "resume": (
        "resume", "continue", "go on", "carry on", "proceed", "repeat", "again", "repeat that", "repeat the question",
        "where were we", "back to the question", "back to the questions",
    ),
}  # fmt: skip
STEERING = {phrase: command for command, phrases in _PHRASES.items() for phrase in phrases}


class TypedInput:
    """Reads typed text for `dialogue`."""

    def __init__(self, dialogue: Dialogue, say: Phrases) -> None:
        self._dialogue = dialogue
        self._say = say
        self._readers = {id: OptionReader(question) for id, question in dialogue.triage.questions.items()}

    def plainly(self, text: str, message: Message, conversation: Conversation) -> Turn | None:
        """The turn where `text` is a word that steers, a number, or an option as it is called; before commands."""
        run = conversation.triage
        if run is None:
            return None
        word = " ".join(word.text for word in split_words(text))
        steering = STEERING.get(word)
        if not run.is_open:
            return self._after(steering, run, message, conversation)
        if steering in ("why", "back") and _away(conversation):
            # After a digression "why?" is about the answer just given, and "back" leads back to the question.
            return self._dialogue.resume("", message, conversation) if steering == "back" else None
        if steering == "cancel" and conversation.pending:
            return None  # what waits to be confirmed is dropped first
        if steering:
            return self._dialogue.handlers()[steering]("", message, conversation)
        reader = self._readers[run.at]
        options = reader.numbers(text)
        if options is None and not text.endswith("?"):
            options = reader.exact(text) or None
        if options is None:
            return None
        if not options:
            return self._ask_again(run, conversation, self._say("triage-unknown-number"))
        return self._picked(run, OptionMatch(options), message, conversation)

    def in_words(self, question: Question, message: Message, conversation: Conversation) -> Turn | None:
        """The turn where the text changes an earlier answer, or answers the open question in its own words."""
        run = conversation.triage
        if run is None:
            return None
        wanted = wish(question.text)
        if wanted is not None:
            return self._wished(wanted, question, run, message, conversation)
        if run.is_open and self._wants_meaning(run, question):
            return Turn(self._dialogue.replies.why(run), conversation)
        if not run.is_open or asks(question) or (_away(conversation) and question.words[:1] in (("and",), ("or",))):
            return None  # a question, or a follow-up to the digression
        understood = self._readers[run.at].read(question.text, _names(question))
        return self._picked(run, understood, message, conversation) if understood.options else None

    def unclear(self, question: Question, message: Message, conversation: Conversation) -> Turn | None:
        """The open question again, where a text was neither understood as an answer nor asks anything."""
        run = conversation.triage
        if run is None or not run.is_open or asks(question):
            return None
        if paused(message, conversation):
            return Turn(self._dialogue.replies.paused(run), conversation)
        if is_unsure(question.text):
            required = self._dialogue.triage.questions[run.at].required
            said = self._say("triage-unsure-required") if required else self._say("triage-unsure")
            return self._ask_again(run, conversation, said)
        return self._ask_again(run, conversation, self._say("triage-unclear"))

    def _wants_meaning(self, run: Run, question: Question) -> bool:
        """Whether someone asks what is meant by one of the options, and by nothing that the sources are about."""
        meant = self._readers[run.at].read(question.text).options
        return wants_meaning(question.text) and bool(meant) and not question.subjects

    def _after(self, steering: str | None, run: Run, message: Message, conversation: Conversation) -> Turn | None:
        """Words that steer a finished dialogue count as long as its recommendation was what was said last."""
        shown = conversation.last is not None and bool(run.record) and conversation.last.record == run.record
        if not shown or steering not in ("why", "back", "restart"):
            return None
        if steering == "why":
            return Turn(self._dialogue.why_recommended(run), conversation)
        if steering == "back":
            return self._dialogue.reopen(run, message, conversation)
        return self._dialogue.restart("", message, conversation)

    def _picked(self, run: Run, understood: OptionMatch, message: Message, conversation: Conversation) -> Turn:
        if paused(message, conversation):
            return Turn(self._dialogue.replies.paused(run), conversation)
        if understood.denied:
            return self._ask_again(run, conversation, self._say("triage-denied"))
        if len(understood.options) > 1 and not self._dialogue.triage.questions[run.at].multiple:
            return self._ask_again(run, conversation, self._say("triage-only-one"))
        return self._dialogue.answer(run, understood.options, message, conversation)

    def _ask_again(self, run: Run, conversation: Conversation, lead: str) -> Turn:
        return Turn(self._dialogue.replies.question(run, lead), conversation)

    # --- changing an earlier answer

    def _wished(
        self, wanted: Wish, question: Question, run: Run, message: Message, conversation: Conversation
    ) -> Turn | None:
        answers = [given.question for given in run.answers]
        if wanted.number:
            if not wanted.number <= len(answers) or not answers:
                return self._which(run, conversation)
            return self._renewed(answers[wanted.number - (wanted.number > 0)], wanted, run, message, conversation)
        if not wanted.plain and wanted.rest and asks(replace(question, text=wanted.rest, words=_words(wanted.rest))):
            return None  # "actually, what is …?"
        asked = [*answers, *([run.at] if run.is_open and run.at not in answers else [])]
        found = [(id, read) for id in asked if (read := self._readers[id].read(wanted.rest)).options]
        if len(found) == 1:
            id, read = found[0]
            if id == run.at and id not in run.picks:
                return self._picked(run, read, message, conversation)
            return self._renewed(id, wanted, run, message, conversation)
        if found:
            options = [
                (id, option)
                for id, read in found
                if not read.denied
                for option in read.options
                if option not in run.picks.get(id, ())
            ]
            if options:
                return Turn(self._dialogue.replies.meant(run, options[:5]), conversation)
        called = named(wanted.rest, {id: self._dialogue.triage.questions[id] for id in answers})
        if called:
            return self._dialogue.move(changing(run, called), message, conversation)
        return self._which(run, conversation) if wanted.plain and run.answers else None

    def _renewed(self, id: str, wanted: Wish, run: Run, message: Message, conversation: Conversation) -> Turn:
        """The answer to `id` as wished; where that is not clear, the question again with its answer still standing."""
        question, before = self._dialogue.triage.questions[id], run.picks[id]
        read = self._readers[id].read(wanted.rest)
        options = read.options
        if question.multiple and read.denied:
            options = tuple(option for option in before if option not in options)
        elif question.multiple and "only" not in _words(wanted.rest) and not wanted.number:
            options = tuple(option for option in question.options if option in before or option in options)
        elif read.denied or (len(options) > 1 and not question.multiple):
            options = ()
        if not read.options or not options:
            return self._dialogue.move(changing(run, id), message, conversation)
        if set(options) == set(before):
            shown = changing(run, id) if run.at == id else run
            return self._dialogue.show(shown, conversation, self._say("triage-same"))
        return self._dialogue.changed(run, id, options, message, conversation)

    def _which(self, run: Run, conversation: Conversation) -> Turn:
        if not run.answers:
            return self._ask_again(run, conversation, self._say("triage-no-earlier"))
        return Turn(self._dialogue.replies.which(run), conversation)


def _away(conversation: Conversation) -> bool:
    """Whether something else was shown last: a digression, from which a button leads back."""
    return any(choice.command.startswith("resume:") for choice in conversation.offered.choices)


def _names(question: Question) -> frozenset[int]:
    """Positions of words that belong to the name of a subject."""
    return frozenset(
        position
        for mention in question.mentions
        if mention.layer == "subject" and mention.end - mention.start > 1
        for position in range(mention.start, mention.end)
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.text for word in split_words(text))
