"""From a decision to a reply: text, claims and next steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.answering.citing import Numbers
from bot.answering.composer import MOST_CHOICES, Composer
from bot.answering.decision import Decision
from bot.answering.labels import denial_label, verdict_label
from bot.domain.messages import Block, Bullets, Choice, Citation, Explain, Heading, Paragraph, Reply, Verdict
from bot.knowledge.model import Answer, KnowledgeBase
from bot.nlu.command_parser import BY_NAME, listed
from bot.nlu.denial import denial_of
from bot.nlu.question import Question
from bot.nlu.written_text import first_sentence

MOST_EXAMPLES = 3  # example questions in an off-topic reply


class Responder:
    """Makes replies. `contact`: whom to reach in an incident, as people should read it; "" if nobody is named."""

    def __init__(self, knowledge: KnowledgeBase, composer: Composer, contact: str) -> None:
        self._knowledge = knowledge
        self._composer = composer
        self._contact = contact
        self._say = knowledge.phrases
        self._entries: dict[tuple[str, Verdict | None], Reply] = {}

    # --- questions

    def reply(self, question: Question, decision: Decision, explain: Explain = dict) -> Reply:
        return self._explained(question, self._reply(question, decision, None), decision, explain)

    def _explained(self, question: Question, reply: Reply, decision: Decision, explain: Explain) -> Reply:
        denial = denial_of(question.text) if reply.verdict in ("yes", "no") else None
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
                return self._conversational(decision.entry)
            case "triage":
                return self.no_triage()
            case "offtopic":
                return self.offtopic()

    def _answer(self, decision: Decision, numbers: Numbers | None) -> Reply:
        entry = self._knowledge.answers.get(decision.entry or "")
        if entry is None:
            title = ", ".join(self._composer.name(topic) for topic in decision.topics)
            said: tuple[Block, ...] = (Bullets(self._composer.in_words(decision.claims)),)
            body, citations = self._composer.cited(said, decision.claims, numbers or Numbers())
            return Reply(
                "answer",
                title[:1].upper() + title[1:],
                decision.verdict,
                body,
                citations,
                self._composer.disclosure(decision.claims),
            )
        if numbers is None and set(decision.claims) <= set(entry.claims):
            return self._framed(self.entry(entry, decision.verdict), decision)
        claims = (*entry.claims, *decision.claims)  # the verdict may rest on more than the answer
        return self._framed(self._entry(entry, decision.verdict, claims, numbers or Numbers()), decision)

    def _framed(self, reply: Reply, decision: Decision) -> Reply:
        """With what the source does not promise as its headline, or the reason of a "no" that a comparison gives."""
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
            self._entries[key] = self._entry(entry, verdict, entry.claims, Numbers())
        return self._entries[key]

    def _entry(self, entry: Answer, verdict: Verdict | None, claims: Sequence[str], numbers: Numbers) -> Reply:
        if entry.kind != "answer":
            return self._conversational(entry.id) if entry.kind == "help" else self.offtopic()
        body, citations = self._composer.cited_with_differences(entry, claims, numbers)
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
        body = self._composer.sections([(self._headline(reply), reply.body) for reply in replies])
        citations = _each_once(citation for reply in replies for citation in reply.citations)
        choices = tuple(dict.fromkeys(choice for reply in replies for choice in reply.choices))[:MOST_CHOICES]
        first = next(reply for reply in replies if reply.kind == "answer")
        return replace(
            first, title="", verdict=None, verdict_label="", body=body, citations=citations, choices=choices,
            disclosure=next((reply.disclosure for reply in replies if reply.disclosure), ""),
            confidence=min(reply.confidence for reply in replies), explain=explain,
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
            choices=tuple(self._composer.choice(entry.id) for entry in nearby[:3]) or self._starting_points(),
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
                choices=self._starting_points(),
            )
        return Reply(
            "clarify",
            self._say("clarify-title"),
            body=(Paragraph(self._say("clarify")),),
            choices=tuple(self._composer.choice(option) for option in decision.options[:MOST_CHOICES]),
        )

    # --- everything else

    def offtopic(self) -> Reply:
        body: tuple[Block, ...] = (Paragraph(self._say("offtopic")),)
        if examples := self._say.all("help-examples")[:MOST_EXAMPLES]:
            body += (Paragraph(self._say("offtopic-examples")), Bullets(examples))
        return Reply("offtopic", self._say("offtopic-title"), body=body, choices=self._starting_points())

    def _conversational(self, entry: str | None) -> Reply:
        found = self._knowledge.answers.get(entry or "")
        if found is None or not found.answer:
            return self.help()
        return Reply(
            "help",
            found.title,
            body=self._composer.body(found),
            choices=self._starting_points(),
            entry=found.id,
            best_entry=found.id,
            confidence=1.0,
        )

    def help(self, *, empty: bool = False, can_post: bool = False) -> Reply:
        """What can be asked, with examples and commands. `empty`: the message had no text."""
        intro = self._say("empty" if empty else "help-intro")
        examples = self._say.all("help-examples")
        described = tuple(f"{command.name}: {self._say(command.phrase)}" for command in listed(can_post))
        body: list[Block] = [Paragraph(intro)]
        if examples:
            body.append(Bullets(tuple(examples)))
        body += [Heading(self._say("help-commands")), Bullets(described)]
        return Reply("help", self._say("name"), body=tuple(body), choices=self._starting_points())

    def greeting(self) -> Reply:
        return self._conversational("greeting")

    def topics(self) -> Reply:
        """The aspects and subjects that answers exist for, as buttons."""
        answers = [entry for entry in self._knowledge.answers.values() if entry.kind == "answer"]
        first = [entry for entry in answers if entry.aspect] or answers
        body = (Bullets(tuple(self._composer.title(entry.id) for entry in first[:40])),)
        return Reply("help", self._say("topics-title"), body=body, choices=self._starting_points())

    def about(self) -> Reply:
        """Every source: who published it and when, in whose interest, and its address."""
        body = tuple(
            Paragraph(" ".join(part for part in (self._composer.source_line(id), source.url) if part))
            for id, source in self._knowledge.sources.items()
        )
        return Reply("help", self._say("about-title"), body=body, choices=self._starting_points())

    def sources(self, claims: Sequence[str]) -> Reply:
        """What the claims say, each with its place, and in whose interest their sources speak."""
        known = [claim for claim in claims if claim in self._knowledge.claims]
        if not known:
            return self.unknown_answer()
        citations, interests = self._composer.quoted(known), self._composer.interests(known)
        body = tuple(Paragraph(url) for url in dict.fromkeys(citation.url for citation in citations) if url)
        return Reply("help", self._say("sources-title"), body=body, citations=citations, disclosure=interests)

    def offers_triage(self) -> Reply:
        """Offers the guided dialogue instead of starting it, in reply to a quoted message."""
        body = (Paragraph(self._say("offers-triage")),)
        start = Choice(self._say("offers-triage-start"), "triage")
        return Reply("notice", self._say("offers-triage-title"), body=body, choices=(start,))

    def offers_triage_after(self, entry: Answer) -> Reply:
        """What `entry` says, with a button that starts the guided dialogue."""
        start = Choice(self._say("offers-triage-start"), "triage", style="primary")
        choices = (start, *self._composer.related(entry))[:MOST_CHOICES]
        return Reply("triage", self._composer.title(entry.id), body=self._composer.body(entry), choices=choices)

    def no_triage(self) -> Reply:
        """Says that the knowledge has no guided dialogue, and offers starting points."""
        text = self._say("no-triage")
        return Reply("triage", "", body=(Paragraph(text),), choices=self._starting_points())

    def secret(self) -> Reply:
        return Reply("notice", self._say("secret-title"), body=(Paragraph(self._say("secret")),))

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

    def forgetting(self) -> Reply:
        return Reply("notice", self._say("forgotten-title"))

    def meant(self, name: str) -> Reply:
        """Asks whether the command `name` was meant: it was misspelled, and is not run by mistake."""
        command = BY_NAME[name]
        body = (Paragraph(self._say("meant-command", command=name)),)
        choices = (Choice(name, name, hint=self._say(command.phrase)), *self._starting_points())
        return Reply("clarify", self._say("meant-command-title"), body=body, choices=choices[:MOST_CHOICES])

    def unknown_command(self, command: str) -> Reply:
        name = command.partition(":")[0][:40]
        return replace(self.help(), kind="notice", title=self._say("unknown-command", command=name))

    def unknown_answer(self) -> Reply:
        return Reply("notice", body=(Paragraph(self._say("unknown-answer")),), choices=self._starting_points())

    def _headline(self, reply: Reply) -> str:
        said = reply.verdict_label or verdict_label(self._say, reply)
        return f"{said}. {reply.title}" if said else reply.title

    def _starting_points(self) -> tuple[Choice, ...]:
        listed = self._say.all("starting-points")
        return tuple(self._composer.choice(entry) for entry in listed if entry in self._knowledge.answers)[
            :MOST_CHOICES
        ]


def _each_once(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """One citation a claim; its words stand below only if no part of the reply says the same."""
    found: dict[str, Citation] = {}
    for citation in citations:
        other = found.get(citation.claim, citation)
        found[citation.claim] = replace(citation, below=citation.below and other.below)
    return tuple(found.values())
