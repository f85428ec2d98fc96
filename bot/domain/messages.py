"""The interface between the advisor and the surfaces: `Message` in, `Reply` out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from bot.domain.bounds import Fields, fields_within, well_formed, within
from bot.domain.redaction import contains_secret

Kind = Literal["answer", "unstated", "offtopic", "clarify", "triage", "recommendation", "help", "notice"]
Verdict = Literal["yes", "no", "partly"]
UNANSWERED: tuple[Kind, ...] = ("unstated", "offtopic", "clarify")  # after these the question is still open
Explain = Callable[[], dict[str, object]]
"""Returns the explanation of a reply as plain data."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation is held. A conversation is identified by its place and its person."""

    surface: str  # "terminal", "slack", "teams", "web"
    tenant: str = ""  # the workspace or tenant
    channel: str = ""  # the channel, chat or direct-message id
    thread: str = ""  # the thread within the channel, where there is one


@dataclass(frozen=True, slots=True)
class Message:
    """One utterance of a person, or one button press.

    `text` is as typed: `bot.nlu.text` takes the platform's markup out of it. The adapter has already taken out the
    bot's own mention. `command` is what a button carries, for instance `answer:ID`; a person could type it too.
    `delivery` is the platform's own id for this delivery: the same id twice gets the same reply.
    `at` is when it was received, in seconds since 1970: the turn itself reads no clock.
    `has_files`: something came with it that is not read.
    `quoted`: the text is not the person's own, or not sent yet. It is answered as a question; no command in it is run.
    `workflow`: a workflow asks for a post in the message's channel, and no person: `text` is its topic, if it has one.

    Everything is truncated to `bot.domain.bounds.LONGEST` on construction; `cut` is True then. Where a secret is found,
    text, command and fields are emptied on construction, so that nobody can store it; `had_secret` is True then.
    """

    text: str = ""
    command: str | None = None
    place: Place = Place("terminal")
    person: str = ""
    public: bool = False  # others can read along
    alone: bool = False  # its reply is for the person alone, in a place where others are
    quoted: bool = False
    has_files: bool = False
    workflow: bool = False
    delivery: str = ""
    at: float = 0.0
    fields: Fields = ()  # a submitted form: field id and the values chosen
    can_post: bool = False  # this surface has channels in which something can be posted
    beside: str = ""  # the channel that the person has in view beside this conversation, where that is known
    experts: Place | None = None  # where a question to a person goes from here; None: nowhere
    # Filled in by the session, see `bot.domain.turn.Route`.
    record: str = ""  # the stored recommendation that the command is about, as JSON
    expert_question: str = ""  # the id of the question to experts in whose thread this was said
    cut: bool = False  # something was truncated
    had_secret: bool = False
    # The text, command and fields that were looked through, for copies: a surface and the session make several.
    checked: tuple[str, str | None, Fields] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.checked == (self.text, self.command, self.fields):
            return
        # A half of a surrogate pair can be neither stored nor sent.
        sent = well_formed(self.text), self.command and well_formed(self.command), self.fields
        if self.fields:
            sent = *sent[:2], tuple((well_formed(id), tuple(map(well_formed, given))) for id, given in self.fields)
        text, command = within(sent[0]), None if sent[1] is None else within(sent[1])
        fields = fields_within(sent[2]) if sent[2] else ()
        cut = self.cut or (text, command, fields) != sent
        said = (text, command or "", *(value for _, given in fields for value in given))
        had_secret = self.had_secret or any(map(contains_secret, said))
        if had_secret:
            text, command, fields = "", None, ()
        new: dict[str, object] = {"checked": (text, command, fields)}
        if (text, command, fields) != (self.text, self.command, self.fields) or cut or had_secret:
            new |= {"text": text, "command": command, "fields": fields, "cut": cut, "had_secret": had_secret}
        for name, value in new.items():
            object.__setattr__(self, name, value)  # still under construction

    @property
    def present_channel(self) -> str:
        """The channel that the person is in: that of the message, or the one beside it; "" where there is none."""
        return self.place.channel if self.public else self.beside

    @property
    def entered(self) -> dict[str, tuple[str, ...]]:
        """The submitted form's values by field id."""
        return dict(self.fields)


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Heading | Bullets | Table


