"""Deciding: answer, did-you-mean, or an honest decline. An answer needs a match in content, not only a score."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from bot.answering.verdict import VerdictJudge
from bot.domain.conversation import LastTurn
from bot.domain.messages import Verdict
from bot.knowledge.evidence import Evidence, Finding
from bot.knowledge.model import Answer, KnowledgeBase
from bot.nlu import english
from bot.nlu.entities import stem
from bot.nlu.followup import Resolved, resolve, sibling_in, sibling_of
from bot.nlu.question import Question, QuestionReader, words_outside_mentions
from bot.nlu.sentence_splitter import MOST
from bot.ranking.candidates import Candidate, CandidateFinder, Candidates
from bot.ranking.entry_words import EntryWords

Outcome = Literal["answer", "unstated", "offtopic", "clarify", "help", "triage"]


NEAREST = 3  # answers whose words are looked at


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from which a decision is taken."""

    answer: float = 0.16  # from here an answer is given, where nothing else is near
    plain: float = 0.14  # the same for a question that names nothing the vocabulary knows
    maybe: float = 0.10  # from here it is worth asking what was meant
    clear: float = 0.30  # from here no lead over the next is asked for
    near: float = 0.22  # wording from which an answer stands although nothing is said of the subject on what is named
    margin: float = 0.01  # the lead over the next that is asked for below that
    decline: float = 0.12  # from here the examples of a decline, or of small talk, are near enough
    strong: float = 0.80  # from here an answer stands although the question names something the sources are silent on


class Decision(NamedTuple):
    """What is to be said to one question, and why."""

    outcome: Outcome
    entry: str | None = None
    verdict: Verdict | None = None
    claims: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # topics that were asked about and on which the sources are silent
    options: tuple[str, ...] = ()  # entries to choose from
    rule: str = ""
    candidates: Candidates = Candidates((), 0.0)
    resolved: Resolved = Resolved(())


