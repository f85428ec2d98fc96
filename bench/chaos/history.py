"""What was sent and what the platforms received, in the same words for each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

THING = re.compile(r"Thing (\d+):")
NOTE = re.compile(r"note-\d+-end")


@dataclass(frozen=True)
class Asked:
    """A question that was sent until it was acknowledged.

    `where`: the thread or chat that its reply belongs to. `alone`: the person's own conversation with the advisor, in
    which they may be told instead. `thing`: the number that its answer has, and no other one's. `response`: what the
    HTTP response showed. `gone`: the app was taken out meanwhile, so that no reply is owed.
    """

    id: str
    where: str
    alone: str
    thing: int
    acknowledged: bool
    response: str | None = None
    gone: bool = False


@dataclass(frozen=True)
class Confirmed:
    """A post that its person confirmed. `note`: words that stand in it and in no other one. `acknowledged`: the
    confirmation was. `channel`: where it belongs. `alone`: where the person is told what became of it."""

    id: str
    channel: str
    alone: str
    note: str
    acknowledged: bool


@dataclass(frozen=True)
class Shown:
    """A message as it stands in the end. `to`: the one person's own conversation, where nobody else sees it."""

    where: str
    text: str
    to: str = ""

    @property
    def things(self) -> set[int]:
        return {int(number) for number in THING.findall(self.text)}

    @property
    def notes(self) -> set[str]:
        return set(NOTE.findall(self.text))


@dataclass(frozen=True)
class History:
    asked: tuple[Asked, ...]
    confirmed: tuple[Confirmed, ...]
    shown: tuple[Shown, ...]
    waiting: int = 0  # what the outbox still held in the end
