"""How far an entry is about what a question names: to be added to the score of its wording, which runs from 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence

from bot.knowledge.evidence import Evidence
from bot.knowledge.model import Answer, KnowledgeBase
from bot.nlu.question import Question

SAME_SUBJECT = 0.12
OTHER_SUBJECT = -0.30
SAID_BY_CONTRAST = -0.06  # the entry is about another subject, and says something of the one asked about all the same
SUBJECT_LEFT_OUT = -0.12  # the question names two subjects and the entry deals with one of them
SUBJECT_ADDED = 0.02  # the entry compares two subjects and the question names one
SUBJECT_ADDED_AFTER = -0.12  # … and the question goes on about the one that was talked about before
SAME_COMPARISON = 0.15  # the entry compares just the subjects that are named, in the aspect that is named
SAME_TOPIC = 0.07
SAME_ASPECT = 0.03


class ConceptReranker:
    """Score bonus of an entry for sharing subjects, topics or aspect with the question."""

    def __init__(self, question: Question, subjects: Sequence[str], knowledge: KnowledgeBase, evidence: Evidence):
        """`subjects` are those asked about: named in the question, or before it."""
        self._subjects = subjects
        self._known = knowledge.subjects
        self._evidence = evidence
        self._refers_to_both = question.refers_to_both
        self._names_nothing = not question.subjects and not question.refers_to_both
        self._topics = frozenset(question.topics)
        self._aspects = question.aspects
        self._silent = {subject for subject in subjects if not self._known[subject].speaker}
        self._on_subjects: dict[tuple[str, ...], float] = {}  # most entries share theirs with others

    def __call__(self, entry: Answer) -> float:
        score = self._on_subjects.get(entry.subjects)
        if score is None:
            score = self._on_subjects[entry.subjects] = self._in_subjects(entry.subjects)
        if score == OTHER_SUBJECT and self._says_something(entry):
            score = SAID_BY_CONTRAST
        if not self._topics.isdisjoint(entry.topics):
            score += SAME_TOPIC
        if entry.aspect in self._aspects:
            score += SAME_ASPECT / len(self._aspects)
            if len(entry.subjects) > 1 and set(entry.subjects) == set(self._subjects):
                score += SAME_COMPARISON
        return score

    def _in_subjects(self, of_entry: tuple[str, ...]) -> float:
        about = set(of_entry)
        asked = self._silent | {subject for subject in self._subjects if subject in about}
        if not about:
            return SAME_SUBJECT if asked else 0.0  # a decline is about whatever subject is named
        if not asked:
            return 0.0
        if not asked & about:
            return OTHER_SUBJECT
        score = SAME_SUBJECT
        if all(self._known[subject].speaker for subject in about):
            return score + SUBJECT_LEFT_OUT if self._silent else score  # on the source: others may be named beside it
        if not self._refers_to_both:
            comparable = {subject for subject in asked if self._known[subject].contrast} or asked
            score += SUBJECT_LEFT_OUT * 2 * len(comparable - about) / len(comparable)
        added = about - asked
        if added:
            compared = {other for subject in asked for other in self._known[subject].contrast}
            score += SUBJECT_ADDED_AFTER if self._names_nothing and added & compared else SUBJECT_ADDED
        return score

    def _says_something(self, entry: Answer) -> bool:
        return any(self._evidence.on(subject, topic) for subject in self._subjects for topic in entry.topics)
