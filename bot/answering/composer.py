"""The parts of a reply: body, citations with their places, disclosure and choices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.answering.citing import Numbers, cite, cite_text, with_marks
from bot.answering.source_lines import names_of, written_date
from bot.answering.spoken_of import SpokenOf
from bot.domain.messages import Block, Bullets, Choice, Citation, Heading, Paragraph, Table
from bot.domain.phrases import filled
from bot.knowledge.model import Answer, Claim, KnowledgeBase, Source
from bot.nlu.question import Question

MOST_CHOICES = 5


class Composer:
    """Turns entries, claims and sources of the knowledge into the parts of a reply."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._say = knowledge.phrases
        self._spoken = SpokenOf.by(knowledge)
        self._names = names_of(knowledge.sources)
        self._stating: dict[tuple[str, str, bool], list[Claim]] = defaultdict(list)
        for claim in knowledge.claims.values():
            for statement in claim.statements:
                self._stating[statement.subject, statement.topic, statement.holds].append(claim)

    def body(self, entry: Answer) -> tuple[Block, ...]:
        blocks: list[Block] = [Paragraph(part.strip()) for part in entry.answer.split("\n\n") if part.strip()]
        if entry.bullets:
            blocks.append(Bullets(entry.bullets))
        if entry.table:
            blocks.append(self._table(entry))
        return tuple(blocks)

    def _table(self, entry: Answer) -> Table:
        """One row an aspect or another answer, one column a subject, each cell what the claims on it say of that."""
        header = ("", *(self.name(subject) for subject in entry.subjects))
        return Table(header, tuple(self._row(entry, listed) for listed in entry.table))

    def _row(self, entry: Answer, listed: str) -> tuple[str, ...]:
        known = self._knowledge
        if aspect := known.aspects.get(listed):
            name = aspect.name.capitalize()
            claims = [claim for claim in map(known.claims.__getitem__, entry.claims) if claim.aspect == listed]
        else:
            other = known.answers[listed]
            name, claims = other.title, [known.claims[id] for id in other.claims]
        return name, *(
            " ".join(claim.says for claim in claims if subject in claim.subjects) or "–" for subject in entry.subjects
        )

    def _in_rows(self, entry: Answer) -> list[str]:
        """The claims of the other answers that are rows of the table."""
        others = (self._knowledge.answers.get(listed) for listed in entry.table)
        return [claim for other in others if other for claim in other.claims]

    def cited(
        self, body: tuple[Block, ...], claims: Iterable[str], numbers: Numbers
    ) -> tuple[tuple[Block, ...], tuple[Citation, ...]]:
        """`body` with a mark at each sentence that rests on one of the claims, and their citations, in order."""
        found = cite(body, [self._knowledge.claims[claim] for claim in dict.fromkeys(claims)], numbers, self._spoken)
        several = len({claim.source for claim, _, _ in found.claims}) > 1
        return found.body, tuple(
            replace(self._citation(claim, named=several), number=number, below=below)
            for claim, number, below in found.claims
        )

    def cited_with_differences(self, entry: Answer, numbers: Numbers) -> tuple[tuple[Block, ...], tuple[Citation, ...]]:
        """The same for the body of `entry`, below which stands in whose words the sources differ on it, if they do."""
        differing = self._differing(entry)
        others = [claim for claim in differing if claim not in entry.claims]
        own = [*entry.claims, *self._in_rows(entry)]
        body, citations = self.cited(self.body(entry), own, numbers)
        if not differing:
            return body, citations
        found = [self._knowledge.claims[claim] for claim in differing]
        lines = tuple(with_marks(self._said_by(claim), [numbers.of(claim)]) for claim in found)
        added = self.cited((), [*entry.claims, *others], numbers)[1]
        below = {citation.claim for citation in citations if citation.below}
        return (*body, Paragraph(self._say("sources-differ")), Bullets(lines)), tuple(
            replace(citation, below=citation.claim in below and citation.claim not in differing) for citation in added
        )

    def marked(self, text: str, claims: Iterable[str], numbers: Numbers) -> str:
        """`text` with a mark for the place of each of the claims that it is known to rest on, where it says them."""
        found = [self._knowledge.claims[claim] for claim in dict.fromkeys(claims)]
        return cite_text(text, found, numbers, self._spoken)

    def citations(self, claims: Iterable[str], numbers: Numbers) -> tuple[Citation, ...]:
        """The citations of the claims, by the numbers of their places; their words are one step away."""
        found = (replace(citation, below=False) for citation in self.cited((), claims, numbers)[1])
        return tuple(sorted(found, key=lambda citation: citation.number))

    def quoted(self, claims: Iterable[str]) -> tuple[Citation, ...]:
        """The citations of the claims, with the words of all of them below the reply."""
        return self.cited((), claims, Numbers())[1]

    def _citation(self, claim: Claim, *, named: bool) -> Citation:
        source = self._knowledge.sources.get(claim.source) or Source(claim.source, claim.source)
        return Citation(
            claim.id,
            self._said_by(claim) if named else claim.says,
            claim.at,
            source.title,
            claim.promotion,
            by=self._names.get(claim.source, ""),
            published=written_date(self._say, source.published),
            url=source.url,
            interest=source.disclosure,
        )

    def _said_by(self, claim: Claim) -> str:
        """What the claim says, with the name of its source."""
        return self._say("said-by", source=self._names.get(claim.source, claim.source), says=claim.says)

    def in_words(self, claims: Iterable[str]) -> tuple[str, ...]:
        """What the claims say; each names its source, if there are several."""
        found = [self._knowledge.claims[claim] for claim in claims]
        several = len({claim.source for claim in found}) > 1
        return tuple(self._said_by(claim) if several else claim.says for claim in found)

    def _differing(self, entry: Answer) -> tuple[str, ...]:
        """The ids of the claims of `entry` that another source contradicts, each followed by those that do; on the
        topics of `entry`, if it has any."""
        found: dict[str, None] = {}
        for id in entry.claims:
            claim = self._knowledge.claims[id]
            others = [
                other.id
                for statement in claim.statements
                if not entry.topics or statement.topic in entry.topics
                for other in self._stating[statement.subject, statement.topic, not statement.holds]
                if other.source != claim.source
            ]
            if others:
                found |= dict.fromkeys((id, *others))
        return tuple(found)

    def source_line(self, source: str) -> str:
        """Title, publisher, author, date and disclosure of a source, as one paragraph."""
        found = self._knowledge.sources[source]
        date = written_date(self._say, found.published)
        parts = [f"“{found.title}”", found.publisher, found.author, date]
        return f"{', '.join(part for part in parts if part)}. {found.disclosure}".strip()

    def disclosure(self, claims: Iterable[str]) -> str:
        """The source lines of the promotional ones among these claims; "" if there is none."""
        return self.interests(claim for claim in claims if self._knowledge.claims[claim].promotion)

    def interests(self, claims: Iterable[str]) -> str:
        """The source lines of all of these claims: who says it, and in whose interest."""
        sources = dict.fromkeys(self._knowledge.claims[claim].source for claim in claims)
        return " ".join(self.source_line(source) for source in sources)

    def name(self, concept: str) -> str:
        """The display name of a subject, topic or aspect; `concept` itself if it is unknown."""
        for layer in (self._knowledge.subjects, self._knowledge.topics, self._knowledge.aspects):
            if concept in layer:
                return layer[concept].name
        return concept

    def said(self, topic: str, question: Question) -> str:
        """What a topic is called within a sentence, where asked for as the question calls it."""
        concept = self._knowledge.topics[topic]
        asked = next((question.typed(one) for one in question.mentions if one.concept == topic), concept.name)
        return filled(concept.said or concept.name, asked=asked)

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
