"""Sources as people read them: who says it, when, and where in the source it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.domain.messages import Citation
from bot.domain.phrases import Phrases
from bot.knowledge.model import Source

BETWEEN_PLACES, BETWEEN_SOURCES, BEFORE_SOURCE = " · ", "; ", " — "


def written_date(say: Phrases, published: str) -> str:
    """An ISO date as people write it, a year and month too; anything else as it is."""
    year, _, rest = published.partition("-")
    month, _, day = rest.partition("-")
    months = say.all("months")
    if not (month.isdigit() and 1 <= int(month) <= len(months)):
        return published
    name = months[int(month) - 1]
    return (
        say("date", day=int(day), month=name, year=year) if day.isdigit() else say("date-month", month=name, year=year)
    )


def names_of(sources: Mapping[str, Source]) -> dict[str, str]:
    """What each source is called: its publisher, or its title where it has none or another source has the same."""
    publishers = [source.publisher for source in sources.values()]
    return {
        id: source.publisher if source.publisher and publishers.count(source.publisher) == 1 else source.title
        for id, source in sources.items()
    }


def places_line(citations: Iterable[Citation]) -> str:
    """Each place once, by its number, those of one source together and then its name and date; "" without citations."""
    places: dict[tuple[str, str], dict[str, None]] = {}
    for one in sorted(citations, key=lambda citation: citation.number):
        place = f"{mark(one)} {one.at}".strip()
        places.setdefault((one.by or one.source, one.published), {})[place] = None
    return BETWEEN_SOURCES.join(
        BEFORE_SOURCE.join((BETWEEN_PLACES.join(found), ", ".join(part for part in who if part)))
        for who, found in places.items()
    )


def mark(citation: Citation) -> str:
    """The citation's number as it stands in the text, "[1]"; "" where it has none."""
    return f"[{citation.number}]" if citation.number else ""
