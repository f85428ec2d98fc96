"""Rules of content: what is surely a mistake, but no error that keeps the knowledge from loading."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bot.domain.phrases import placeholders
from bot.knowledge.claim_rules import check_claims, check_sources, check_wordings
from bot.knowledge.draft import SECTION_OF, Draft, Name, Thing
from bot.knowledge.problems import Spot, quoted
from bot.knowledge.shipped_phrases import shipped
from bot.knowledge.triage import Triage

MOST_ID = 100  # characters: ids travel in buttons' commands and in Slack's action ids (255)
MOST_TITLE = 75  # a title is a button's label in other answers; Slack allows a button's text 75, a header 150
MOST_ANSWER = 2_800  # text and bullets together: Slack allows a section 3,000, the verdict and marks need room
MOST_SAYS = 500  # a claim stands in a reply's list of sources, several of them beneath one another
MOST_AT = 150  # the claim's place in the source stands beside it
MOST_SOURCE_TITLE = 150  # the header of what is shown about a source; Slack allows a header 150
MOST_QUESTION = 500  # a person's question is not longer, and an example is compared with it whole
MOST_BESIDE = 8  # phrasings that stand beside an answer, where the folder has a place for the others
MOST_LABEL = 75  # of an option or question of the guided dialogue: a button's text in Slack
MOST_MEANS = 75  # what an option means stands beside it; Slack allows a description 75
MOST_NAME = 75  # a concept's name can be a choice's label

_WORD = re.compile(r"[\w+#]+")


def phrase_key(text: str) -> str:
    """A phrasing normalized for comparison: without case, punctuation and apostrophes, with single spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    return " ".join(_WORD.findall(plain))


def check_rules(draft: Draft) -> None:
    """Reports every broken rule of content."""
    _check_phrasings(draft)
    _check_askable(draft)
    _check_telling(draft)
    _check_names(draft)
    check_sources(draft)
    check_claims(draft)
    check_wordings(draft)
    _check_tensions(draft)
    _check_use_of_claims(draft)
    _check_lengths(draft)
    _check_option_names(draft)
    _check_phrases(draft)


def _check_phrasings(draft: Draft) -> None:
    first: dict[str, tuple[str, Spot]] = {}
    for answer, (text, spot) in draft.phrasings:
        key = phrase_key(text)
        if not key:
            draft.report.add(spot, f"the question {quoted(text)} has no words; take it out")
            continue
        other, where = first.setdefault(key, (answer, spot))
        if where is spot:
            continue
        place = f"{where.file}:{where.line}"
        if other == answer:
            draft.report.add(spot, f"the question {quoted(text)} stands here twice (first in {place}); take one out")
        else:
            said = f"the question {quoted(text)} leads to two answers, {quoted(answer)} and {quoted(other)} ({place})"
            draft.report.add(spot, f"{said}; keep it in one of them")


def _check_askable(draft: Draft) -> None:
    for id, answer in draft.answers.items():
        asked = answer.questions or (id in draft.more_phrasings and draft.more_phrasings[id].questions)
        if not asked and (answer.title or answer.kind != "answer"):  # without a title: a wrong shape
            said = f"answer {quoted(id)} has no questions"
            draft.report.add(
                draft.spot("answer", id, "questions"), f"{said}; write under 'questions' how people ask for it"
            )


def _check_telling(draft: Draft) -> None:
    """Reports answers with more than a few phrasings beside them, if the folder has `examples/phrasings/`."""
    for id, count in draft.written.items() if draft.has_examples else ():
        if count > MOST_BESIDE:
            said = f"answer {quoted(id)} has {count} phrasings beside it, at most {MOST_BESIDE} can be read with it"
            remedy = f"keep the telling ones, move the others to examples/phrasings/ under '{id}:'"
            draft.report.add(draft.spot("answer", id, "questions"), f"{said}; {remedy}")


def _check_names(draft: Draft) -> None:
    first: dict[tuple[Thing, str], Name] = {}
    for name in draft.names:
        text, spot = name.words
        key = phrase_key(text)
        if not key:
            draft.report.add(spot, f"the name {quoted(text)} has no letters; take it out")
            continue
        other = first.setdefault((name.thing, key), name)
        where = f"{other.words.spot.file}:{other.words.spot.line}"
        if other.concept == name.concept and other.opposite != name.opposite:
            draft.report.add(
                spot, f"{quoted(text)} is both a name of {quoted(name.concept)} and its opposite; keep one"
            )
        elif other.concept != name.concept and other.opposite == name.opposite:
            said = (
                f"{quoted(text)} names two {name.thing}s, {quoted(name.concept)} and {quoted(other.concept)} ({where})"
            )
            draft.report.add(spot, f"{said}; keep it in one of them")


def _check_tensions(draft: Draft) -> None:
    for id, claim in draft.claims.items():
        for other in claim.tension:
            if other in draft.claims and id not in draft.claims[other].tension:
                said = f"claim {quoted(other)} is in tension with {quoted(id)} but does not say so"
                draft.report.add(draft.spot("claim", other, "tension"), f"{said}; add 'tension: {id}' to it")


