"""Decides on a question by what the learnt reader makes of it. A verdict needs the reader and the claims."""

from __future__ import annotations

from collections.abc import Mapping

from bot.answering.answer_claims import AnswerClaims
from bot.answering.decision import Decision, Outcome
from bot.answering.expected_cost import CLARIFY, cheapest
from bot.answering.verdict_fusion import observe, verdict_of, weighed
from bot.domain.conversation import LastTurn
from bot.knowledge.labelled_reader import SILENT
from bot.knowledge.model import Answer, KnowledgeBase
from bot.nlu.followup import Resolved
from bot.nlu.question import Question
from bot.nlu.text import clean, split_words
from bot.ranking.candidates import Candidate, Candidates
from bot.reader.reader import Reader, Reading

OPTIONS = 4  # answers that are offered where none is sure enough
LIKELY = 0.5  # the probability of an answer beside which no others are offered
OFFERED = 0.1  # the least probability of one that is
RANKED = 8  # answers that are named as near
DECLINES = frozenset({SILENT, "offtopic"})


class LearntDecider:
    """Dialogue policy for questions, with the same interface as `Decider`."""

    def __init__(self, knowledge: KnowledgeBase, claims: AnswerClaims, reader: Reader) -> None:
        self._knowledge = knowledge
        self._claims = claims
        self._reader = reader
        self._least_verdict = reader.manifest.thresholds.verdict
        self._weights = reader.manifest.verdict_weights
        self._serves = {
            entry.id: frozenset(other.id for other in knowledge.answers.values() if serves(entry, other))
            for entry in knowledge.answers.values()
            if entry.kind == "answer"
        }
        self._written = {
            _plain(clean(text)): entry.id for entry in knowledge.answers.values() for text in entry.questions
        }

    def decide(self, question: Question, last: LastTurn | None) -> Decision:
        """The decision on `question`, read after that of the last turn."""
        reading = self._reader.read(question.text, last.question if last else "")
        groups = self._groups(reading)
        written = self._as_written(question, last)
        best, unsure = (written, False) if written else cheapest(groups, self._serves, DECLINES)
        entry = self._knowledge.answers.get(best)
        if best == CLARIFY and max(groups, key=lambda group: groups[group]) != CLARIFY:
            options = tuple(self._ranked(groups)[:OPTIONS])
            decision = Decision("clarify", options=options, rule="several answers are likely")
        elif entry is None or entry.kind != "answer":
            decision = self._declined(reading, best)
        else:
            sure = groups.get(best, 1.0)
            decision = self._answered(question, reading, entry, sure)
            if unsure:
                decision = decision._replace(
                    unsure=True, verdict=None, bound=False, rule="the likeliest, though unsure"
                )
            if unsure or sure < LIKELY:
                others = (one for one in self._ranked(groups) if one != best and groups[one] >= OFFERED)
                decision = decision._replace(options=tuple(others)[:OPTIONS])
        ranked = tuple(Candidate(label, groups[label]) for label in self._ranked(groups))
        missing = tuple(topic for topic in question.topics if not self._knowledge.topics[topic].stated)
        return decision._replace(
            candidates=Candidates(ranked, ranked[0].score if ranked else 0.0),
            resolved=Resolved(question.subjects),
            reading=reading,
            missing=missing if decision.outcome == "unstated" else (),
        )

    def on_each_aspect(self, question: Question, decision: Decision) -> list[Decision]:
        """See `AnswerClaims.on_each_aspect`."""
        return self._claims.on_each_aspect(question, decision)

    def _as_written(self, question: Question, last: LastTurn | None) -> str | None:
        """The answer for which the knowledge has this very question, which may be newer than the reader; None after
        another question, of which this may be the rest."""
        asked = _plain(question.text)
        whole = last is None or question.subjects or _plain(last.question) == asked
        return self._written.get(asked) if whole else None

    def _groups(self, reading: Reading) -> dict[str, float]:
        """Probabilities by answer, and by kind of everything that is none."""
        groups: dict[str, float] = {}
        for label, probability in reading.answers.items():
            group = self._group(label)
            groups[group] = groups.get(group, 0.0) + probability
        return groups

    def _group(self, label: str) -> str:
        entry = self._knowledge.answers.get(label)
        if entry is None or entry.kind == "unstated":
            return SILENT
        return label if entry.kind in ("answer", "help") else entry.kind

    def _ranked(self, groups: Mapping[str, float]) -> list[str]:
        """The likeliest answers, best first."""
        known = self._knowledge.answers
        answers = [label for label in groups if label in known and known[label].kind == "answer"]
        return sorted(answers, key=lambda label: (-groups[label], label))[:RANKED]

    def _declined(self, reading: Reading, best: str) -> Decision:
        """The decision for a group that is no answer, or for an entry that is none."""
        group = self._group(best) if best in self._knowledge.answers else best
        likeliest = next((label for label in reading.answers if self._group(label) == group), SILENT)
        entry = self._knowledge.answers.get(best) or self._knowledge.answers.get(likeliest)
        outcome: Outcome = entry.kind if entry else "unstated"
        return Decision(outcome, entry=entry.id if entry else None, rule="read as no question for an answer")

    def _answered(self, question: Question, reading: Reading, entry: Answer, sure: float) -> Decision:
        asked = self._claims.asked(question.subjects, entry)
        observed = observe(reading.verdicts_on(entry.id), self._claims.stance(entry, asked), sure)
        likely = weighed(self._weights, observed)
        verdict = verdict_of(likely, self._least_verdict) if entry.claims else None
        if verdict in ("yes", "no") and self._claims.differ(entry):
            verdict = None  # two sources differ, and both are shown
        decision = Decision(
            "answer",
            entry=entry.id,
            verdict=verdict,
            observed=observed,
            claims=entry.claims,
            subjects=asked or entry.subjects,
            topics=entry.topics,
            bound=bool(entry.claims) and verdict != "yes" and max(likely, key=lambda one: likely[one]) == "bound",
            rule="read as a question for this answer",
        )
        in_part = verdict == "partly" and not decision.bound
        if in_part and (halves := self._claims.halves(question, entry, reading.answers)):
            claims = (claim for half in halves for claim in self._knowledge.answers[half].claims)
            return decision._replace(
                entry=halves[0], halves=halves, claims=tuple(dict.fromkeys(claims)), topics=question.topics,
                rule="read as a question of which one half holds",
            )  # fmt: skip
        return decision._replace(contrast=self._claims.contrast(question, decision))


def serves(given: Answer, wanted: Answer) -> bool:
    """Whether `given` serves who wanted `wanted`: half of what it cites is cited there too, and that is most of it."""
    shared = len({*given.claims} & {*wanted.claims})
    return given is wanted or len(wanted.claims) < 2 * shared >= len(given.claims)


def _plain(text: str) -> str:
    return " ".join(word.text for word in split_words(text))