class Decider:
    """Decides what to say to a question, from the knowledge and from what the conversation was about."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        reader: QuestionReader,
        finder: CandidateFinder,
        evidence: Evidence,
        wording: EntryWords,
        thresholds: Thresholds,
    ) -> None:
        self._knowledge = knowledge
        self._reader = reader
        self._finder = finder
        self._evidence = evidence
        self._limits = thresholds
        self._wording = wording
        self._judge = VerdictJudge(knowledge, evidence)
        self._pair = _compared(knowledge)

    def decide(self, question: Question, last: LastTurn | None) -> Decision:
        """What is to be said to `question`, after what was talked about in `last`."""
        if last and question.goes_on and self._reader.read(last.question).form == "yesno":
            question = replace(question, form="yesno")  # "does A cover X?", "and what about Y?"
        resolved = resolve(question, last, self._knowledge, self._reader)
        subjects = resolved.subjects or (self._pair if question.pair else ())
        said = last.entry if last and resolved.extra else None
        candidates = self._finder.rank(question, subjects, resolved.extra, said=said)
        missing = tuple(
            topic
            for topic in question.topics
            if topic in question.asks_about and not self._knowledge.topics[topic].stated
        )
        decision = self._decide(question, resolved, candidates, missing)
        return decision._replace(candidates=candidates, resolved=resolved, missing=missing)

    def on_each_aspect(self, question: Question, decision: Decision) -> list[Decision]:
        """`decision` and one for each other aspect that is named in one with its own, up to MOST: "the costs and the
        risks of A". Empty where there are no others, or no answers on them."""
        entry = self._knowledge.answers.get(decision.entry or "")
        named = question.joined_aspects
        if decision.outcome != "answer" or entry is None or entry.aspect not in named:
            return []
        others = [aspect for aspect in named if aspect != entry.aspect][: MOST - 1]
        siblings = [one for aspect in others if (one := sibling_in(aspect, entry.subjects, self._knowledge))]
        if len(siblings) < len(others):
            return []
        decisions = {entry.aspect: decision} | {
            one.aspect: decision._replace(
                entry=one.id, claims=one.claims, topics=one.topics, verdict=None, rule="another aspect named"
            )
            for one in siblings
        }
        return [decisions[aspect] for aspect in named if aspect in decisions]

    def _asked(self, subjects: tuple[str, ...], entry: Answer) -> tuple[str, ...]:
        """Of the subjects named, those `entry` deals with; else those that can be compared, or that do not speak."""
        dealt_with = tuple(subject for subject in subjects if subject in entry.subjects)
        known = self._knowledge.subjects
        comparable = tuple(subject for subject in subjects if known[subject].contrast)
        return dealt_with or comparable or tuple(subject for subject in subjects if not known[subject].speaker)

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
        if best.score < limits.strong and _points_nowhere(question, resolved):
            return Decision("clarify", rule="points to something that was not named")
        if entry.kind != "answer":
            if missing and entry.kind in ("help", "triage") and best.score < limits.strong:
                return Decision("unstated", rule="names a topic on which the sources are silent")
            if best.score >= limits.decline:
                return Decision(entry.kind, entry=entry.id, rule=f"nearest to the examples of {entry.id}")
            return self._uncertain(question, resolved, candidates)
        if not (question.content or question.mentions or resolved.extra):
            return Decision("clarify", rule="has no word that says what it is about")
        if missing and best.score < limits.strong:
            return Decision("unstated", rule="names a topic on which the sources are silent")
        if unsaid := self._unsaid(question, resolved, best, entry):
            return Decision("unstated", rule=unsaid)
        if best.score < limits.strong and self._is_foreign(question, resolved, candidates):
            return Decision("offtopic", rule="shares no word of its own with the nearest answers")
        named = bool(question.mentions or resolved.subjects)
        enough = best.score >= (limits.answer if named else limits.plain)
        if enough and (best.score >= limits.clear or candidates.margin >= limits.margin):
            return self._answer(question, resolved, best, "best candidate")
        return self._uncertain(question, resolved, candidates)

    def _unsaid(self, question: Question, resolved: Resolved, best: Candidate, entry: Answer) -> str:
        """What the question asks for that the sources don't say, near as `entry` is; empty where there is nothing."""
        if question.numeric and not self._wording.counts(entry, question.words):
            return "asks for a number"
        if question.judged and not question.topics and not self._wording.speaks_of(entry, question.judged):
            return "asks for a judgement that the sources don't give"
        if len(entry.subjects) < 2 and not question.pair and question.differs:
            return "asks for the difference of what the sources don't compare"
        if question.respect and not self._compares_in(question, entry):
            return "compares in a respect that the sources don't speak of"
        if best.wording < self._limits.near and self._nothing_said(question, resolved, entry):
            return "nothing is said of that subject on that topic"
        return ""

    def _is_foreign(self, question: Question, resolved: Resolved, candidates: Candidates) -> bool:
        """Whether the question names no subject and no topic, and the nearest answers lack all its other words."""
        leans = resolved.extra and (question.aspects or not english.PRONOUNS.isdisjoint(question.words))
        if question.subjects or question.topics or leans or question.pair:
            return False
        words = words_outside_mentions(question.words, question.mentions)
        own = {stem(word) for word in words if word not in english.FUNCTION_WORDS}
        near = (self._knowledge.answers[candidate.entry] for candidate in candidates.ranked[:NEAREST])
        answers = (answer for answer in near if answer.kind == "answer")
        return len(own) > 1 and all(self._wording.stems(answer).isdisjoint(own) for answer in answers)

    def _nothing_said(self, question: Question, resolved: Resolved, entry: Answer) -> bool:
        """Whether the question names topics on which neither `entry` nor any claim says anything of its subjects."""
        topics = [topic for topic in question.topics if topic in question.asks_about]
        if not topics or not resolved.subjects or not set(topics).isdisjoint(entry.topics):
            return False
        return not any(self._evidence.on(subject, topic) for subject in resolved.subjects for topic in topics)

    def _compares_in(self, question: Question, entry: Answer) -> bool:
        """Whether `entry` speaks of that in which the question compares."""
        named = set(question.topics) & set(entry.topics) or (entry.aspect and entry.aspect in question.aspects)
        return bool(named) or self._wording.speaks_of(entry, question.respect)

    def _uncertain(self, question: Question, resolved: Resolved, candidates: Candidates) -> Decision:
        """No candidate is good enough by itself: the claims may still say it; else ask, else decline."""
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
        """An answer from the claims themselves, where subject and topic are named and no curated answer was near."""
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
        pair = self._pair if question.pair and not set(self._pair).isdisjoint(entry.subjects) else ()
        asked = self._asked(resolved.subjects or pair, entry)
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
                claims = tuple(dict.fromkeys((*self._own(asked[0], finding), *claims)))
                rule += ", by contrast with the other subject"
        else:
            finding = self._evidence.of_entry(entry, asked)
        verdict, besides = self._judge.verdict(
            question,
            resolved,
            entry,
            asked,
            finding,
            contrary=candidate.contrary,
        )
        claims = tuple(dict.fromkeys((*claims, *besides)))
        return Decision(
            "answer", entry=entry.id, verdict=verdict, claims=claims, subjects=asked or entry.subjects,
            topics=entry.topics, rule=rule,
        )  # fmt: skip

    def _own(self, subject: str, finding: Finding) -> tuple[str, ...]:
        """What is said of `subject` itself in the aspect in which `finding` tells it from another: at most a claim."""
        aspects = {self._knowledge.claims[claim].aspect for claim in finding.claims}
        claims = self._knowledge.claims.values()
        return tuple(claim.id for claim in claims if subject in claim.subjects and claim.aspect in aspects)[:1]


def _points_nowhere(question: Question, resolved: Resolved) -> bool:
    """Whether something is asked of "it" or "that", with nothing named and nothing said before: "is it better?"."""
    if (
        question.mentions
        or question.pair
        or resolved.extra
        or resolved.subjects
        or not (question.form == "yesno" or question.numeric)
    ):
        return False
    return not english.PRONOUNS.isdisjoint(question.words) and len(question.content) <= 1


def _compared(knowledge: KnowledgeBase) -> tuple[str, ...]:
    """The two subjects that "both" and "which one" mean when none is named: the first that has just one contrast."""
    for subject in knowledge.subjects.values():
        if len(subject.contrast) == 1:
            return (subject.id, subject.contrast[0])
    return ()
