"""ExpertCommands a person: a question goes to the experts' channel, with consent, and an expert's answer comes back."""

from __future__ import annotations

from dataclasses import replace

from bot.commands.confirmation import Handler, choices_for
from bot.commands.notices import relayed
from bot.domain.bounds import within
from bot.domain.conversation import Conversation, Pending
from bot.domain.effects import AskExpert, Relay, identity
from bot.domain.messages import Choice, Field, Form, Message, Paragraph, Reply
from bot.domain.turn import Turn
from bot.nlu.text import as_read

QUESTION, ANSWER = "question", "answer"
MOST = 1000  # characters of a question or an answer


class ExpertCommands:
    """The commands ask, answering and relay. `contact`: whom to reach where no experts' channel is set up."""

    def __init__(self, contact: str) -> None:
        self._contact = contact

    def handlers(self) -> dict[str, Handler]:
        return {"ask": self.ask, "answering": self.answering, "relay": self.relay}

    def ask(self, _: str, message: Message, conversation: Conversation) -> Turn:
        """Show what would be sent; it waits to be confirmed."""
        if message.experts is None:
            reach = f"Reach {self._contact}." if self._contact else "Use the way that your organisation has set up."
            instead = (Paragraph(f"I can't pass questions on from here. {reach}"),)
            return Turn(Reply("notice", "Ask a person", body=instead), conversation)
        asked = conversation.last.question if conversation.last else ""
        wanted = " ".join(message.entered.get(QUESTION) or (asked,)).strip()
        question = within(wanted, MOST)
        form = _form("ask", "Your question", "Preview" if not question else "Change it", QUESTION, question)
        if not question:
            empty = (Paragraph("It goes to the experts' channel under your name, after you have seen it."),)
            return Turn(Reply("notice", "Ask a person", body=empty, form=form), conversation)
        id = identity(message)
        cut = (Paragraph(f"Your question was longer: {MOST:,} characters fit."),) if question != wanted else ()
        body = (
            Paragraph(f"“{question}”"),
            *cut,
            Paragraph("It goes to the experts' channel under your name. Whoever is there can read it."),
            Paragraph("The question and the answer, without names, are kept so that the knowledge can grow."),
        )
        reply = Reply("notice", "Send this question?", body=body, choices=choices_for(id, "Send it"), form=form)
        pending = Pending(id, AskExpert(id, question, message.experts))
        return Turn(reply, replace(conversation, pending=pending))

    def answering(self, id: str, message: Message, conversation: Conversation) -> Turn | None:
        """The form in which an expert answers the question `id`."""
        if not id or not is_among_experts(message):
            return None
        form = _form(f"relay:{id}", "Your answer", "Pass it on", ANSWER, "")
        body = (Paragraph("The person who asked gets it as your answer, under your name."),)
        return Turn(Reply("notice", "Answer a question", body=body, form=form), conversation)

    def relay(self, id: str, message: Message, conversation: Conversation) -> Turn | None:
        """Pass an expert's answer on. Only from the experts' channel, so that nobody answers in their name."""
        answer = " ".join(message.entered.get(ANSWER, ())).strip()
        if not id or not is_among_experts(message):
            return None
        if not answer:
            return _not_relayed(id, "There is no answer in your message.", conversation)
        if len(answer) > MOST:
            return _not_relayed(id, f"Your answer is too long: {MOST} characters fit.", conversation)
        return Turn(relayed(id), conversation, (Relay(id, answer, answered_by=message.person),))


def as_answer(id: str, message: Message) -> Message:
    """What an expert typed in the thread of the question `id`, as if it had been entered in the form."""
    return replace(message, text="", command=f"relay:{id}", fields=((ANSWER, (as_read(message.text),)),))


def _not_relayed(id: str, why: str, conversation: Conversation) -> Turn:
    """The question stays open."""
    body = (Paragraph(f"{why} Mention me here with your answer, or use the button."),)
    choices = (Choice("Answer", f"answering:{id}", style="primary"),)
    return Turn(Reply("notice", "Nothing was passed on", body=body, choices=choices), conversation)


def is_among_experts(message: Message) -> bool:
    """Whether `message` comes from the experts' channel."""
    return message.experts is not None and replace(message.place, thread="") == replace(message.experts, thread="")


def _form(command: str, title: str, submit: str, field: str, text: str) -> Form:
    entry = Field(field, title, required=True, hint="Plain text", chosen=(text,) if text else ())
    return Form(command, title, submit, (entry,))
