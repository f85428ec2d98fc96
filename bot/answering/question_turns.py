"""Turns on questions: the questions of a message, the context of the next one, and the gaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple

from bot.answering.decider import Decider
from bot.answering.decision import Decision
from bot.answering.explain import explain
from bot.answering.labels import labelled
from bot.answering.learnt_decider import LearntDecider
from bot.answering.replies import Responder
from bot.domain.conversation import Conversation, LastTurn
from bot.domain.effects import Effect, Unanswered
from bot.domain.messages import UNANSWERED, Message, Reply
from bot.domain.turn import Turn
from bot.knowledge.model import KnowledgeBase
from bot.nlu.fragments import is_code, is_empty, is_half, is_made_up, is_name_alone, name_of, repeats_itself
from bot.nlu.guards import Guards
from bot.nlu.question import RECURRING, RECURS, Question, QuestionReader
from bot.nlu.sentence_splitter import split_questions
from bot.nlu.text import split_words

MOST_OPTIONS = 5
FEW_WORDS = 2
WHAT_IS = "what is {name}"  # how a name alone is read
StartTriage = Callable[[Message, Conversation], Turn]
"""Starts the guided dialogue, or says that there is none."""


class Answered(NamedTuple):
    """What a question comes to, whoever asks it."""

    question: Question  # as it was read in the end
    decision: Decision
    reply: Reply | None  # None where the guided dialogue starts
    last: LastTurn  # what the next question may lean on


class QuestionTurns:
    """Takes the turn on an utterance that is read as a question. What short ones come to is cached."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        reader: QuestionReader,
        decider: Decider | LearntDecider,
        responder: Responder,
        guards: Guards,
        start_triage: StartTriage,
        is_known: Callable[[str], bool],
    ) -> None:
        """`is_known`: True for words of English and of the knowledge."""
        self._knowledge = knowledge
        self._reader = reader
        self._decider = decider
        self._responder = responder
        self._guards = guards
        self._start_triage = start_triage
        self._is_known = is_known
        self._in_names = {word.text for one in knowledge.subjects.values() for word in split_words(one.name)}
        self._recurring = lru_cache(RECURRING)(self._answer)

    def turn(self, whole: Question, message: Message, conversation: Conversation, *, incident: bool) -> Turn:
        """The turn on the question `whole`. `incident`: it reports one, so the security contact comes first."""
        # A quoted message is somebody else's, and this person's last turn is not its context.
        before = None if message.quoted else _leaned_on(conversation.last)
        answer = self._recurring if len(whole.text) <= RECURS else self._answer
        question, decision, reply, last = answer(whole, before, incident)
        if reply is None:
            return self._triage(question, decision, message, conversation)
        return Turn(reply, replace(conversation, last=last), self._gap(question, reply))

    def _answer(self, whole: Question, before: LastTurn | None, incident: bool) -> Answered:
        if is_name_alone(whole) and (before is None or not before.subjects):
            whole = self._reader.read(WHAT_IS.format(name=name_of(whole)))
        decision = self._asked_back(whole, self._decider.decide(whole, before), before)
        if decision.outcome == "triage" and not incident:
            return Answered(whole, decision, None, LastTurn())
        parts = self._parts(whole, decision, before)
        if len({found.entry for _, found in parts}) == 1:
            decision, parts = parts[0][1], []  # all questions of the message have one answer
        told = partial(self._guards.telling_words, whole.text) if incident else tuple
        why = partial(explain, whole, decision, parts, told)
        reply = self._responder.parts(parts, why) if parts else self._responder.reply(whole, decision, why)
        if incident:
            reply = self._responder.incident(reply)
        last = self._last_turn(whole, [decision for _, decision in parts] or [decision], before)
        return Answered(whole, decision, labelled(self._knowledge.phrases, reply), last)

    def _triage(self, question: Question, decision: Decision, message: Message, conversation: Conversation) -> Turn:
        """Starts the guided dialogue; offers it instead where the entry has a text to say first, and where a word or
        two were misspelled, so that something else may have been meant."""
        if self._knowledge.triage is None:
            return self._start_triage(message, conversation)
        entry = self._knowledge.answers.get(decision.entry or "")
        if entry is not None and entry.answer:
            return Turn(self._responder.general.offers_triage_after(entry), conversation)
        if question.corrections and len(question.words) <= FEW_WORDS:
            return Turn(self._responder.general.offers_triage(), conversation)
        return self._start_triage(message, conversation)

    def _asked_back(self, question: Question, decision: Decision, before: LastTurn | None) -> Decision:
        """`decision`, or a request to say more where the message is no whole question."""
        rule = self._fragment(question, decision, before)
        if not rule:
            return decision
        near = [one for one in decision.candidates.ranked if self._knowledge.answers[one.entry].kind == "answer"]
        options = tuple(one.entry for one in near)[:MOST_OPTIONS] if question.mentions else ()
        return decision._replace(outcome="clarify", entry=None, verdict=None, claims=(), options=options, rule=rule)

    def _fragment(self, question: Question, decision: Decision, before: LastTurn | None) -> str:
        """Why the message is no whole question; "" if it is one, or what was said before makes it one."""
        if not question.words:
            return "has no words"
        if is_code(question):
            return "is written for a machine"
        if repeats_itself(question):
            return "says the same again and again"
        if decision.outcome == "offtopic" and (is_empty(question) or self._in_names.issuperset(question.content_words)):
            return "has no word that says what it is about"
        if decision.outcome == "answer" and is_made_up(question, self._is_known):
            return "says nothing that is a word"
        if before is not None:
            return ""
        if len(question.words) == 1 and not question.mentions and self._in_names.issuperset(question.words):
            return "is a word of several names"
        return "breaks off" if decision.outcome in ("answer", "help") and is_half(question) else ""

    def _gap(self, question: Question, reply: Reply) -> tuple[Effect, ...]:
        """The question for the curator, if the reply does not answer it."""
        if reply.kind not in UNANSWERED:
            return ()
        return (Unanswered(question.text, reply.kind, reply.best_entry, reply.confidence, self._knowledge.version),)

    def _parts(self, whole: Question, decision: Decision, last: LastTurn | None) -> list[tuple[Question, Decision]]:
        """Each question of a message with its decision; empty if together they say no more than `decision` does."""
        pieces = split_questions(whole.text)
        if len(pieces) < 2:
            return [(whole, one) for one in self._decider.on_each_aspect(whole, decision)]
        decided: list[tuple[Question, Decision]] = []
        before = last
        for piece in pieces:
            question = self._reader.read(piece)
            found = self._decider.decide(question, before)
            if found.outcome != "answer" and question.subjects:
                found = self._decider.decide(question, last)  # it may have nothing to do with the question before it
            before = self._last_turn(question, [found], before)
            decided.append((question, found))
        answers = {found.entry for _, found in decided if found.outcome == "answer"}
        if len(answers) == 1 and all(_is_surer(found, decision) for _, found in decided):
            return decided
        if any(found.outcome not in ("answer", "unstated") for _, found in decided):
            return []
        if len(answers) < (2 if decision.outcome == "answer" else 1):
            return []
        main = {found.claims[0] for _, found in decided if found.claims}
        if decision.outcome == "answer" and main <= set(decision.claims):
            return []
        return decided

    def _last_turn(self, question: Question, decisions: list[Decision], before: LastTurn | None) -> LastTurn:
        """The context of the next question. If none was answered, it keeps what this question leaves open."""
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
        entry = self._knowledge.answers.get(last.entry or "")
        subjects = tuple(dict.fromkeys(subject for decision in answered for subject in decision.subjects))
        return LastTurn(
            question.text,
            last.entry,
            question.subjects or subjects,
            entry.aspect if entry else "",
            question.topics or last.topics,
        )


def _leaned_on(last: LastTurn | None) -> LastTurn | None:
    """What of the last turn a question may lean on: without what its reply alone has, such as its reference."""
    if last is None:
        return None
    return LastTurn(last.question, last.entry, last.subjects, last.aspect, last.topics, record=last.record)


def _is_surer(one: Decision, other: Decision) -> bool:
    """True if `one` is an answer with another entry than `other` and a higher score."""
    best, least = one.candidates.best, other.candidates.best
    if one.outcome != "answer" or one.entry == other.entry or best is None or least is None:
        return False
    return best.score > least.score
