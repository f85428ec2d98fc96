"""The verdict on a yes/no question: from what the claims say of what is named, else from how the question is worded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.domain.messages import Verdict
from bot.knowledge.evidence import Evidence, Finding, reverse
from bot.knowledge.model import Answer, Claim, KnowledgeBase
from bot.nlu import english
from bot.nlu.entities import Mention
from bot.nlu.followup import Resolved
from bot.nlu.phrase_matcher import PhraseMatcher
from bot.nlu.question import Question, words_outside_mentions
from bot.nlu.text import split_words

_JOINED = frozenset({"and", "both", "plus", "also"})
_ALWAYS = PhraseMatcher(english.ALWAYS)
_SAME = PhraseMatcher(english.SAME)
_BOUNDS = PhraseMatcher(english.MORE_THAN_SAID)
_EXAMPLES = PhraseMatcher(english.EXAMPLES)


class VerdictJudge:
    """Judges what a question asks of a curated answer.

    `strictly`: says yes or no only where the question names a topic on which claims decide; otherwise also where it is
    near to what an answer says, which needs a second opinion.
    """

    def __init__(self, knowledge: KnowledgeBase, evidence: Evidence, *, strictly: bool) -> None:
        self._knowledge = knowledge
        self._evidence = evidence
        self._strictly = strictly

    def verdict(
        self,
        question: Question,
        resolved: Resolved,
        entry: Answer,
        asked: tuple[str, ...],
        finding: Finding | None,
        *,
        contrary: bool,
    ) -> tuple[Verdict | None, tuple[str, ...]]:
        """The verdict, None where nothing is asked to be affirmed, and the claims that it rests on besides the entry's.

        `finding` is what is said on what `entry` is about; `contrary`: the wording asks for the contrary of that.
        """
        if not self._knowledge.claims or self._sets_a_limit(entry, question):
            return None, ()  # nothing decides it: there are no claims, or the answer has the limit
        bare = _only_names(question)
        if not entry.claims or (self._strictly and not self.decides(question, entry)):
            return None, ()
        if question.form != "yesno" or resolved.openly or (bare and (resolved.rule == "complete" or question.aspects)):
            return None, ()
        if bare and not any(mention.opposite for mention in question.mentions):
            contrary = False  # "and A?" has no wording of its own that could be near to another one
        verdict, claims = self._judge(question, entry, asked, finding, contrary=contrary)
        return verdict and _turned(verdict, question.frame_denies), claims

    def asks_more(self, question: Question, entry: Answer) -> bool:
        """Whether a yes/no question asks for a bound (enough, every, guaranteed) that no claim of `entry` has."""
        bounded = question.form == "yesno" and _BOUNDS.occur_in(question.words)
        return bounded and bool(entry.claims) and not self._says_always(entry)

    def decides(self, question: Question, entry: Answer) -> bool:
        """Whether the claims of `entry` speak of a topic that the question names, and of all that it asks."""
        known = self._knowledge.topics
        named = {wide for topic in question.topics for wide in (topic, *known[topic].within)}
        weak = self.is_weak(entry) and english.HEDGES.isdisjoint(question.words)
        return not named.isdisjoint(entry.topics) and not weak and not self.asks_more(question, entry)

    def is_weak(self, entry: Answer) -> bool:
        """Whether no claim of `entry` states that something is so: all say that it may be, or that it helps."""
        return all(claim.strength in ("may", "helps") for claim in self._claims(entry))

    def _sets_a_limit(self, entry: Answer, question: Question) -> bool:
        """ "a room for 180, fine?", of an answer with an amount in it: whoever asks can compare the two."""
        if not any(map(_is_amount, words_outside_mentions(question.words, question.mentions))):
            return False
        says = (entry.answer, *entry.bullets, *(claim.says for claim in self._claims(entry)))
        return any(_is_amount(word.text) for text in says for word in split_words(text))

    def on_claims(self, question: Question, subject: str, finding: Finding) -> Verdict:
        """The verdict on what is said of `subject` in the claims of `finding`, where no curated answer is near."""
        if question.is_exclusive and self._says_more(question, (subject,)):
            return _turned("no", question.is_negated)
        return _turned(finding.verdict, question.is_negated)

    def _judge(
        self,
        question: Question,
        entry: Answer,
        asked: tuple[str, ...],
        finding: Finding | None,
        *,
        contrary: bool,
    ) -> tuple[Verdict | None, tuple[str, ...]]:
        compared = self._compared(question)
        if compared is not None:
            if compared.rule == "contrast" and self._speaks_of_one(entry):
                return None, ()
            return _turned(compared.verdict, question.is_negated), compared.claims
        joined = self._joined(question, asked) or self._together(question, entry)
        if joined is not None:
            return joined.verdict, joined.claims
        if question.is_exclusive and question.is_negated and (others := self._denied_beside(question, asked)):
            return "no", others  # "is X all that it leaves out"
        if question.is_exclusive and (self._says_more(question, asked) or self._lists_more(question, entry)):
            return _turned("no", question.is_negated), ()
        named = self._named(question, entry, asked)
        weighed = finding is not None and finding.verdict == "partly"
        if named is not None and not (weighed and set(named.claims) & set(entry.claims)):
            return _turned(named.verdict, question.is_negated), named.claims
        if finding is None and len(entry.subjects) > 1 and _SAME.occur_in(question.words):
            return _turned("no", question.is_negated), ()  # two are compared because they are not the same
        verdict = _turned(finding.verdict if finding else "yes", contrary)
        if verdict == "yes" and self._of_another(question, asked, entry):
            return "no", ()
        always = not contrary and _ALWAYS.occur_in(question.words)
        if verdict == "yes" and always and entry.claims and not self._says_always(entry):
            return "no", ()
        return verdict, ()

    def _compared(self, question: Question) -> Finding | None:
        """The verdict on "is A more … than B", where the claims affirm it of one and deny it of the other."""
        pair = _compared_pair(question) if question.comparison_adjective else None
        if pair is None:
            return None
        opposites = {mention.concept for mention in question.mentions if mention.opposite}
        for topic in question.topics:
            more, less = (self._evidence.on(subject, topic) for subject in pair)
            if more and less and {more.verdict, less.verdict} == {"yes", "no"}:
                rule = "contrast" if "contrast" in (more.rule, less.rule) else "stated"
                return Finding(_turned(more.verdict, topic in opposites), more.claims, rule)
        return None

    def _speaks_of_one(self, entry: Answer) -> bool:
        """Whether `entry` compares two, and its claims speak of one alone: which is more, nobody says."""
        said = {subject for claim in self._claims(entry) for subject in claim.subjects}
        return len(entry.subjects) > 1 and not said.issuperset(entry.subjects)

    def _of_another(self, question: Question, asked: tuple[str, ...], entry: Answer) -> bool:
        """True if the question also names a subject without claims here whose contrast has some: "is X a part of A",
        where X is said to be a part of B."""
        known = self._knowledge.subjects
        said = {statement.subject for claim in self._claims(entry) for statement in claim.statements}
        compared = {other for subject in entry.subjects for other in known[subject].contrast}
        named = {*question.subjects, *asked}
        others = named - said - compared
        return not named.isdisjoint(entry.subjects) and any(
            not said.isdisjoint(known[other].contrast) for other in others
        )

    def _joined(self, question: Question, asked: tuple[str, ...]) -> Finding | None:
        """`partly`, where two things are asked about in one and the claims affirm one and deny the other."""
        known = self._knowledge.topics
        topics = [mention for mention in question.mentions if mention.concept in known and mention.layer == "topic"]
        if len(asked) != 1:
            return None
        pairs = [pair for pair in pairwise(topics) if _JOINED & set(question.words[pair[0].end : pair[1].start])]
        found = [
            finding._replace(
                verdict=_turned(finding.verdict, mention.opposite != self._is_set_apart(mention, question))
            )
            for mention in dict.fromkeys(mention for pair in pairs for mention in pair)
            if (finding := self._evidence.on(asked[0], mention.concept))
        ]
        if {finding.verdict for finding in found} != {"yes", "no"}:
            return None
        return _partly(found)

    @staticmethod
    def _is_set_apart(mention: Mention, question: Question) -> bool:
        """Whether it is named as what does not hold: "A and not B"."""
        before = question.words[max(0, mention.start - 4) : mention.start]
        return any(pair in (("and", "not"), ("but", "not")) for pair in pairwise(before))

    def _together(self, question: Question, entry: Answer) -> Finding | None:
        """`partly`, where several subjects are asked about in one and the topic of `entry` is affirmed of some only."""
        subjects = [mention for mention in question.mentions if mention.layer == "subject"]
        if not any(_JOINED & set(question.words[one.end : other.start]) for one, other in pairwise(subjects)):
            return None
        for topic in entry.topics:
            found = [finding for one in question.subjects if (finding := self._evidence.on(one, topic))]
            if {finding.verdict for finding in found} == {"yes", "no"}:
                return _partly(found)
        return None

    def _named(self, question: Question, entry: Answer, asked: tuple[str, ...]) -> Finding | None:
        """What is said on what a yes/no question names, where that is not what `entry` is about but its claims tell:
        the entry says that A is proactive, the question is whether A is reactive."""
        known = self._knowledge.topics
        topics = [m for m in question.mentions if m.concept in known and m.concept not in asked]
        own = {*entry.topics, *(wider for topic in entry.topics for wider in known[topic].within)}
        if any(mention.concept in own for mention in topics):
            return None
        found: list[Finding] = []
        for mention in topics:
            said = [finding for subject in asked if (finding := self._evidence.on(subject, mention.concept))]
            if len(said) == len(asked):  # of each subject that is asked about
                found += [one._replace(verdict=_turned(one.verdict, mention.opposite)) for one in said]
        return found[0] if len({finding.verdict for finding in found}) == 1 else None

    def _stated(self, question: Question, asked: tuple[str, ...], verdict: Verdict) -> Iterator[Claim]:
        """The claims that say themselves that what is named holds of the one subject asked about, or (`no`) not."""
        if len(asked) != 1:
            return
        for topic in question.topics:
            finding = self._evidence.on(asked[0], topic)
            if finding and finding.verdict == verdict and finding.rule == "stated":
                yield self._knowledge.claims[finding.claims[0]]

    def _says_more(self, question: Question, asked: tuple[str, ...]) -> bool:
        """Whether the claim that affirms what is named of the one subject asked about affirms more beside it."""
        return any(
            sum(statement.holds and statement.subject == asked[0] for statement in claim.statements) > 1
            for claim in self._stated(question, asked, "yes")
        )

    def _denied_beside(self, question: Question, asked: tuple[str, ...]) -> tuple[str, ...]:
        """Where what is named is denied of the one subject asked about: the claims in the same place of the source that
        deny more of it."""
        first = next(self._stated(question, asked, "no"), None)
        return tuple(
            claim.id
            for claim in self._knowledge.claims.values()
            if first and claim.at == first.at and claim != first
            if any(not statement.holds and statement.subject == asked[0] for statement in claim.statements)
        )

    def _lists_more(self, question: Question, entry: Answer) -> bool:
        """True if the entry lists more items than the one that the question calls the only one."""
        claims = self._claims(entry)
        if not question.topics:
            return len(entry.bullets) > 1 or sum(claim.aspect == claims[0].aspect for claim in claims) > 1
        return any(_EXAMPLES.occur_in(claim.says.lower().split()) for claim in claims[:1])

    def _says_always(self, entry: Answer) -> bool:
        """Whether what `entry` rests on leaves no exception."""
        said = " ".join(claim.says for claim in self._claims(entry)).lower().replace("-", " ").split()
        return not english.WITHOUT_EXCEPTION.isdisjoint(said)

    def _claims(self, entry: Answer) -> list[Claim]:
        return [self._knowledge.claims[claim] for claim in entry.claims]


def _partly(found: Sequence[Finding]) -> Finding:
    return Finding("partly", tuple(dict.fromkeys(claim for one in found for claim in one.claims)), "joined")


def _turned(verdict: Verdict, contrary: bool) -> Verdict:
    return reverse(verdict) if contrary else verdict


def _compared_pair(question: Question) -> tuple[str, str] | None:
    """(greater, lesser) subject of a "more than" comparison, None if it is not one."""
    subjects = [mention for mention in question.mentions if mention.layer == "subject"]
    for first, second in pairwise(subjects):
        between = question.words[first.end : second.start]
        if first.concept != second.concept and not english.THAN.isdisjoint(between):
            pair = first.concept, second.concept
            return pair[::-1] if "less" in between else pair
    return None


def _is_amount(word: str) -> bool:
    """True for a number that is not most likely a year."""
    return word.isdecimal() and not (len(word) == 4 and word[:2] in ("19", "20"))


def _only_names(question: Question) -> bool:
    """Whether one thing is named and nothing said of it: "and A?", "and the drawbacks?"."""
    rest = words_outside_mentions(question.words, question.mentions)
    if any(word in english.AUXILIARIES or word not in english.FUNCTION_WORDS for word in rest):
        return False
    return len({mention.concept for mention in question.mentions}) == 1
