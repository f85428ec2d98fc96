"""What crosses the border between the advisor and the surfaces it is used on: `Message` in, `Reply` out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from bot.domain.bounds import Fields, fields_within, within
from bot.domain.redaction import contains_secret

Kind = Literal["answer", "unstated", "offtopic", "clarify", "triage", "recommendation", "help", "notice"]
Verdict = Literal["yes", "no", "partly"]
UNANSWERED: tuple[Kind, ...] = ("unstated", "offtopic", "clarify")  # after these the question is still open
Explain = Callable[[], dict[str, object]]
"""Says why a reply is what it is, as plain data."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation is held. Two messages belong to one conversation when place and person are equal."""

    surface: str  # "terminal", "slack", "teams", "web"
    tenant: str = ""  # the workspace or tenant
    channel: str = ""  # the channel, chat or direct-message id
    thread: str = ""  # the thread within the channel, where there is one


@dataclass(frozen=True, slots=True)
class Message:
    """One thing a person said, or one button they pressed.

    `text` is as typed: `bot.nlu.text` takes the platform's markup out of it. The adapter has already taken out the
    bot's own mention. `command` is what a button carries, for instance `answer:ID`; a person could type it too.
    `delivery` is the platform's own id for this delivery: the same id twice gets the same reply.
    `at` is when it was received, in seconds since 1970: the turn itself reads no clock.
    `quoted`: the person hands the text over and does not say it, as it is somebody else's or not sent off yet. It is
    answered as a question, and nothing in it is carried out.

    No message is longer than what is read (see `bot.domain.bounds`), whoever makes it: the rest is gone, and `cut` says
    so.

    A message holds no secret: where a key or token stands in what was said, all of that is taken out as the message is
    made, before anybody can keep it or hand it on, and `had_secret` says so.
    """

    text: str = ""
    command: str | None = None
    place: Place = Place("terminal")
    person: str = ""
    public: bool = False  # others can read along
    quoted: bool = False
    delivery: str = ""
    at: float = 0.0
    fields: Fields = ()  # a submitted form: field id and the values chosen
    can_post: bool = False  # this surface has channels in which something can be posted
    experts: Place | None = None  # where a question to a person goes from here; None: nowhere
    # The session fills these in, see `bot.domain.turn.Route`.
    record: str = ""  # the kept recommendation that the command is about, as JSON
    open_question: str = ""  # the id of the question to experts in whose thread this was said
    cut: bool = False  # more was said or entered than is read
    had_secret: bool = False

    def __post_init__(self) -> None:
        text, command = within(self.text), None if self.command is None else within(self.command)
        fields = fields_within(self.fields) if self.fields else ()
        cut = self.cut or (text, command, fields) != (self.text, self.command, self.fields)
        said = (text, command or "", *(value for _, given in fields for value in given))
        had_secret = self.had_secret or any(map(contains_secret, said))
        if had_secret:
            text, command, fields = "", None, ()
        if cut or had_secret:
            new = {"text": text, "command": command, "fields": fields, "cut": cut, "had_secret": had_secret}
            for name, value in new.items():
                object.__setattr__(self, name, value)  # nobody has seen the message yet

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
    """One claim that a reply rests on, and where a reader finds it in the source."""

    claim: str
    says: str
    at: str
    source: str  # the source's title
    promotion: bool = False  # the source speaks for its own product here


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: pressing it sends `command`; its label can be typed too."""

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
    """One field of a form, for surfaces that draw forms. No options: free text, or a channel.

    `place`: the value is a channel's id, picked from those that the surface offers; it checks that the person is in it.
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
class Reply:
    """What the advisor says. `choices` are next steps; the first ones matter most when a surface has room for few.

    `tools` are what can be done with this reply (share it, say whether it helped, ask a person): drawn smaller than the
    choices, and left out where the surface has another way to do the same.
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
    replaces: bool = False  # takes the place of the message whose button was pressed, where the surface can do that
    private: bool = True  # for the person alone, where the surface can do that
    entry: str | None = None  # the curated answer this is, if it is one
    record: str = ""  # the id of the recommendation this is, if it is one
    best_entry: str | None = None  # the best candidate, also when it was not good enough
    confidence: float = 0.0  # how sure of best_entry, 0 to 1
    reference: str = ""  # names this reply in votes, shares and log lines
    link: str = ""  # where on the surface itself the thing stands that this reply is about
    forgets: bool = False  # tells that all is deleted: nothing about it is kept once it was told
    verdict_label: str = ""  # the verdict as people read it; see `bot.answering.labels`
    citations_label: str = ""  # what stands above the citations
    explain: Explain = field(default=dict, compare=False)  # made only where somebody looks

    @property
    def explanation(self) -> dict[str, object]:
        """Why this is the reply, as plain data."""
        return self.explain()

    @property
    def text(self) -> str:
        """The whole reply as plain text: for notifications, screen readers and the terminal."""
        return "\n".join(_lines(self)).strip()


def _lines(reply: Reply) -> list[str]:
    lines: list[str] = []
    headline = ". ".join(part for part in (reply.verdict_label, reply.title) if part)
    if headline:
        lines += [headline, ""]
    for block in reply.body:
        lines += [*block_lines(block), ""]
    if reply.citations:
        lines += [f"{reply.citations_label}:"] if reply.citations_label else []
        lines += [f"- {citation.says} [{citation.at}]" for citation in reply.citations]
        lines += [""]
    if reply.disclosure:
        lines += [reply.disclosure, ""]
    if reply.link:
        lines += [reply.link]
    return lines


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
