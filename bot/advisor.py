"""The advisor: from a message and a conversation to a turn. Pure: `bot.service.session` does the I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bot.answering.composer import Composer
from bot.answering.decision import Decision
from bot.answering.foreign import only_english
from bot.answering.make_decider import fit, make_decider
from bot.answering.post_drafts import PostDrafts
from bot.answering.question_turns import QuestionTurns
from bot.answering.replies import Responder
from bot.commands.confirmation import Amend, ConfirmationCommands, Handler, PendingEffect, typed
from bot.commands.experts import ExpertCommands, as_answer, is_in_experts_thread
from bot.commands.feedback import FeedbackCommands
from bot.commands.general import GeneralCommands
from bot.commands.notices import only_files
from bot.commands.reply_tools import finish_turn
from bot.commands.sharing import SharingCommands, record_needed
from bot.commands.subscriptions import SubscriptionCommands
from bot.commands.workflow_posts import WorkflowPosts
from bot.domain.conversation import Conversation
from bot.domain.effects import AskExpert, Publish, Subscribe
from bot.domain.messages import UNANSWERED, Message, Reply
from bot.domain.phrases import Phrases
from bot.domain.redaction import numbers_in
from bot.domain.turn import Route, Turn
from bot.knowledge import load
from bot.knowledge.model import KnowledgeBase
from bot.nlu.command_parser import QUESTION, parse, without_address
from bot.nlu.entities import EntityRecognizer, Speller, with_function_words, word_counts
from bot.nlu.guards import Guards
from bot.nlu.languages import OTHER, Languages
from bot.nlu.name_removal import NameRemover
from bot.nlu.question import Question, QuestionReader
from bot.nlu.small_talk import only_greets
from bot.nlu.text import OwnWords, clean, own_words
from bot.nlu.word_list import is_english
from bot.ranking.model_cache import ModelCache, Progress
from bot.reader.reader import Reader
from bot.triage.dialogue import Dialogue, paused
from bot.triage.intent import asks
from bot.triage.record import RecordError
from bot.triage.typed_input import TypedInput

TRIAGE = frozenset(
    {"triage", "pick", "back", "skip", "why", "change", "restart", "cancel", "resume", "form", "fill", "recommendation"}
)

SURE = 0.7  # the least confidence of an answer to what is said, not asked, while a question of the dialogue is open

Policy = Callable[[Message, Conversation, Route], Turn | None]
"""Takes the turn, or returns None and leaves it to the next policy."""


class Advisor:
    """Takes turns on one version of the knowledge."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        contact: str = "",
        cache: ModelCache | None = None,
        progress: Progress | None = None,
        learnt_reader: Reader | None = None,
    ) -> None:
        """`contact`: whom to reach in an incident, as people should read it. `cache`: holds the trained models between
        two starts. `progress`: told how far the training is, where there is any to do."""
        self.knowledge = knowledge
        texts = [question for entry in knowledge.answers.values() for question in entry.questions]
        names = [
            name
            for layer in (knowledge.subjects, knowledge.aspects, knowledge.topics)
            for concept in layer.values()
            for name in (concept.name, *concept.names, *concept.opposites)
        ]
        own = word_counts([*texts, *names])
        words = with_function_words(own)
        speller = Speller(words, is_english)
        self.languages = Languages(own, names, speller, is_english)
        self._contact = contact
        self._learnt_reader = learnt_reader
        self._name_remover = NameRemover(words, names, numbers_in([*texts, *names]))
        self.reader = QuestionReader(EntityRecognizer(knowledge), speller)
        fitted = None if learnt_reader else fit(knowledge, self.reader, cache, progress)
        self._decider = make_decider(knowledge, self.reader, learnt_reader, fitted)
        composer = Composer(knowledge)
        self._responder = Responder(knowledge, composer, contact)
        say = knowledge.phrases
        self._dialogue = Dialogue(knowledge.triage, composer, knowledge.version, say) if knowledge.triage else None
        self._typed = TypedInput(self._dialogue, say) if self._dialogue else None
        self.drafts = PostDrafts(knowledge, self._responder, self.recommendation)
        sharing, subscriptions = SharingCommands(self.drafts, say), SubscriptionCommands(say)
        experts = ExpertCommands(contact, say)
        amend: dict[type[PendingEffect], Amend] = {
            Publish: sharing.amended,
            Subscribe: subscriptions.amended,
            AskExpert: experts.amended,
        }
        self._handlers: dict[str, Handler] = {
            **GeneralCommands(knowledge, self._responder).handlers(),
            **ConfirmationCommands(say, amend).handlers(),
            **sharing.handlers(),
            **subscriptions.handlers(),
            **experts.handlers(),
            **FeedbackCommands(knowledge.version, knowledge.answers, say).handlers(),
            QUESTION: self._example,
            **(self._dialogue.handlers() if self._dialogue else dict.fromkeys(TRIAGE, self._no_triage)),
        }
        self._guards = Guards(fitted.incidents if fitted else None, learnt_reader)
        self._questions = QuestionTurns(
            knowledge,
            self.reader,
            self._decider,
            self._responder,
            self._guards,
            self._start_triage,
            self.languages.knows,
        )
        self._workflow_posts = WorkflowPosts(self.drafts, say)
        self._policies: tuple[Policy, ...] = (
            self._refuse_secret,
            self._post_for_workflow,
            self._relay_answer,
            self._steer_dialogue,
            self._run_command,
            self._small_talk,
            self._answer_dialogue,
            self._ask_for_english,
            self._answer_question,
        )

    @classmethod
    def load(
        cls, folder: Path, contact: str = "", cache: Path | None = None, progress: Progress | None = None
    ) -> Advisor:
        """The advisor on the knowledge in `folder`. Raises `KnowledgeError` with every problem found.

        `cache`: a folder for the trained models, which makes the next start several times as fast.
        """
        kept = ModelCache(cache, folder.resolve()) if cache else None
        return cls(load(folder), contact, kept, progress, Reader.load(folder))

    def with_knowledge(self, knowledge: KnowledgeBase) -> Advisor:
        """An advisor on other knowledge, with the same learnt reader."""
        return Advisor(knowledge, self._contact, learnt_reader=self._learnt_reader)

    @property
    def phrases(self) -> Phrases:
        """The shipped phrases, overridden by those of the knowledge."""
        return self.knowledge.phrases

    def ask(self, text: str, history: tuple[str, ...] | list[str] = ()) -> Reply:
        """The reply to `text` in a new conversation, after the messages `history` of the same person."""
        conversation = Conversation()
        for earlier in history:
            conversation = self.turn(Message(text=earlier), conversation).conversation
        return self.turn(Message(text=text), conversation).reply

    def decision(self, text: str, history: tuple[str, ...] = ()) -> Decision:
        """The decision on the question `text` after the messages `history`, for calibration and for curators."""
        conversation = Conversation()
        for earlier in history:
            conversation = self.turn(Message(text=earlier), conversation).conversation
        return self._decider.decide(self.reader.read(text), conversation.last)

    def route(self, message: Message, conversation: Conversation) -> Route:
        """What `message` is, and which records its turn needs. The one place where a command is parsed."""
        # What is quoted is somebody else's, so that no command in it is run.
        own = OwnWords("", quotes=True) if message.quoted else own_words(message.text)
        said = without_address(own.said, self.phrases("name"))
        all_said = said and not own.quotes
        text = said if all_said else without_address(clean(message.text), self.phrases("name"))
        button = message.command or self._typed_button(said, message, conversation)
        command = parse(button or said)
        return Route(
            text,
            command,
            pressed=button is not None,
            record=record_needed(*command, conversation) if command else None,
            in_experts_thread=is_in_experts_thread(message),
            said=said,
            quoted=own.quotes,
        )

    def turn(self, message: Message, conversation: Conversation, route: Route | None = None) -> Turn:
        """The turn of the first policy that takes it: the reply, the next state of the conversation, and effects."""
        conversation = self._as_known(conversation)
        route = route or self.route(message, conversation)
        if route.quoted and not message.quoted:
            message = replace(message, quoted=True)
        turns = (policy(message, conversation, route) for policy in self._policies)
        turn = next(turn for turn in turns if turn is not None)  # the last policy answers everything
        return finish_turn(self.phrases, self._offer_to_resume(turn), message, conversation)

    def _as_known(self, conversation: Conversation) -> Conversation:
        """Without what the knowledge no longer has, since conversations are stored for days."""
        run, last, known = conversation.triage, conversation.last, self.knowledge
        if run is not None and not (self._dialogue is not None and self._dialogue.knows(run)):
            conversation = replace(conversation, triage=None)
        if last is None:
            return conversation
        known_last = replace(
            last,
            entry=last.entry if last.entry in known.answers else None,
            subjects=tuple(one for one in last.subjects if one in known.subjects),
            aspect=last.aspect if last.aspect in known.aspects else "",
            topics=tuple(one for one in last.topics if one in known.topics),
        )
        return conversation if known_last == last else replace(conversation, last=known_last)

    def without_names(self, text: str) -> str:
        """`text` without what could name a person: see `bot.nlu.name_removal`."""
        return self._name_remover(text)

    def recommendation(self, record: str) -> Reply:
        """The recommendation that `record` (JSON text) replays to. Raises RecordError, a ValueError."""
        if self._dialogue is None:
            raise RecordError("this knowledge has no guided dialogue")
        return self._dialogue.recommendation(record)

    # --- policies, in the order in which they are asked

    def _refuse_secret(self, message: Message, conversation: Conversation, route: Route) -> Turn | None:
        return Turn(self._responder.general.secret(), conversation) if message.had_secret else None

    def _post_for_workflow(self, message: Message, conversation: Conversation, route: Route) -> Turn | None:
        """What answers the topic of a workflow is posted; without a topic, the next in turn."""
        if not message.workflow:
            return None
        entries: tuple[str | None, ...] = self.drafts.subscribable()
        if route.text:
            question = self.reader.read(route.text)
            entries = (self._questions.turn(question, message, Conversation(), incident=False).reply.entry,)
        return self._workflow_posts.turn(entries, message, conversation)

    def _relay_answer(self, message: Message, conversation: Conversation, route: Route) -> Turn | None:
        """An expert's message in the thread of a question is an answer to it, be it the first or a further one."""
        if not message.expert_question:
            return None
        answer = as_answer(message.expert_question, message)
        return self._handlers["relay"](message.expert_question, answer, conversation)

    def _steer_dialogue(self, message: Message, conversation: Conversation, route: Route) -> Turn | None:
        """Dialogue commands in plain words, numbers, and options by their exact name take precedence of commands."""
        if self._typed is None or route.pressed or message.quoted or not route.said:
            return None
        return self._typed.literally(route.said, message, conversation)

    def _run_command(self, message: Message, conversation: Conversation, route: Route) -> Turn | None:
        if route.command is not None:
            name, argument = route.command
            handler = self._handlers.get(name)
            turn = handler(argument, message, conversation) if handler else None
            if turn is not None:
                return turn
        if message.command is not None:
            return Turn(self._responder.general.unknown_command(message.command), conversation)
        return None

    def _small_talk(self, message: Message, conversation: Conversation, route: Route) -> Turn | None:
        """Answers an empty message with help, one of files alone with a notice, and a greeting with a greeting."""
        if not route.text and message.has_files:
            return Turn(only_files(self.phrases), conversation)
        if not route.text:
            empty, can_ask = not message.text.strip(), message.experts is not None
            shown = self._responder.general.help(empty=empty, can_post=message.can_post, can_ask=can_ask)
            return Turn(shown, conversation)
        return Turn(self._responder.general.greeting(), conversation) if only_greets(route.text) else None

    def _answer_dialogue(self, message: Message, conversation: Conversation, route: Route) -> Turn | None:
        """An answer to the open question of the guided dialogue in free text."""
        if self._typed is None or conversation.triage is None or message.quoted:
            return None
        if self._reports_incident(message, conversation, route):
            return None
        return self._typed.in_words(self.reader.read(route.text), message, conversation)

    def _ask_for_english(self, message: Message, conversation: Conversation, route: Route) -> Turn | None:
        """A message in another language is told so, and answered by nothing that it resembles by chance."""
        language = self.languages.foreign(route.text)
        answering = conversation.triage is not None and conversation.triage.is_open
        if language is None or (language == OTHER and answering):
            return None
        reply = only_english(self.phrases, language, self._contact)
        if self._reports_incident(message, conversation, route):
            reply = replace(self._responder.incident(reply), title=reply.title)
        return Turn(reply, conversation)  # not kept for the curator: names can't be taken out of it

    def _answer_question(self, message: Message, conversation: Conversation, route: Route) -> Turn:
        question = self.reader.read(route.text)
        incident = self._reports_incident(message, conversation, route)
        turn = self._questions.turn(question, message, conversation, incident=incident)
        if self._typed is None or message.quoted or incident or _answers(question, turn.reply):
            return turn
        return self._typed.unclear(question, message, conversation) or turn

    # --- shared by policies

    def _reports_incident(self, message: Message, conversation: Conversation, route: Route) -> bool:
        """Read in the context in which its question is read, so that the encoder runs once."""
        last = None if message.quoted else conversation.last
        return self._guards.reports_incident(route.text, last.question if last else "")

    def _example(self, question: str, message: Message, conversation: Conversation) -> Turn | None:
        return self._answer_question(message, conversation, Route(question)) if question else None

    def _start_triage(self, message: Message, conversation: Conversation) -> Turn:
        if message.quoted and self._dialogue:
            return Turn(self._responder.general.offers_triage(), conversation)
        return self._handlers["triage"]("", message, conversation) or self._no_triage("", message, conversation)

    def _no_triage(self, argument: str, message: Message, conversation: Conversation) -> Turn:
        return Turn(self._responder.general.no_triage(), conversation)

    @staticmethod
    def _typed_button(text: str, message: Message, conversation: Conversation) -> str | None:
        """The command of the button whose label or number is `text`; None after a pause, with no button in view."""
        run = conversation.triage
        if run is not None and run.is_open and paused(message, conversation):
            return None
        return typed(text, conversation)

    def _offer_to_resume(self, turn: Turn) -> Turn:
        """Adds a button that resumes the open dialogue to a reply that digresses from it."""
        run, reply = turn.conversation.triage, turn.reply
        if self._dialogue is None or run is None or not run.is_open or reply.kind in ("triage", "recommendation"):
            return turn
        back = self._dialogue.replies.back_to(run)
        first = reply.kind in ("answer", "unstated", "offtopic", "help")
        if not first:
            return replace(turn, reply=replace(reply, choices=(*reply.choices, back)))
        back = replace(back, style="primary")
        brief = replace(reply.brief, choices=(back, *reply.brief.choices)) if reply.brief else None
        return replace(turn, reply=replace(reply, choices=(back, *reply.choices), brief=brief))


def _answers(question: Question, reply: Reply) -> bool:
    """True if a text without the form of a question was answered all the same: "the other one's drawbacks"."""
    if reply.kind == "answer":
        sure = asks(question) or reply.confidence >= SURE
        return sure and bool(question.subjects or question.aspects)
    if reply.kind in ("help", "triage"):
        return asks(question)
    return reply.kind not in UNANSWERED
