"""Replies that rest on no decision: help, what there is to ask, the sources, notices and offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.composer import MOST_CHOICES, Composer
from bot.domain.messages import Block, Brief, Bullets, Choice, Heading, Paragraph, Reply
from bot.knowledge.model import Answer, KnowledgeBase
from bot.nlu.command_parser import BY_NAME, QUESTION, listed

MOST_EXAMPLES = 3  # example questions in an off-topic reply


class GeneralReplies:
    def __init__(self, knowledge: KnowledgeBase, composer: Composer) -> None:
        self._knowledge = knowledge
        self._composer = composer
        self._say = knowledge.phrases

    def help(self, *, empty: bool = False, can_post: bool = False, can_ask: bool = False) -> Reply:
        """What the advisor does, with first questions as buttons, and the commands; these are left out in short.
        `empty`: the message had no text."""
        intro = Paragraph(self._say("empty" if empty else "help-intro"))
        commands = self.commands(can_post=can_post, can_ask=can_ask)
        *questions, more = self.first_steps()
        return Reply(
            "help",
            self._say("name"),
            body=(intro, Heading(commands.title), *commands.body),
            choices=tuple(questions),
            brief=Brief((intro,), (*questions, more)),
        )

    def commands(self, *, can_post: bool = False, can_ask: bool = False) -> Reply:
        """The commands that can be typed. `can_post`: there are channels to post in. `can_ask`: there are people to
        ask."""
        commands = listed(can_post=can_post, can_ask=can_ask)
        described = tuple(f"{command.name}: {self._say(command.phrase)}" for command in commands)
        return Reply("help", self._say("help-commands"), body=(Bullets(described),), aside=True)

    def greeting(self) -> Reply:
        return self.conversational("greeting")

    def conversational(self, entry: str | None) -> Reply:
        """What an entry for greetings and the like says; help, if it leaves that to the program."""
        found = self._knowledge.answers.get(entry or "")
        if found is None or not found.answer:
            return self.help()
        return Reply(
            "help",
            found.title,
            body=self._composer.body(found),
            choices=self.first_steps(),
            entry=found.id,
            best_entry=found.id,
            confidence=1.0,
        )

    def topics(self) -> Reply:
        """The aspects and subjects that answers exist for, as buttons."""
        answers = [entry for entry in self._knowledge.answers.values() if entry.kind == "answer"]
        first = [entry for entry in answers if entry.aspect] or answers
        body = (Bullets(tuple(self._composer.title(entry.id) for entry in first[:40])),)
        return Reply("help", self._say("topics-title"), body=body, choices=self.starting_points())

    def about(self) -> Reply:
        """Every source: who published it and when, in whose interest, and its address."""
        body = tuple(
            Paragraph(" ".join(part for part in (self._composer.source_line(id), source.url) if part))
            for id, source in self._knowledge.sources.items()
        )
        return Reply("help", self._say("about-title"), body=body, choices=self.starting_points())

    def sources(self, claims: Sequence[str]) -> Reply:
        """What the claims say, each with its place, and in whose interest their sources speak."""
        known = [claim for claim in claims if claim in self._knowledge.claims]
        if not known:
            return self.unknown_answer()
        citations, interests = self._composer.quoted(known), self._composer.interests(known)
        body = tuple(Paragraph(url) for url in dict.fromkeys(citation.url for citation in citations) if url)
        title = self._say("sources-title")
        return Reply("help", title, body=body, citations=citations, disclosure=interests, aside=True)

    def offtopic(self) -> Reply:
        """What can be asked about, with examples as buttons; the starting points where there are none."""
        body: tuple[Block, ...] = (Paragraph(self._say("offtopic")),)
        examples = self._examples()[:MOST_EXAMPLES]
        if examples:
            body += (Paragraph(self._say("offtopic-examples")),)
        return Reply("offtopic", self._say("offtopic-title"), body=body, choices=examples or self.starting_points())

    def offers_triage(self) -> Reply:
        """Offers the guided dialogue instead of starting it, in reply to a quoted message."""
        body = (Paragraph(self._say("offers-triage")),)
        start = Choice(self._say("offers-triage-start"), "triage", style="primary")
        return Reply("notice", self._say("offers-triage-title"), body=body, choices=(start,))

    def offers_triage_after(self, entry: Answer) -> Reply:
        """What `entry` says, with a button that starts the guided dialogue."""
        start = Choice(self._say("offers-triage-start"), "triage", style="primary")
        choices = (start, *self._composer.related(entry))[:MOST_CHOICES]
        return Reply("triage", self._composer.title(entry.id), body=self._composer.body(entry), choices=choices)

    def no_triage(self) -> Reply:
        """Says that the knowledge has no guided dialogue, and offers starting points."""
        text = self._say("no-triage")
        return Reply("triage", "", body=(Paragraph(text),), choices=self.starting_points())

    def secret(self) -> Reply:
        return Reply("notice", self._say("secret-title"), body=(Paragraph(self._say("secret")),))

    def forgetting(self) -> Reply:
        return Reply("notice", self._say("forgotten-title"))

    def meant(self, command: str) -> Reply:
        """Asks whether `command` was meant, its name and its text: it was misspelled, and is not run by mistake."""
        name = command.partition(":")[0]
        body = (Paragraph(self._say("meant-command", command=name)),)
        choices = (Choice(name, command, hint=self._say(BY_NAME[name].phrase)), *self.starting_points())
        return Reply("clarify", self._say("meant-command-title"), body=body, choices=choices[:MOST_CHOICES])

    def unknown_command(self, command: str) -> Reply:
        name = command.partition(":")[0][:40]
        return replace(self.help(), kind="notice", title=self._say("unknown-command", command=name))

    def unknown_answer(self) -> Reply:
        return Reply("notice", body=(Paragraph(self._say("unknown-answer")),), choices=self.starting_points())

    def first_steps(self) -> tuple[Choice, ...]:
        """Example questions, or the starting points where there are none, and the button that shows the commands."""
        asked = self._examples() or self.starting_points()
        return (*asked[: MOST_CHOICES - 1], Choice(self._say("help-commands"), "commands"))

    def _examples(self) -> tuple[Choice, ...]:
        return tuple(Choice(example, f"{QUESTION}:{example}") for example in self._say.all("help-examples"))

    def starting_points(self) -> tuple[Choice, ...]:
        """The answers that are offered where nobody has asked for one yet."""
        listed = self._say.all("starting-points")
        return tuple(self._composer.choice(entry) for entry in listed if entry in self._knowledge.answers)[
            :MOST_CHOICES
        ]
