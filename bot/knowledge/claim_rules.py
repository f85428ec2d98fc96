"""Rules of content for sources, claims and what things are called within a sentence."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

from bot.domain.phrases import placeholders
from bot.knowledge.draft import Draft
from bot.knowledge.model import Claim, Concept
from bot.knowledge.problems import quoted

ASKED = "asked"  # in braces it stands for the words of the question

_WORD = re.compile(r"[\w+#]+")
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def check_sources(draft: Draft) -> None:
    """Reports addresses and dates of sources that can't be right."""
    for id, source in draft.sources.items():
        if source.url and not _is_address(source.url):
            said = f"the url {quoted(source.url)} is no address of a page"
            draft.report.add(draft.spot("source", id, "url"), f"{said}; write the whole of it, with https://")
        if source.published and not _is_date(source.published):
            said = f"{quoted(source.published)} is no date"
            draft.report.add(draft.spot("source", id, "published"), f"{said}; write it as 2024-05-01, 2024-05 or 2024")


def check_claims(draft: Draft) -> None:
    """Reports claims that don't name what they are about, and those on a topic on which no source is to say a thing."""
    for id, claim in draft.claims.items():
        for subject in claim.subjects:
            concept = draft.subjects.get(subject)
            if concept is not None and claim.says and not _names(claim, concept):
                said = f"'says' does not name its subject, {quoted(concept.name)}"
                remedy = "it is shown alone too, so begin with the subject rather than with a pronoun"
                draft.report.add(draft.spot("claim", id, "says"), f"{said}; {remedy}")
        for topic in dict.fromkeys(statement.topic for statement in claim.statements):
            if topic in draft.topics and not draft.topics[topic].stated:
                said = f"claim {quoted(id)} speaks of topic {quoted(topic)}, which the vocabulary calls unstated"
                remedy = "take 'stated: no' out of the vocabulary, or the topic out of the claim"
                draft.report.add(draft.spot("claim", id, "topics"), f"{said}; {remedy}")


def check_wordings(draft: Draft) -> None:
    """Reports names for use within a sentence in which something stands in braces that nothing fills in."""
    for thing, concepts in draft.concepts():
        for id, concept in concepts.items():
            for unknown in sorted(placeholders(concept.said) - {ASKED}):
                said = f"nothing fills in {{{unknown}}} in 'said' of {thing} {quoted(id)}"
                draft.report.add(draft.spot(thing, id, "said"), f"{said}; it can use {{{ASKED}}}")


def _names(claim: Claim, subject: Concept) -> bool:
    """Whether a name of the subject stands in what the claim says, in the singular or with an s."""
    said = f" {_plain(claim.says)} "
    return any(
        f" {name} " in said or f" {name}s " in said for name in map(_plain, (subject.name, *subject.names)) if name
    )


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and "." in parts.netloc and not any(map(str.isspace, url))


def _is_date(text: str) -> bool:
    found = _DAY.fullmatch(text)
    if found is None:
        return False
    year, month, day = found.groups(default="01")
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
