"""Guards: checks that come before a question is read. They are learnt from the incidents of the knowledge."""

from __future__ import annotations

from bot.knowledge.labelled_reader import Incidents
from bot.nlu.text import clauses, split_words
from bot.reader.reader import Reader
from bot.retrieval import Retriever

REPORT, OTHER = "report", "other"
LEAST_SCORE = 0.5  # of the retriever, which serves where no reader was learnt
BEYOND_DOUBT = 0.998  # the least probability of a clause that reports one beside a question
SOME_DOUBT = 0.01  # the least probability of a text whose clauses are looked at: few questions have it, for speed
MOST_CLAUSES, LEAST_WORDS = 6, 3  # clauses that are looked at, and words of one
MOST_WORDS = 120  # of a text whose telling words are looked for
MOST_TOLD = 6
_LEAST_TOLD = 0.02  # by how much a word must raise the probability to be told


def fit(incidents: Incidents) -> Retriever:
    """Learns likeness to the incidents of the knowledge."""
    labelled = [(REPORT, said.text) for said in incidents.reports]
    labelled += [(OTHER, said.text) for said in incidents.not_reports]
    return Retriever.fit([(label, [word.text for word in split_words(text)]) for label, text in labelled])


class Guards:
    """Tells reports of a security incident from everything else, by the learnt reader or, where there is none, by
    likeness to the incidents of the knowledge."""

    def __init__(self, likeness: Retriever | None, reader: Reader | None) -> None:
        """`likeness`: what `fit` learnt; asked where there is no `reader`."""
        self._reader = reader
        self._likeness = likeness

    def reports_incident(self, text: str, before: str = "") -> bool:
        """True if the cleaned `text`, after the same person's question `before`, reports that an incident is happening
        to its writer, or just happened; also within a question on something else, where a clause does so beyond
        doubt."""
        found = self._probability(text, before)
        if found >= self._threshold or not self._reader or found < SOME_DOUBT:
            return found >= self._threshold
        parts = clauses(text)
        told = [part for part in parts[:MOST_CLAUSES] if len(parts) > 1 and len(part.split()) >= LEAST_WORDS]
        return any(self._probability(part) >= BEYOND_DOUBT for part in told)

    def telling_words(self, text: str) -> tuple[str, ...]:
        """The words without which `text` would look least like a report, in their order: each is left out in turn."""
        words = text.split()[:MOST_WORDS]
        whole = self._probability(" ".join(words))
        drops = [(whole - self._probability(" ".join([*words[:at], *words[at + 1 :]])), at) for at in range(len(words))]
        told = sorted((one for one in drops if one[0] >= _LEAST_TOLD), reverse=True)[:MOST_TOLD]
        return tuple(words[at] for at in sorted(at for _, at in told))

    @property
    def _threshold(self) -> float:
        return self._reader.manifest.thresholds.incident if self._reader else LEAST_SCORE

    def _probability(self, text: str, before: str = "") -> float:
        if self._reader:
            return self._reader.read(text, before).incident
        if self._likeness is None:
            return 0.0
        ranking = self._likeness.rank([word.text for word in split_words(text)])
        best = ranking.candidates[0] if ranking.candidates else None
        return best.score if best and best.label == REPORT else 0.0
