"""Decides on a question by rules, where no reader was learnt: answer, clarify or decline. An answer needs a match in
content, not only a score."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.answering.answer_claims import AnswerClaims
from bot.answering.decision import Decision
from bot.answering.verdict import VerdictJudge
from bot.domain.conversation import LastTurn
from bot.knowledge.evidence import Evidence, Finding
from bot.knowledge.model import Answer, KnowledgeBase
from bot.nlu import english
from bot.nlu.entities import stem
from bot.nlu.followup import Resolved, resolve, sibling_of
from bot.nlu.question import Question, QuestionReader, words_outside_mentions
from bot.ranking.candidates import Candidate, CandidateFinder, Candidates
from bot.ranking.entry_words import EntryWords

NEAREST = 3  # candidates whose words the question is compared with


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least scores of the best candidate for each outcome."""

    answer: float = 0.16  # for an answer
    plain: float = 0.14  # for an answer to a question without mentions
    maybe: float = 0.10  # for a clarification ("did you mean …?")
    clear: float = 0.30  # for an answer without a margin over the next candidate
    near: float = 0.22  # of the wording alone: for an answer although no claim covers the subject and topic named
    margin: float = 0.01  # required over the next candidate, below `clear`
    decline: float = 0.12  # for a decline, or for small talk
    strong: float = 0.80  # for an answer to a question that names a topic on which the sources are silent