@dataclass(frozen=True, slots=True)
class Citation:
    """A claim that a reply rests on, and its place in the source."""

    claim: str
    says: str
    at: str
    source: str  # the source's title
    promotion: bool = False  # the source promotes its own product here
    number: int = 0  # of the place within the reply, "[1]" in its text; 0: it has none
    below: bool = True  # its words stand below the reply, which does not say the same; else they are one step away
    by: str = ""  # what the source is called for short: its publisher
    published: str = ""  # when the source was published, as people read it
    url: str = ""  # of the source; "" where none is known
    interest: str = ""  # whose interest the source serves


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: pressing it, or typing its label, sends `command`."""

    label: str
    command: str
    hint: str = ""
    style: Literal["", "primary", "danger"] = ""


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. Without options it takes free text, or with `place` the id of a channel.

    The surface offers the channels, and checks that the person is a member.
    """

    id: str
    label: str
    options: tuple[Option, ...] = ()
    multiple: bool = False
    required: bool = False
    hint: str = ""
    chosen: tuple[str, ...] = ()
    place: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    command: str  # sent with the fields when the form is submitted
    title: str
    submit: str  # the label of the button that submits it
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    step: int  # from 1
    steps: int


@dataclass(frozen=True, slots=True)
class Brief:
    """A reply in short, for a surface that shows the rest one step away."""

    body: tuple[Block, ...]
    choices: tuple[Choice, ...] = ()  # instead of the reply's; one of them shows the rest


@dataclass(frozen=True, slots=True)
class Reply:
    """What the advisor says. `choices` are next steps, the most important first.

    `tools` are actions on this reply (share it, vote, ask a person): drawn smaller, and left out where the surface has
    another way to do the same.
    """

    kind: Kind
    title: str = ""
    verdict: Verdict | None = None
    body: tuple[Block, ...] = ()
    citations: tuple[Citation, ...] = ()
    disclosure: str = ""  # who wrote the source and in whose interest; empty where it need not be shown unasked
    choices: tuple[Choice, ...] = ()
    tools: tuple[Choice, ...] = ()
    form: Form | None = None
    progress: Progress | None = None
    brief: Brief | None = None  # the same in short; None: it is short
    aside: bool = False  # looked at beside the conversation and left again: on top of it, where the surface can do that
    quiet: bool = False  # says only that it was done: left out where the surface shows that on the button itself
    replaces: bool = False  # takes the place of the message whose button was pressed, where the surface can do that
    private: bool = True  # for the person alone, where the surface can do that
    entry: str | None = None  # the curated answer this is, if it is one
    record: str = ""  # the id of the recommendation this is, if it is one
    best_entry: str | None = None  # the best candidate, also when it was not good enough
    confidence: float = 0.0  # how sure of best_entry, 0 to 1
    reference: str = ""  # names this reply in votes, shares and log lines
    link: str = ""  # the address of the post that this reply is about
    about: str = ""  # the channel that the reply is about, which the surface names
    incident: bool = False  # the security contact comes first
    forgets: bool = False  # confirms a deletion: the surface keeps nothing of the exchange
    verdict_label: str = ""  # the verdict as people read it; see `bot.answering.labels`
    citations_label: str = ""  # what stands above the citations whose words stand below
    places_line: str = ""  # the places of the citations, each once, with publisher and date; to be drawn quietly
    explain: Explain = field(default=dict, compare=False)  # made only where somebody looks

    @property
    def explanation(self) -> dict[str, object]:
        """How this reply was found, as plain data."""
        return self.explain()

    @property
    def text(self) -> str:
        """The whole reply as plain text, for notifications, screen readers and the terminal."""
        return "\n".join(_lines(self)).strip()


def _lines(reply: Reply) -> list[str]:
    lines: list[str] = []
    headline = ". ".join(part for part in (reply.verdict_label, reply.title) if part)
    if headline:
        lines += [headline, ""]
    for block in reply.body:
        lines += [*block_lines(block), ""]
    if below := [citation for citation in reply.citations if citation.below]:
        lines += [f"{reply.citations_label}:"] if reply.citations_label else []
        lines += [f"- {in_words(citation)}" for citation in below]
        lines += [""]
    if reply.places_line:
        lines += [reply.places_line, ""]
    if reply.disclosure:
        lines += [reply.disclosure, ""]
    if reply.link:
        lines += [reply.link]
    return lines


def in_words(citation: Citation) -> str:
    """What a claim says as a line: after the number of its place, or before the place itself where it has none."""
    return f"[{citation.number}] {citation.says}" if citation.number else f"{citation.says} [{citation.at}]"


def block_lines(block: Block) -> list[str]:
    """One block of a body as lines of plain text."""
    match block:
        case Paragraph(text) | Heading(text):
            return [text]
        case Bullets(items):
            return [f"• {item}" for item in items]
        case Table(header, rows):
            return [
                line
                for row in rows
                for line in (
                    f"{row[0]}:",
                    *(f"  {name}: {cell}" for name, cell in zip(header[1:], row[1:], strict=False)),
                )
            ]
