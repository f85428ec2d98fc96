"""The parts of a reply: body, citations with their places, disclosure and choices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.domain.messages import Block, Bullets, Choice, Citation, Heading, Paragraph, Table
from bot.knowledge.model import Answer, KnowledgeBase

MOST_CHOICES = 5


class Composer:
    """Turns entries, claims and sources of the knowledge into the parts of a reply."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge

    def body(self, entry: Answer) -> tuple[Block, ...]:
        blocks: list[Block] = [Paragraph(part.strip()) for part in entry.answer.split("\n\n") if part.strip()]
        if entry.bullets:
            blocks.append(Bullets(entry.bullets))
        if entry.table:
            blocks.append(self._table(entry))
        return tuple(blocks)

    def _table(self, entry: Answer) -> Table:
        """One row an aspect, one column a subject, each cell what the entry's claims say of it."""
        cells: dict[tuple[str, str], list[str]] = {}
        for claim_id in entry.claims:
            claim = self._knowledge.claims[claim_id]
            for subject in claim.subjects:
                cells.setdefault((claim.aspect, subject), []).append(claim.says)
        header = ("", *(self.name(subject) for subject in entry.subjects))
        rows = tuple(
            (
                self._knowledge.aspects[aspect].name.capitalize(),
                *(" ".join(cells.get((aspect, subject), ["–"])) for subject in entry.subjects),
            )
            for aspect in entry.table
        )
        return Table(header, rows)

    def citations(self, claims: Iterable[str]) -> tuple[Citation, ...]:
        found = (self._knowledge.claims[claim] for claim in dict.fromkeys(claims))
        return tuple(
            Citation(claim.id, claim.says, claim.at, self.source_title(claim.source), claim.promotion)
            for claim in found
        )

    def places(self, claims: Iterable[str]) -> tuple[str, ...]:
        """Where in the sources the claims stand, each place once."""
        return tuple(dict.fromkeys(self._knowledge.claims[claim].at for claim in claims))

    def source_title(self, source: str) -> str:
        return self._knowledge.sources[source].title if source in self._knowledge.sources else source

    def source_line(self, source: str) -> str:
        """Title, publisher, author, date and disclosure of a source, as one paragraph."""
        found = self._knowledge.sources[source]
        parts = [f"“{found.title}”", found.publisher, found.author, found.published]
        return ", ".join(part for part in parts if part) + ". " + found.disclosure

    def disclosure(self, claims: Sequence[str]) -> str:
        """The source lines of the promotional ones among these claims; "" if there is none."""
        promoting = [
            self._knowledge.claims[claim].source for claim in claims if self._knowledge.claims[claim].promotion
        ]
        return " ".join(self.source_line(source) for source in dict.fromkeys(promoting))

    def source_lines(self, claims: Iterable[str]) -> str:
        """The source lines of all these claims, each source once."""
        sources = (self._knowledge.claims[claim].source for claim in claims)
        return " ".join(
            self.source_line(source) for source in dict.fromkeys(sources) if source in self._knowledge.sources
        )

    def name(self, concept: str) -> str:
        """The display name of a subject, topic or aspect; `concept` itself if it is unknown."""
        for layer in (self._knowledge.subjects, self._knowledge.topics, self._knowledge.aspects):
            if concept in layer:
                return layer[concept].name
        return concept

    def title(self, entry: str) -> str:
        found = self._knowledge.answers[entry]
        return found.title or found.questions[0]

    def choice(self, entry: str) -> Choice:
        return Choice(self.title(entry), f"answer:{entry}")

    def related(self, entry: Answer) -> tuple[Choice, ...]:
        return tuple(self.choice(other) for other in entry.related[:MOST_CHOICES] if other in self._knowledge.answers)

    def sections(self, parts: Sequence[tuple[str, tuple[Block, ...]]]) -> tuple[Block, ...]:
        """Several answers as one body, each under its own heading."""
        return tuple(block for title, blocks in parts for block in (Heading(title), *blocks))
