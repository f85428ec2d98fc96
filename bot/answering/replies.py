"""From a decision to a reply: text, claims and next steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.answering.citing import Numbers
from bot.answering.composer import MOST_CHOICES, Composer
from bot.answering.decision import Decision
from bot.answering.general_replies import GeneralReplies
from bot.answering.labels import denial_label, verdict_label
from bot.domain.messages import Block, Bullets, Citation, Explain, Heading, Paragraph, Reply, Verdict
from bot.knowledge.model import Answer, KnowledgeBase
from bot.nlu.denial import denial_of
from bot.nlu.question import Question
from bot.nlu.written_text import first_sentence


class Responder:
    """Makes replies to questions; `general` makes those that rest on no decision. `contact`: whom to reach in an
    incident, as people should read it; "" if nobody is named."""

    def __init__(self, knowledge: KnowledgeBase, composer: Composer, contact: str) -> None:
        self._knowledge = knowledge
        self._composer = composer
        self._contact = contact
        self._say = knowledge.phrases
        self.general = GeneralReplies(knowledge, composer)
        self._entries: dict[tuple[str, Verdict | None], Reply] = {}

    def reply(self, question: Question, decision: Decision, explain: Explain = dict) -> Reply:
        return self._explained(question, self._reply(question, decision, None), decision, explain)

    def _explained(self, question: Question, reply: Reply, decision: Decision, explain: Explain) -> Reply:
        denies = reply.verdict in ("yes", "no") and not decision.bound  # what is not promised need not be the opposite
        denial = denial_of(question.text) if denies else None
        return replace(
            reply,
            verdict_label=denial_label(self._say, reply.verdict, denial) if denial and reply.verdict else "",
            best_entry=decision.best_entry,
            confidence=round(decision.confidence, 4),
            explain=explain,
        )

    def _reply(self, question: Question, decision: Decision, numbers: Numbers | None) -> Reply:
        """`numbers`: of the places that are cited by now, where this is a part of a reply."""
        match decision.outcome:
            case "answer":
                return self._answer(decision, numbers)
            case "unstated":
                return self._unstated(question, decision)
            case "clarify":
                return self._clarify(decision)
            case "help":
                return self.general.conversational(decision.entry)
            case "triage":
                return self.general.no_triage()
            case "offtopic":
                return self.general.offtopic()

    def _answer(self, decision: Decision, numbers: Numbers | None) -> Reply:
        if decision.halves:
            numbers = numbers or Numbers()
            parts = [self._entry(self._knowledge.answers[half], None, numbers) for half in decision.halves]
            return self._framed(replace(self._joined(parts), verdict=decision.verdict), decision)
        entry = self._knowledge.answers[decision.entry or ""]
        said = self.entry(entry, decision.verdict) if numbers is None else self._entry(entry, decision.verdict, numbers)
        return self._framed(said, decision)

    def _framed(self, reply: Reply, decision: Decision) -> Reply:
        """With what the source does not promise as its headline, the reason of a "no" that a comparison gives, or that
        it may not be what was asked; what else may be meant is offered first."""
        if decision.options:
            offered = (*map(self._composer.choice, decision.options), *reply.choices)
            reply = replace(reply, choices=tuple(dict.fromkeys(offered))[:MOST_CHOICES])
        if decision.unsure:
            return replace(reply, body=(Paragraph(self._say("unsure")), *reply.body))
        if decision.bound:
            return replace(reply, title=self._say("not-promised"), body=(Heading(reply.title), *reply.body))
        if decision.contrast is None:
            return reply
        topic, asked, other = map(self._composer.name, decision.contrast)
        why = self._say("listed-under-other", topic=topic, asked=asked, other=other)
        return replace(reply, body=(Paragraph(why), *reply.body))

    def entry(self, entry: Answer, verdict: Verdict | None = None) -> Reply:
        """The reply with a curated answer, and with `verdict` to a yes/no question. Each is composed once."""
        key = entry.id, verdict
        if key not in self._entries:
            self._entries[key] = self._entry(entry, verdict, Numbers())
        return self._entries[key]

    def _entry(self, entry: Answer, verdict: Verdict | None, numbers: Numbers) -> Reply:
        if entry.kind != "answer":
            return self.general.conversational(entry.id) if entry.kind == "help" else self.general.offtopic()
        body, citations = self._composer.cited_with_differences(entry, numbers)
        return Reply(
            "answer",
            self._composer.title(entry.id),
            verdict,
            body,
            citations,
            self._composer.disclosure(citation.claim for citation in citations),
            self._composer.related(entry),
            entry=entry.id,
            best_entry=entry.id,
            confidence=1.0,
        )

    def parts(self, parts: Sequence[tuple[Question, Decision]], explain: Explain = dict) -> Reply:
        """One reply to several questions, each part under its own heading."""
        numbers = Numbers()  # one count through all parts
        replies = [
            self._explained(question, self._reply(question, decision, numbers), decision, dict)
            for question, decision in parts
        ]
        return replace(self._joined(replies), explain=explain)

    def _joined(self, replies: Sequence[Reply]) -> Reply:
        """One reply that says what `replies` say, each under its headline."""
        body = self._composer.sections([(self._headline(reply), reply.body) for reply in replies])
        citations = _each_once(citation for reply in replies for citation in reply.citations)
        choices = tuple(dict.fromkeys(choice for reply in replies for choice in reply.choices))[:MOST_CHOICES]
        first = next(reply for reply in replies if reply.kind == "answer")
        return replace(
            first, title="", verdict=None, verdict_label="", body=body, citations=citations, choices=choices,
            disclosure=next((reply.disclosure for reply in replies if reply.disclosure), ""),
            confidence=min(reply.confidence for reply in replies),
        )  # fmt: skip

    def _unstated(self, question: Question, decision: Decision) -> Reply:
        topics = [self._composer.said(topic, question) for topic in decision.missing]
        own = self._knowledge.answers.get(decision.entry or "")
        if topics:
            text = self._say("unstated-topic", topic=topics[0])
        else:
            text = own.answer if own is not None and own.answer else self._say("unstated")
        nearby = self._nearby(decision)
        body: list[Block] = [Paragraph(text)]
        if nearby:
            first = nearby[0]
            body += [Paragraph(self._say("unstated-nearby")), Bullets((first_sentence(first.answer),))]
        return Reply(
            "unstated",
            self._say("unstated-title"),
            body=tuple(body),
            choices=tuple(self._composer.choice(entry.id) for entry in nearby[:3]) or self.general.starting_points(),
        )

    def _nearby(self, decision: Decision) -> list[Answer]:
        """At most three answers near the question: its options, then candidates that share a subject with it."""
        subjects = set(decision.resolved.subjects)
        ranked = [self._knowledge.answers[candidate.entry] for candidate in decision.candidates.ranked]
        chosen = [self._knowledge.answers[option] for option in decision.options if option in self._knowledge.answers]
        return [
            *chosen,
            *(
                entry
                for entry in ranked
                if entry.kind == "answer" and entry not in chosen and subjects & set(entry.subjects)
            ),
        ][:3]

    def _clarify(self, decision: Decision) -> Reply:
        if not decision.options:
            return Reply(
                "clarify",
                self._say("clarify-unclear-title"),
                body=(Paragraph(self._say("clarify-unclear")),),
                choices=self.general.starting_points(),
            )
        return Reply(
            "clarify",
            self._say("clarify-title"),
            body=(Paragraph(self._say("clarify")),),
            choices=tuple(self._composer.choice(option) for option in decision.options[:MOST_CHOICES]),
        )

    def incident(self, reply: Reply) -> Reply:
        """The security contact, then `reply` if it is an answer."""
        contact = (
            self._say("incident-contact", contact=self._contact) if self._contact else self._say("incident-no-contact")
        )
        first: tuple[Block, ...] = (Paragraph(self._say("incident")), Paragraph(contact))
        if reply.kind != "answer":
            return Reply(
                "notice",
                self._say("incident-title"),
                body=first,
                choices=reply.choices,
                incident=True,
                explain=reply.explain,
            )
        after = (Paragraph(self._say("incident-after")), Heading(reply.title))
        return replace(
            reply, title=self._say("incident-title"), verdict=None, verdict_label="",
            body=(*first, *after, *reply.body), incident=True,
        )  # fmt: skip

    def _headline(self, reply: Reply) -> str:
        said = reply.verdict_label or verdict_label(self._say, reply)
        return f"{said}. {reply.title}" if said else reply.title


def _each_once(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """One citation a claim; its words stand below only if no part of the reply says the same."""
    found: dict[str, Citation] = {}
    for citation in citations:
        other = found.get(citation.claim, citation)
        found[citation.claim] = replace(citation, below=citation.below and other.below)
    return tuple(found.values())
