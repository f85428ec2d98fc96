"""Questions to experts: sent to the experts' channel after confirmation; an expert's answer is relayed to the asker."""

from __future__ import annotations

from dataclasses import replace

from bot.commands.confirmation import Handler, choices_for
from bot.commands.notices import relayed
from bot.domain.bounds import within
from bot.domain.conversation import Conversation, Pending
from bot.domain.effects import AskExpert, Relay, identity
from bot.domain.messages import Choice, Field, Form, Message, Paragraph, Reply
from bot.domain.phrases import Phrases
from bot.domain.turn import Turn
from bot.nlu.text import as_read

QUESTION, ANSWER = "question", "answer"
MOST = 1000  # characters of a question or an answer


class ExpertCommands:
    """The commands ask, answering and relay. `contact`: named where no experts' channel is configured."""

    def __init__(self, contact: str, say: Phrases) -> None:
        self._contact = contact
        self._say = say

    def handlers(self) -> dict[str, Handler]:
        return {"ask": self.ask, "answering": self.answering, "relay": self.relay}

    def ask(self, typed: str, message: Message, conversation: Conversation) -> Turn | None:
        """Preview of the question, the one `typed` or else the last one; sending it becomes the pending effect.

        None for a question that was typed where none can be passed on: the advisor answers it itself.
        """
        say = self._say
        if message.experts is None and typed:
            return None
        if message.experts is None:
            contact = self._contact
            instead = say("ask-nowhere-contact", contact=contact) if contact else say("ask-nowhere")
            return Turn(Reply("notice", say("ask-title"), body=(Paragraph(instead),)), conversation)
        asked = typed or (conversation.last.question if conversation.last else "")
        wanted = " ".join(message.entered.get(QUESTION, (asked,))).strip()
        question = within(wanted, MOST)
        if not question:
            return Turn(self._asked(""), conversation)
        id = identity(message)
        cut = (Paragraph(self._cut()),) if question != wanted else ()
        body = (
            Paragraph(f"“{question}”"),
            *cut,
            Paragraph(say("ask-preview-where")),
            Paragraph(say("ask-preview-kept")),
        )
        choices = choices_for(say, id, say("ask-confirm"))
        form = self._form("ask", say("ask-form-title"), say("ask-form-change"), QUESTION, question)
        reply = Reply("notice", say("ask-preview-title"), body=body, choices=choices, form=form)
        pending = Pending(id, AskExpert(id, question, message.experts))
        return Turn(reply, replace(conversation, pending=pending))

    def amended(self, effect: AskExpert, message: Message) -> AskExpert | Reply:
        """`effect` with the question that stands in the form beside the preview when it is confirmed; or the form
        again, where that is empty or too long."""
        if QUESTION not in message.entered:
            return effect
        question = " ".join(message.entered[QUESTION]).strip()
        if 0 < len(question) <= MOST:
            return replace(effect, question=question)
        return self._asked(within(question, MOST), *((self._cut(),) if question else ()))

    def answering(self, id: str, message: Message, conversation: Conversation) -> Turn | None:
        """The form for an expert's answer to the question `id`; None outside the experts' channel."""
        if not id or not is_among_experts(message):
            return None
        say = self._say
        form = self._form(f"relay:{id}", say("relay-form-title"), say("relay-form-submit"), ANSWER, "")
        return Turn(Reply("notice", say("relay-title"), body=(Paragraph(say("relay-where")),), form=form), conversation)

    def relay(self, id: str, message: Message, conversation: Conversation) -> Turn | None:
        """Relay an expert's answer to the asker; None outside the experts' channel, so that nobody else can answer."""
        answer = " ".join(message.entered.get(ANSWER, ())).strip()
        if not id or not is_among_experts(message):
            return None
        if not answer:
            return self._not_relayed(id, self._say("relay-nothing-empty"), conversation)
        if len(answer) > MOST:
            return self._not_relayed(id, self._say("relay-nothing-long", most=MOST), conversation)
        return Turn(relayed(self._say, id), conversation, (Relay(id, answer, answered_by=message.person),))

    def _asked(self, question: str, *lead: str) -> Reply:
        """The form for the question, after the paragraphs `lead`."""
        say = self._say
        form = self._form("ask", say("ask-form-title"), say("ask-form-preview"), QUESTION, question)
        body = tuple(Paragraph(text) for text in (*lead, say("ask-where")))
        return Reply("notice", say("ask-title"), body=body, form=form)

    def _cut(self) -> str:
        return self._say("ask-preview-cut", most=f"{MOST:,}")

    def _not_relayed(self, id: str, why: str, conversation: Conversation) -> Turn:
        """A notice that says why, with the question still open."""
        choices = (Choice(self._say("relay-button"), f"answering:{id}", style="primary"),)
        reply = Reply("notice", self._say("relay-nothing-title"), body=(Paragraph(why),), choices=choices)
        return Turn(reply, conversation)

    def _form(self, command: str, title: str, submit: str, field: str, text: str) -> Form:
        hint = self._say("field-plain-text")
        entry = Field(field, title, required=True, hint=hint, chosen=(text,) if text else ())
        return Form(command, title, submit, (entry,))


def as_answer(id: str, message: Message) -> Message:
    """`message`, typed in the thread of the question `id`, as the form that `answering` shows, filled in."""
    return replace(message, text="", command=f"relay:{id}", fields=((ANSWER, (as_read(message.text),)),))


def is_among_experts(message: Message) -> bool:
    """True if `message` comes from the experts' channel, or a thread in it."""
    return message.experts is not None and replace(message.place, thread="") == replace(message.experts, thread="")


def is_in_experts_thread(message: Message) -> bool:
    """True for an utterance in a thread of the experts' channel: it may answer the question that started the thread."""
    said = message.command is None and not message.quoted
    return said and bool(message.place.thread) and is_among_experts(message)
