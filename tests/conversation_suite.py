"""Conversations as content: `tests/conversations/*.yaml`, run through every surface.

A file is a list of conversations, each with a name and steps. A step does one thing and says what is to be seen then:

    - name: a question in the middle of the triage
      steps:
        - say: help us choose            # typed
          kind: triage
        - press: One application         # the button with this label, in what was shown to this person last
        - fill: {worry: [code]}          # the form shown last, submitted with these values
        - wait: 3 days                   # time passes
        - again: yes                     # the platform delivers the last message once more
        - outage: yes                    # the store does not answer, for this one step's message

`as: ben` says who does it (anna, where nothing is said), `in: other` in which thread. What is expected is in terms of
what can be seen: `title`, `verdict`, `says` and `never` (texts), `claims` (ids; their words are looked for), `choices`
(labels), `kind` and `entry` (where the surface shows the reply itself). `needs` of a conversation or of its steps are
things that not every surface has: people, threads, clock, redelivery, pressed-again (of a button), outage, posting,
experts, forms.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import yaml

from bot.domain.messages import Reply
from bot.knowledge.model import KnowledgeBase

FOLDER = Path(__file__).parent / "conversations"
SECONDS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}
DEEDS = {"say", "press", "fill", "wait", "again"}
EXPECTED = {"kind", "title", "verdict", "says", "never", "claims", "choices", "entry"}
NEEDS_OF = {
    "wait": "clock",
    "again": "redelivery",
    "outage": "outage",
    "as": "people",
    "in": "threads",
    "fill": "forms",
}


@dataclass(frozen=True)
class Seen:
    """What the surface shows after a step. `labels`: what stands on its buttons; `reply` where it can show that."""

    text: str
    labels: Container[str] = ()
    reply: Reply | None = None


class SurfaceUnderTest(Protocol):
    """A surface, as a person uses it. Each method returns what is shown to that person then."""

    offers: frozenset[str]

    async def say(self, text: str, who: str, thread: str) -> Seen: ...

    async def press(self, label: str, who: str, thread: str) -> Seen: ...

    async def fill(self, values: Mapping[str, Sequence[str]], who: str, thread: str) -> Seen: ...

    async def wait(self, seconds: float) -> None: ...

    async def again(self) -> Seen: ...

    async def outage(self) -> None:
        """The store fails the next message, and works again after it."""
        ...


@dataclass(frozen=True)
class Step:
    deed: str
    what: Any
    who: str = "anna"
    thread: str = ""
    outage: bool = False
    expected: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Conversation:
    name: str
    steps: tuple[Step, ...]
    needs: frozenset[str]

    def __str__(self) -> str:
        return re.sub(r"\W+", "-", self.name).strip("-")


def conversations(offers: frozenset[str]) -> list[Conversation]:
    """The conversations that need no more than a surface `offers`. Raises ValueError where one is not as described."""
    found = [
        _conversation(row, file.name)
        for file in sorted(FOLDER.glob("*.yaml"))
        for row in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]
    names = [conversation.name for conversation in found]
    if len(set(names)) < len(names):
        raise ValueError("two conversations bear the same name")
    return [conversation for conversation in found if conversation.needs <= offers]


def _conversation(row: Mapping[str, Any], file: str) -> Conversation:
    if set(row) - {"name", "steps", "needs"}:
        raise ValueError(f"{file}: {row.get('name')}: unknown keys {set(row) - {'name', 'steps', 'needs'}}")
    steps = tuple(_step(step, f"{file}: {row['name']}") for step in row["steps"])
    needs = {NEEDS_OF[key] for step in row["steps"] for key in step if key in NEEDS_OF}
    return Conversation(row["name"], steps, frozenset(needs | set(row.get("needs", ()))))


def _step(row: Mapping[str, Any], where: str) -> Step:
    deeds = DEEDS & set(row)
    unknown = set(row) - DEEDS - EXPECTED - {"as", "in", "outage"}
    if len(deeds) != 1 or unknown:
        raise ValueError(f"{where}: a step does one thing of {sorted(DEEDS)}; unknown: {sorted(unknown)}")
    deed = deeds.pop()
    expected = {key: row[key] for key in EXPECTED & set(row)}
    return Step(deed, row[deed], row.get("as", "anna"), row.get("in", ""), row.get("outage", False), expected)


async def run(conversation: Conversation, surface: SurfaceUnderTest, knowledge: KnowledgeBase) -> None:
    """Go through `conversation`, and compare what is seen with what is expected."""
    for number, step in enumerate(conversation.steps, 1):
        if step.outage:
            await surface.outage()
        match step.deed:
            case "say":
                seen = await surface.say(step.what, step.who, step.thread)
            case "press":
                seen = await surface.press(step.what, step.who, step.thread)
            case "fill":
                values = {key: [given] if isinstance(given, str) else given for key, given in step.what.items()}
                seen = await surface.fill(values, step.who, step.thread)
            case "again":
                seen = await surface.again()
            case _:
                count, unit = step.what.split()
                await surface.wait(float(count) * SECONDS[unit.rstrip("s")])
                continue
        wrong = list(differences(step.expected, seen, knowledge))
        assert not wrong, f"step {number} ({step.deed}: {step.what}): {'; '.join(wrong)}\nseen:\n{seen.text}"


def differences(expected: Mapping[str, Any], seen: Seen, knowledge: KnowledgeBase) -> list[str]:
    """What is not as expected, in words."""
    text = _flat(seen.text)
    wrong = [] if text else ["nothing is shown"]
    for key in ("title", "says"):
        wrong += [f"does not say {part!r}" for part in _list(expected.get(key)) if _flat(part) not in text]
    wrong += [f"says {part!r}" for part in _list(expected.get("never")) if _flat(part) in text]
    for claim in _list(expected.get("claims")):
        cited = seen.reply is None or claim in {citation.claim for citation in seen.reply.citations}
        if not cited or _flat(knowledge.claims[claim].at) not in text:
            wrong.append(f"does not cite {claim}")
    wrong += [f"has no button {label!r}" for label in _list(expected.get("choices")) if label not in seen.labels]
    verdict = expected.get("verdict")
    if verdict is not None and _flat(label := knowledge.phrases(f"verdict-{verdict}")) not in text:
        wrong.append(f"does not say {label}")
    if seen.reply is not None:
        for key in ("kind", "verdict", "entry"):
            if key in expected and getattr(seen.reply, key) != expected[key]:
                wrong.append(f"{key} is {getattr(seen.reply, key)}, not {expected[key]}")
    return wrong


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _flat(text: str) -> str:
    """Text as compared: spaces, case and typographic quotes do not count."""
    return " ".join(text.replace("’", "'").split()).casefold()