class Decider:
    """Dialogue policy for questions: (question, last turn) -> Decision."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        reader: QuestionReader,
        finder: CandidateFinder,
        evidence: Evidence,
        entry_words: EntryWords,
        thresholds: Thresholds,
        judge: VerdictJudge,
        claims: AnswerClaims,
    ) -> None:
        self._knowledge = knowledge
        self._reader = reader
        self._finder = finder
        self._evidence = evidence
        self._limits = thresholds
        self._entry_words = entry_words
        self._judge = judge
        self._claims = claims
        self._contrasted = _contrasted_pair(knowledge)

    def decide(self, question: Question, last: LastTurn | None) -> Decision:
        """The decision on `question`, with what it leaves out taken from `last` (None: a fresh conversation)."""
        if last and question.is_what_about and self._reader.read(last.question).form == "yesno":
            question = replace(question, form="yesno")  # "does A cover X?", "and what about Y?"
        resolved = resolve(question, last, self._knowledge, self._reader)
        said = last.entry if last and resolved.extra else None
        candidates = self._finder.rank(question, resolved.extra, said=said)
        missing = tuple(
            topic
            for topic in question.topics
            if topic in question.focus_concepts and not self._knowledge.topics[topic].stated
        )
        decision = self._decide(question, resolved, candidates, missing)
        decision = decision._replace(contrast=self._claims.contrast(question, decision))
        return decision._replace(candidates=candidates, resolved=resolved, missing=missing)

    def on_each_aspect(self, question: Question, decision: Decision) -> list[Decision]:
        """See `AnswerClaims.on_each_aspect`."""
        return self._claims.on_each_aspect(question, decision)

    def _decide(
        self, question: Question, resolved: Resolved, candidates: Candidates, missing: tuple[str, ...]
    ) -> Decision:
        best = candidates.best
        if resolved.entry is not None and not missing:
            settled = Candidate(resolved.entry, 1.0, 1.0, contrary=False)
            return self._answer(question, resolved, settled, resolved.rule)
        if best is None:
            return Decision("offtopic", rule="no candidate")
        limits = self._limits
        entry = self._knowledge.answers[best.entry]
        if best.score < limits.strong and _lacks_antecedent(question, resolved):
            return Decision("clarify", rule="points to something that was not named")
        if entry.kind != "answer":
            if missing and entry.kind in ("help", "triage") and best.score < limits.strong:
                return Decision("unstated", rule="names a topic on which the sources are silent")
            if best.score >= limits.decline:
                return Decision(entry.kind, entry=entry.id, rule=f"nearest to the examples of {entry.id}")
            return self._uncertain(question, resolved, candidates)
        if not (question.content_words or question.mentions or resolved.extra):
            return Decision("clarify", rule="has no word that says what it is about")
        if missing and best.score < limits.strong:
            return Decision("unstated", rule="names a topic on which the sources are silent")
        if rule := self._unstated_rule(question, resolved, best, entry):
            return Decision("unstated", rule=rule)
        if best.score < limits.strong and self._is_out_of_scope(question, resolved, candidates):
            return Decision("offtopic", rule="shares no word of its own with the nearest answers")
        named = bool(question.mentions or resolved.subjects)
        enough = best.score >= (limits.answer if named else limits.plain)
        if enough and (best.score >= limits.clear or candidates.margin >= limits.margin):
            return self._answer(question, resolved, best, "best candidate")
        return self._uncertain(question, resolved, candidates)

    def _unstated_rule(self, question: Question, resolved: Resolved, best: Candidate, entry: Answer) -> str:
        """The rule by which `entry` does not answer the question, near as it is; "" if it does."""
        if question.numeric and not self._entry_words.counts(entry, question.words):
            return "asks for a number"
        adjective = question.judgement_adjective
        if adjective and not question.topics and not self._entry_words.speaks_of(entry, adjective):
            return "asks for a judgement that the sources don't give"
        if len(entry.subjects) < 2 and not question.refers_to_both and question.asks_difference:
            return "asks for the difference of what the sources don't compare"
        if question.comparison_adjective and not self._covers_comparison(question, entry):
            return "compares in a respect that the sources don't speak of"
        if best.wording < self._limits.near and self._lacks_claims(question, resolved, entry):
            return "nothing is said of that subject on that topic"
        return ""

    def _is_out_of_scope(self, question: Question, resolved: Resolved, candidates: Candidates) -> bool:
        """True if the question has no subject or topic and shares no content word with the nearest answers."""
        is_anaphoric = resolved.extra and (question.aspects or not english.PRONOUNS.isdisjoint(question.words))
        if question.subjects or question.topics or is_anaphoric or question.refers_to_both:
            return False
        words = words_outside_mentions(question.words, question.mentions)
        own = {stem(word) for word in words if word not in english.FUNCTION_WORDS}
        near = (self._knowledge.answers[candidate.entry] for candidate in candidates.ranked[:NEAREST])
        answers = (answer for answer in near if answer.kind == "answer")
        return len(own) > 1 and all(self._entry_words.stems(answer).isdisjoint(own) for answer in answers)

    def _lacks_claims(self, question: Question, resolved: Resolved, entry: Answer) -> bool:
        """True if neither `entry` nor any claim covers the topics asked about, for the subjects in question."""
        topics = [topic for topic in question.topics if topic in question.focus_concepts]
        if not topics or not resolved.subjects or not set(topics).isdisjoint(entry.topics):
            return False
        return not any(self._evidence.on(subject, topic) for subject in resolved.subjects for topic in topics)

    def _covers_comparison(self, question: Question, entry: Answer) -> bool:
        """True if `entry` covers the topic, the aspect or the adjective by which the question compares."""
        named = set(question.topics) & set(entry.topics) or (entry.aspect and entry.aspect in question.aspects)
        return bool(named) or self._entry_words.speaks_of(entry, question.comparison_adjective)

    def _uncertain(self, question: Question, resolved: Resolved, candidates: Candidates) -> Decision:
        """The decision where no candidate is good enough: an answer from the claims, a clarification or a decline."""
        from_claims = self._from_claims(question, resolved)
        if from_claims is not None:
            return from_claims
        best = candidates.best
        if best and best.score >= self._limits.maybe and self._knowledge.answers[best.entry].kind == "answer":
            options = tuple(c.entry for c in candidates.ranked if self._knowledge.answers[c.entry].kind == "answer")[:5]
            return Decision("clarify", options=options, rule="several answers are near")
        in_field = bool(question.subjects or question.topics or resolved.subjects)
        return Decision("unstated" if in_field else "offtopic", rule="no candidate is good enough")

    def _from_claims(self, question: Question, resolved: Resolved) -> Decision | None:
        """An answer straight from the claims on a subject and topic of the question; None if there are none."""
        topics = [
            topic
            for topic in question.topics
            if topic in self._knowledge.topics and self._knowledge.topics[topic].stated
        ]
        for topic in topics:
            for subject in resolved.subjects:
                finding = self._evidence.on(subject, topic)
                if finding is None:
                    continue
                entry = self._entry_on(subject, topic)
                verdict = self._judge.on_claims(question, subject, finding) if question.form == "yesno" else None
                return Decision(
                    "answer",
                    entry=entry.id if entry else None,
                    verdict=verdict,
                    claims=entry.claims if entry else finding.claims,
                    subjects=resolved.subjects,
                    topics=(topic,),
                    rule="claims of the subject on the topic",
                )
        return None

    def _entry_on(self, subject: str, topic: str) -> Answer | None:
        for entry in self._knowledge.answers.values():
            if entry.subjects == (subject,) and topic in entry.topics:
                return entry
        return None

    def _answer(self, question: Question, resolved: Resolved, candidate: Candidate, rule: str) -> Decision:
        entry = self._knowledge.answers[candidate.entry]
        finding: Finding | None
        claims = entry.claims
        both = question.refers_to_both and not set(self._contrasted).isdisjoint(entry.subjects)
        asked = self._claims.asked(resolved.subjects or (self._contrasted if both else ()), entry)
        if asked and entry.subjects and not set(asked) & set(entry.subjects):
            sibling = sibling_of(entry, asked[:1], self._knowledge)
            if sibling is not None:
                denied = self._evidence.of_entry(entry, asked) is None and entry.claims[:1]
                entry, claims = sibling, (*sibling.claims, *(denied or ()))
                finding = self._evidence.of_entry(entry, asked)
                rule += ", read for the subject asked about"
            else:
                finding = next((f for topic in entry.topics if (f := self._evidence.on(asked[0], topic))), None)
                if finding is None:
                    return Decision(
                        "unstated", options=(entry.id,), subjects=asked, rule="said of another subject only"
                    )
                claims = tuple(dict.fromkeys((*self._own_claim(asked[0], finding), *claims)))
                rule += ", by contrast with the other subject"
        else:
            finding = self._evidence.of_entry(entry, asked)
        verdict, more = self._judge.verdict(question, resolved, entry, asked, finding, contrary=candidate.contrary)
        claims = tuple(dict.fromkeys((*claims, *more)))
        return Decision(
            "answer", entry=entry.id, verdict=verdict, claims=claims, subjects=asked or entry.subjects,
            topics=entry.topics, bound=self._judge.asks_more(question, entry), rule=rule,
        )  # fmt: skip

    def _own_claim(self, subject: str, finding: Finding) -> tuple[str, ...]:
        """At most one claim on `subject` itself, in an aspect of the claims of `finding`."""
        aspects = {self._knowledge.claims[claim].aspect for claim in finding.claims}
        claims = self._knowledge.claims.values()
        return tuple(claim.id for claim in claims if subject in claim.subjects and claim.aspect in aspects)[:1]


def _lacks_antecedent(question: Question, resolved: Resolved) -> bool:
    """True for an anaphoric question without an antecedent: "is it better?" as the first message."""
    if (
        question.mentions
        or question.refers_to_both
        or resolved.extra
        or resolved.subjects
        or not (question.form == "yesno" or question.numeric)
    ):
        return False
    return not english.PRONOUNS.isdisjoint(question.words) and len(question.content_words) <= 1


def _contrasted_pair(knowledge: KnowledgeBase) -> tuple[str, ...]:
    """The two subjects that "both" and "which one" refer to: the first with exactly one contrast, and that contrast."""
    for subject in knowledge.subjects.values():
        if len(subject.contrast) == 1:
            return (subject.id, subject.contrast[0])
    return ()
