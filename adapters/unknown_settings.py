"""Settings that nothing reads, most likely misspelt: a name with a prefix of ours, or nearly a name of ours."""

from __future__ import annotations

import os
from collections.abc import Iterable

from dotenv import dotenv_values
from pydantic import AliasChoices
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from adapters.settings import Settings

PREFIXES = ("SLACK_", "TEAMS_", "MICROSOFTAPP", "WORKBENCH_", "METRICS_", "DRAIN_", "TRIAGE_", "CONVERSATION_", "GOLD_")
ALIKE = 60  # of 100, from which a known name is proposed
TYPOS = 2  # letters in which a name without a prefix of ours may differ from one of ours
LONG = 8  # letters from which so few can't make it another word

# In what Kubernetes sets for a service that is called like a prefix of ours, with an underscore behind it.
SERVICE_LINK = ("_SERVICE_HOST_", "_PORT_")


def known_settings() -> list[str]:
    """The names of all settings, as the documents spell them."""
    return [
        str(name)
        for field in Settings.model_fields.values()
        if isinstance(field.validation_alias, AliasChoices)
        for name in field.validation_alias.choices
    ]


def unknown_settings(given: Iterable[str] | None = None) -> list[tuple[str, str]]:
    """Names in `given` (else in the environment and in `.env`) that are probably meant as settings and are none, each
    with the nearest name that is one, or an empty text."""
    names = {*os.environ, *dotenv_values(".env")} if given is None else set(given)
    known = {name.upper(): name for name in known_settings()}
    found = []
    for name in sorted(names):
        upper = name.upper()
        if upper in known or any(part in f"{upper}_" for part in SERVICE_LINK):
            continue
        ours = upper.startswith(PREFIXES)
        nearest = process.extractOne(upper, list(known), scorer=fuzz.ratio, score_cutoff=ALIKE)
        close = nearest is not None and len(upper) >= LONG and OSA.distance(upper, nearest[0]) <= TYPOS
        if ours or close:
            found.append((name, known[nearest[0]] if nearest else ""))
    return found