def _check_use_of_claims(draft: Draft) -> None:
    if "answers" in draft.broken:
        return
    used = {claim for answer in draft.answers.values() for claim in answer.claims}
    for id in draft.claims:
        if id not in used:
            draft.report.add(
                draft.spot("claim", id), f"no answer uses claim {quoted(id)}; add it to the claims of an answer"
            )


def _check_option_names(draft: Draft) -> None:
    """Reports labels and names that stand for two options of one question of the guided dialogue."""
    for question in draft.triage.questions.values() if draft.triage else ():
        first: dict[str, str] = {}
        for option in question.options.values():
            for name in (option.label, *option.names, *option.keeps):
                other = first.setdefault(phrase_key(name), option.id)
                if other != option.id:
                    said = f"{quoted(name)} stands for two options of question {quoted(question.id)}"
                    where = draft.spot("option", f"{question.id}/{option.id}")
                    draft.report.add(where, f"{said}, {quoted(other)} and {quoted(option.id)}; keep it in one of them")


def _check_lengths(draft: Draft) -> None:
    for thing, id, key, what, length, most in _measured(draft):
        if length > most:
            draft.report.add(
                draft.spot(thing, id, key), f"{what} has {length} characters, at most {most} fit; shorten it"
            )
    for thing in SECTION_OF:
        for id in draft.ids(thing):
            if len(id) > MOST_ID or any(character.isspace() for character in id):
                said = f"the id {quoted(id)} travels in commands: no spaces, at most {MOST_ID} characters"
                draft.report.add(draft.spot(thing, id), f"{said}; use hyphens")
    for _, (text, spot) in draft.phrasings:
        if len(text) > MOST_QUESTION:
            draft.report.add(spot, f"the question has {len(text)} characters, at most {MOST_QUESTION} fit; shorten it")


def _measured(draft: Draft) -> Iterable[tuple[Thing, str, str, str, int, int]]:
    """Every text with a limit: (thing, id, key, name in problems, length, most characters)."""
    for id, source in draft.sources.items():
        yield "source", id, "", "the title of the source", len(source.title), MOST_SOURCE_TITLE
    for id, claim in draft.claims.items():
        yield "claim", id, "says", "'says'", len(claim.says), MOST_SAYS
        yield "claim", id, "at", "'at'", len(claim.at), MOST_AT
    for thing, concepts in draft.concepts():
        for id, concept in concepts.items():
            yield thing, id, "", "the name", len(concept.name), MOST_NAME
    for id, answer in draft.answers.items():
        length = len(answer.answer) + sum(map(len, answer.bullets))
        yield "answer", id, "title", "the title", len(answer.title), MOST_TITLE
        yield "answer", id, "answer", "the answer with its bullets", length, MOST_ANSWER
    if draft.triage:
        yield from _measured_triage(draft.triage)


def _measured_triage(triage: Triage) -> Iterable[tuple[Thing, str, str, str, int, int]]:
    for id, question in triage.questions.items():
        yield "triage question", id, "", "the question", len(question.ask), MOST_LABEL
        yield "triage question", id, "", "the reason why it is asked", len(question.why.text), MOST_SAYS
        for option in question.options.values():
            place = f"{id}/{option.id}"
            yield "option", place, "", "the label", len(option.label), MOST_LABEL
            yield "option", place, "", "what the option means", len(option.means), MOST_MEANS
            for reason in option.speaks:
                yield "option", place, "", "the reason", len(reason.text), MOST_SAYS
    for id, outcome in triage.outcomes.items():
        yield "outcome", id, "", "the title of the outcome", len(outcome.title), MOST_TITLE
        yield "outcome", id, "", "what the outcome says", len(outcome.says), MOST_SAYS
        for point in (*outcome.reasons, *outcome.watch, *outcome.first, *outcome.tools):
            yield "outcome", id, "", "a point of the outcome", len(point.text), MOST_SAYS


def _check_phrases(draft: Draft) -> None:
    """Reports unknown phrases, texts in place of lists and lists in place of texts, and unknown {placeholders}."""
    defaults = shipped()
    known = (*defaults.texts, *defaults.lists)
    for name, spot in draft.phrase_spots.items():
        if name not in known:
            draft.report.unknown(spot, "phrase", name, known, "docs/knowledge.md says where the names are listed")
        elif name in defaults.lists and name in draft.phrases:
            draft.report.add(spot, f"{quoted(name)} must be a list; put each item on a line of its own, after a dash")
        elif name in defaults.texts and name in draft.phrase_lists:
            draft.report.add(spot, f"{quoted(name)} must be one text, not a list")
        elif name in defaults.texts:
            _check_placeholders(draft, name, spot, placeholders(defaults.texts[name]))


def _check_placeholders(draft: Draft, name: str, spot: Spot, filled_in: frozenset[str]) -> None:
    for unknown in sorted(placeholders(draft.phrases[name]) - filled_in):
        use = ", ".join(f"{{{one}}}" for one in sorted(filled_in))
        remedy = f"it can use {use}" if use else "nothing is filled in here"
        draft.report.add(spot, f"nothing fills in {{{unknown}}} in {quoted(name)}; {remedy}")
