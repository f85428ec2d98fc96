"""Turns on typed text during a dialogue: an answer, a dialogue command in plain words, or a correction."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.conversation import Conversation
from bot.domain.dialogue_state import Run
from bot.domain.messages import Message
from bot.domain.phrases import Phrases
from bot.domain.turn import Turn
from bot.nlu.english import FUNCTION_WORDS, NEGATIONS
from bot.nlu.question import Question
from bot.nlu.text import split_words
from bot.triage.dialogue import Dialogue, paused
from bot.triage.filled_form import kept_words
from bot.triage.intent import Correction, asks, is_unsure, question_named, read_correction, wants_meaning
from bot.triage.option_reader import OptionMatch, OptionReader
from bot.triage.transitions import reopened

# Phrases for the commands of an open dialogue, each as the whole utterance.
_PHRASES = {
    "back": ("back", "go back", "previous", "undo", "one back", "step back"),
    "skip": ("skip", "next", "pass", "skip this", "skip it", "skip this one"),
    "why": (
        "why", "why do you ask", "why do you ask that", "why this question", "why do you want to know",
        "why do you need to know", "why are you asking", "explain", "can you explain",
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
    """Takes turns on typed text for `dialogue`."""

    def __init__(self, dialogue: Dialogue, say: Phrases) -> None:
        self._dialogue = dialogue
        self._say = say
        self._readers = {id: OptionReader(question) for id, question in dialogue.triage.questions.items()}

    def literally(self, text: str, message: Message, conversation: Conversation) -> Turn | None:
        """The turn if `text` is a dialogue command, a number, or the exact name of an option; else None."""
        run = conversation.triage
        if run is None:
            return None
        word = " ".join(word.text for word in split_words(text))
        steering = STEERING.get(word.removeprefix("please ").removesuffix(" please"))
        if not run.is_open:
            return self._after(steering, run, message, conversation)
        if steering in ("why", "back") and _is_digressing(conversation):
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
        return self._picked(run, OptionMatch(options), message, conversation, "" if reader.numbers(text) else text)

    def in_words(self, question: Question, message: Message, conversation: Conversation) -> Turn | None:
        """The turn if the text corrects an earlier answer, or answers the open question in free text; else None."""
        run = conversation.triage
        if run is None:
            return None
        wanted = read_correction(question.text)
        if wanted is not None:
            return self._correct(wanted, question, run, message, conversation)
        if run.is_open and self._asks_meaning(run, question):
            return Turn(self._dialogue.replies.why(run), conversation)
        if (
            not run.is_open
            or asks(question)
            or (_is_digressing(conversation) and question.words[:1] in (("and",), ("or",)))
        ):
            return None  # a question, or a follow-up to the digression
        understood = self._readers[run.at].read(question.text, _names(question))
        if not understood.options:
            return None
        return self._picked(run, understood, message, conversation, question.text)

    def unclear(self, question: Question, message: Message, conversation: Conversation) -> Turn | None:
        """The open question again, for a text that neither asks nor was recognized as an answer; else None."""
        run = conversation.triage
        if run is None or not run.is_open or asks(question):
            return None
        if paused(message, conversation):
            return Turn(self._dialogue.replies.paused(run), conversation)
        free = self._dialogue.triage.questions[run.at].free
        if free and _names_something(question.text) and not _is_digressing(conversation):
            return self._picked(run, OptionMatch((free,)), message, conversation, question.text)
        if is_unsure(question.text):
            required = self._dialogue.triage.questions[run.at].required
            said = self._say("triage-unsure-required") if required else self._say("triage-unsure")
            return self._ask_again(run, conversation, said)
        return self._ask_again(run, conversation, self._say("triage-unclear"))

    def _asks_meaning(self, run: Run, question: Question) -> bool:
        """True if someone asks what one of the options means, and nothing about a subject of the sources."""
        meant = self._readers[run.at].read(question.text).options
        return wants_meaning(question.text) and bool(meant) and not question.subjects

    def _after(self, steering: str | None, run: Run, message: Message, conversation: Conversation) -> Turn | None:
        """Dialogue commands after the end, as long as the recommendation is the reply shown last."""
        shown = conversation.last is not None and bool(run.record) and conversation.last.record == run.record
        if not shown or steering not in ("why", "back", "restart"):
            return None
        if steering == "why":
            return Turn(self._dialogue.why_recommended(run), conversation)
        if steering == "back":
            return self._dialogue.reopen(run, message, conversation)
        return self._dialogue.restart("", message, conversation)

    def _picked(
        self, run: Run, understood: OptionMatch, message: Message, conversation: Conversation, text: str = ""
    ) -> Turn:
        """Answer with the options understood. `text`: what was typed, of which the words may be kept."""
        if paused(message, conversation):
            return Turn(self._dialogue.replies.paused(run), conversation)
        if understood.denied:
            return self._ask_again(run, conversation, self._say("triage-denied"))
        if len(understood.options) > 1 and not self._dialogue.triage.questions[run.at].multiple:
            return self._ask_again(run, conversation, self._say("triage-only-one"))
        words = self._words(run.at, understood.options, text)
        return self._dialogue.answer(run, understood.options, message, conversation, words)

    def _words(self, question: str, options: tuple[str, ...], text: str) -> str:
        """The words to keep of an answer: none where they say no more than that it is another one."""
        asked = self._dialogue.triage.questions[question]
        if not asked.free or asked.free not in options or self._readers[question].is_label(text):
            return ""
        return kept_words(text)

    def _ask_again(self, run: Run, conversation: Conversation, lead: str) -> Turn:
        return Turn(self._dialogue.replies.question(run, lead), conversation)

    # --- changing an earlier answer

    def _correct(
        self, wanted: Correction, question: Question, run: Run, message: Message, conversation: Conversation
    ) -> Turn | None:
        answers = [given.question for given in run.answers]
        if wanted.number is not None:
            if not answers or not wanted.number <= len(answers):
                return self._ask_which(run, conversation)
            return self._replace_answer(
                answers[wanted.number - (wanted.number > 0)], wanted, run, message, conversation
            )
        if not wanted.plain and wanted.rest and asks(replace(question, text=wanted.rest, words=_words(wanted.rest))):
            return None  # "actually, what is …?"
        asked = [*answers, *([run.at] if run.is_open and run.at not in answers else [])]
        found = [(id, read) for id in asked if (read := self._readers[id].read(wanted.rest)).options]
        if len(found) == 1:
            id, read = found[0]
            if id == run.at and id not in run.picks:
                return self._picked(run, read, message, conversation, wanted.rest)
            return self._replace_answer(id, wanted, run, message, conversation)
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
        called = question_named(wanted.rest, {id: self._dialogue.triage.questions[id] for id in answers})
        if called:
            return self._dialogue.move(reopened(run, called), message, conversation)
        return self._ask_which(run, conversation) if wanted.plain and run.answers else None

    def _replace_answer(
        self, id: str, wanted: Correction, run: Run, message: Message, conversation: Conversation
    ) -> Turn:
        """Replace the answer to the question `id`; where the new one is unclear, ask that question again."""
        question, before = self._dialogue.triage.questions[id], run.picks[id]
        read = self._readers[id].read(wanted.rest)
        options = read.options
        if question.multiple and read.denied:
            options = tuple(option for option in before if option not in options)
        elif question.multiple and "only" not in _words(wanted.rest) and wanted.number is None:
            options = tuple(option for option in question.options if option in before or option in options)
        elif read.denied or (len(options) > 1 and not question.multiple):
            options = ()
        if not read.options or not options:
            return self._dialogue.move(reopened(run, id), message, conversation)
        if set(options) == set(before):
            shown = reopened(run, id) if run.at == id else run
            return self._dialogue.show(shown, conversation, self._say("triage-same"))
        words = self._words(id, options, wanted.rest)
        return self._dialogue.changed(run, id, options, message, conversation, words)

    def _ask_which(self, run: Run, conversation: Conversation) -> Turn:
        if not run.answers:
            return self._ask_again(run, conversation, self._say("triage-no-earlier"))
        return Turn(self._dialogue.replies.which(run), conversation)


def _is_digressing(conversation: Conversation) -> bool:
    """True if the last reply was a digression, which offers a button to resume."""
    return any(choice.command.startswith("resume:") for choice in conversation.offered.choices)


def _names_something(text: str) -> bool:
    """True if a text may name what no option lists: it says more than yes or no, denies nothing and is not unsure."""
    words = _words(text)
    telling = any(word not in FUNCTION_WORDS for word in words)
    return telling and NEGATIONS.isdisjoint(words) and not is_unsure(text)


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
