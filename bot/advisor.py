"""The one door: a message comes in, a turn comes out. Pure; everything that touches the world is around it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.answering.composer import Composer
from bot.answering.decision import Decider, Decision, Thresholds
from bot.answering.post_drafts import PostDrafts
from bot.answering.replies import Responder
from bot.commands import confirmation as handling
from bot.commands import subscriptions as standing
from bot.commands.confirmation import Handler, typed
from bot.commands.experts import ExpertCommands
from bot.commands.feedback import FeedbackCommands
from bot.commands.reply_tools import UNANSWERED, explain, finished
from bot.commands.sharing import SharingCommands
from bot.domain.conversation import Conversation, LastTurn
from bot.domain.effects import Effect, Forget, Unanswered
from bot.domain.messages import Message, Reply
from bot.domain.turn import Turn
from bot.knowledge import load
from bot.knowledge.evidence import Evidence
from bot.knowledge.model import KnowledgeBase
from bot.nlu import command_parser as commands
from bot.nlu.english import GREETINGS
from bot.nlu.entities import EntityRecognizer, Speller, word_counts
from bot.nlu.guards import Guards
from bot.nlu.name_removal import NameRemover
from bot.nlu.question import Question, QuestionReader
from bot.nlu.sentence_splitter import split_questions
from bot.nlu.text import clean, split_words
from bot.nlu.word_list import is_english
from bot.ranking.candidates import CandidateFinder, learn
from bot.ranking.entry_words import EntryWords
from bot.ranking.model_cache import ModelCache, Progress
from bot.retrieval.embeddings import Embeddings
from bot.triage.dialogue import Dialogue, paused
from bot.triage.record import RecordError
from bot.triage.typed_input import TypedInput

TRIAGE = frozenset(
    {"triage", "pick", "back", "skip", "why", "change", "restart", "cancel", "resume", "form", "fill", "recommendation"}
)


class Advisor:
    """Everything that is needed to take a turn, made once from a knowledge folder."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        contact: str = "",
        keep: ModelCache | None = None,
        progress: Progress | None = None,
    ) -> None:
        """`contact`: whom to reach when an incident is under way, as people should read it. `keep`: where what is
        learnt from the examples is kept for the next start. `progress`: told of learning, where there is any to do."""
        self.knowledge = knowledge
        embeddings = Embeddings.load()
        texts = [question for entry in knowledge.answers.values() for question in (*entry.questions, *entry.contrary)]
        names = [
            name
            for layer in (knowledge.subjects, knowledge.aspects, knowledge.topics)
            for concept in layer.values()
            for name in (concept.name, *concept.names, *concept.opposites)
        ]
        words = word_counts([*texts, *names])
        speller = Speller(words, is_english)
        self._unnamer = NameRemover(words, names)
        self.reader = QuestionReader(EntityRecognizer(knowledge), speller)
        evidence = Evidence(knowledge)
        learnt = keep.read(knowledge.version, embeddings) if keep else None
        if learnt is None:
            learnt = learn(knowledge, self.reader, embeddings, progress)
            if keep:
                keep.write(knowledge.version, embeddings, learnt)
        wording = EntryWords(knowledge)
        finder = CandidateFinder(knowledge, evidence, wording, learnt)
        self._decider = Decider(knowledge, self.reader, finder, evidence, wording, Thresholds())
        composer = Composer(knowledge)
        self._responder = Responder(knowledge, composer, contact)
        self._dialogue = Dialogue(knowledge.triage, composer, knowledge.version) if knowledge.triage else None
        self._typing = TypedInput(self._dialogue) if self._dialogue else None
        self.drafts = PostDrafts(knowledge, self._responder, self.recommendation)
        self._handlers: dict[str, Handler] = {
            **handling.handlers(),
            **SharingCommands(self.drafts).handlers(),
            **standing.handlers(),
            **ExpertCommands(contact).handlers(),
            **FeedbackCommands(knowledge.version, knowledge.answers).handlers(),
            **(self._dialogue.handlers() if self._dialogue else {}),
        }
        self._guards = Guards(knowledge)

    @classmethod
    def load(
        cls, folder: Path, contact: str = "", keep: Path | None = None, progress: Progress | None = None
    ) -> Advisor:
        """The advisor on the knowledge in `folder`. Raises `KnowledgeError` with every problem found.

        `keep`: a folder for what is learnt from the examples, which makes the next start several times as fast.
        """
        return cls(load(folder), contact, ModelCache(keep, folder.resolve()) if keep else None, progress)

    def ask(self, text: str, history: tuple[str, ...] | list[str] = ()) -> Reply:
        """The reply to `text` in a fresh conversation, after the same person's earlier messages."""
        conversation = Conversation()
        for earlier in history:
            conversation = self.turn(Message(text=earlier), conversation).conversation
        return self.turn(Message(text=text), conversation).reply

    def turn(self, message: Message, conversation: Conversation) -> Turn:
        """What the advisor says to `message`, and what the conversation remembers then."""
        return finished(self._led_back(self._turn(message, conversation)), message, conversation)

    def without_names(self, text: str) -> str:
        """`text` as it may be kept when nobody shall be able to tell whose it was: see `bot.nlu.name_removal`."""
        return self._unnamer(text)

    def recommendation(self, record: str) -> Reply:
        """The recommendation that `record` replays to. Raises RecordError, a ValueError, where it is none."""
        if self._dialogue is None:
            raise RecordError("this knowledge has no guided dialogue")
        return self._dialogue.recommendation(record)

    def _turn(self, message: Message, conversation: Conversation) -> Turn:
        if message.had_secret:
            return Turn(self._responder.secret(), conversation)
        text = clean(message.text)
        if message.command or not message.quoted:
            done = self._done(text, message, conversation)
            if done is not None:
                return done
        if not text:
            return Turn(self._responder.help(empty=not message.text.strip(), can_post=message.can_post), conversation)
        if self._only_greets(text):
            return Turn(self._responder.greeting(), conversation)
        incident = self._guards.reports_incident(text)
        return self._question(message, conversation, incident)

    def _done(self, text: str, message: Message, conversation: Conversation) -> Turn | None:
        """The turn where `message` is a button or a command, pressed or typed, or plainly answers the dialogue."""
        button = message.command or self._typed_button(text, message, conversation)
        if button is None and self._typing and (turn := self._typing.plainly(text, message, conversation)):
            return turn
        command = commands.parse(button or text)
        if command is not None:
            known = self._command(*command, message, conversation)
            if known is not None:
                return known
        if message.command is not None:
            return Turn(self._responder.unknown_command(message.command), conversation)
        return None

    @staticmethod
    def _typed_button(text: str, message: Message, conversation: Conversation) -> str | None:
        """The command of the button that was typed. After a pause nobody has the buttons in view."""
        run = conversation.triage
        if run is not None and run.is_open and paused(message, conversation):
            return None
        return typed(text, conversation.offered)

    @staticmethod
    def _only_greets(text: str) -> bool:
        words = [word.text for word in split_words(text)]
        # "hiii" is "hi", drawn out
        return 0 < len(words) <= 6 and all(
            word in GREETINGS or word.rstrip(word[-1]) + word[-1] in GREETINGS for word in words
        )

    def _command(self, name: str, argument: str, message: Message, conversation: Conversation) -> Turn | None:
        if name in self._handlers:
            return self._handlers[name](argument, message, conversation)
        if name == "forget me":
            return Turn(self._responder.forgetting(), Conversation(), (Forget(),))
        if name == "answer" and argument:
            entry = self.knowledge.answers.get(argument)
            if entry is None:
                return Turn(self._responder.unknown_answer(), conversation)
            last = LastTurn(
                question=entry.questions[0] if entry.questions else "",
                entry=entry.id,
                subjects=entry.subjects,
                aspect=entry.aspect,
                topics=entry.topics,
            )
            return Turn(self._responder.entry(entry), replace(conversation, last=last))
        if name in TRIAGE:
            return Turn(self._responder.no_triage(), conversation)
        if argument:
            return None
        if name == "help":
            return Turn(self._responder.help(can_post=message.can_post), conversation)
        if name == "topics":
            return Turn(self._responder.topics(), conversation)
        if name == "about":
            return Turn(self._responder.about(), conversation)
        if name == "compare":
            entry = self.knowledge.answers.get("compare-all")
            return self._command("answer", entry.id, message, conversation) if entry else None
        return None

    def _led_back(self, turn: Turn) -> Turn:
        """A reply to something else offers to go on with the question that is open."""
        run, reply = turn.conversation.triage, turn.reply
        if self._dialogue is None or run is None or not run.is_open or reply.kind in ("triage", "recommendation"):
            return turn
        back = self._dialogue.replies.back_to(run)
        first = reply.kind in ("answer", "unstated", "offtopic", "help")
        choices = (back, *reply.choices) if first else (*reply.choices, back)
        return replace(turn, reply=replace(reply, choices=choices))

    def _question(self, message: Message, conversation: Conversation, incident: bool) -> Turn:
        whole = self.reader.read(message.text)
        typing = None if message.quoted else self._typing
        if typing and not incident and (turn := typing.in_words(whole, message, conversation)):
            return turn
        # What somebody else wrote does not go on with what this person talked about.
        before = None if message.quoted else conversation.last
        decision = self._decider.decide(whole, before)
        if decision.outcome == "triage" and not incident:
            if message.quoted and self._dialogue:
                return Turn(self._responder.offers_triage(), conversation)
            return self._command("triage", "", message, conversation) or Turn(self._responder.no_triage(), conversation)
        parts = self._parts(whole, decision, before)
        if len({found.entry for _, found in parts}) == 1:
            decision, parts = parts[0][1], []  # the questions of a message agree on another answer than all of it gives
        why = partial(explain, whole, decision, parts)
        reply = self._responder.parts(parts, why) if parts else self._responder.reply(whole, decision, why)
        if incident:
            reply = self._responder.incident(reply)
        elif typing and not _answers(whole, reply):
            again = typing.unclear(whole, message, conversation)
            if again is not None:
                return again
        last = self._remember(whole, [decision for _, decision in parts] or [decision], before)
        return Turn(reply, replace(conversation, last=last), self._gap(whole, reply))

    def _gap(self, question: Question, reply: Reply) -> tuple[Effect, ...]:
        """A question that found no answer, for the curator."""
        if reply.kind not in UNANSWERED:
            return ()
        return (Unanswered(question.text, reply.kind, reply.best_entry, reply.confidence, self.knowledge.version),)

    def _parts(self, whole: Question, decision: Decision, last: LastTurn | None) -> list[tuple[Question, Decision]]:
        """The questions within a message with what is decided on each, where together they say more than the whole."""
        pieces = split_questions(whole.text)
        if len(pieces) < 2:
            return [(whole, one) for one in self._decider.on_each_aspect(whole, decision)]
        decided: list[tuple[Question, Decision]] = []
        before = last
        for piece in pieces:
            question = self.reader.read(piece)
            found = self._decider.decide(question, before)
            before = self._remember(question, [found], before)
            decided.append((question, found))
        answers = {found.entry for _, found in decided if found.outcome == "answer"}
        if len(answers) == 1 and all(_surer(found, decision) for _, found in decided):
            return decided
        if any(found.outcome not in ("answer", "unstated") for _, found in decided):
            return []
        if len(answers) < (2 if decision.outcome == "answer" else 1):
            return []
        main = {found.claims[0] for _, found in decided if found.claims}
        if decision.outcome == "answer" and main <= set(decision.claims):
            return []
        return decided

    def _remember(self, question: Question, decisions: list[Decision], before: LastTurn | None) -> LastTurn:
        """What was talked about: an unanswered question leaves what was known before in place."""
        answered = [decision for decision in decisions if decision.outcome == "answer"]
        if not answered:
            subjects = question.subjects or (before.subjects if before else ())
            return LastTurn(
                question.text,
                before.entry if before else None,
                subjects,
                before.aspect if before else "",
                question.topics or (before.topics if before else ()),
                record=before.record if before else "",
            )
        last = answered[-1]
        entry = self.knowledge.answers.get(last.entry or "")
        subjects = tuple(dict.fromkeys(subject for decision in answered for subject in decision.subjects))
        return LastTurn(
            question.text,
            last.entry,
            question.subjects or subjects,
            entry.aspect if entry else "",
            question.topics or last.topics,
        )


def _surer(one: Decision, other: Decision) -> bool:
    """Whether `one` is an answer, and another and a surer one than `other`."""
    best, least = one.candidates.best, other.candidates.best
    if one.outcome != "answer" or one.entry == other.entry or best is None or least is None:
        return False
    return best.score > least.score


def _answers(question: Question, reply: Reply) -> bool:
    """Whether a text that does not clearly ask was about the subject all the same: "the other one's drawbacks"."""
    if reply.kind == "answer":
        return bool(question.subjects or question.aspects)
    return reply.kind not in UNANSWERED
