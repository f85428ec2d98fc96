"""Microsoft's schema of Adaptive Cards 1.5 (github.com/microsoft/AdaptiveCards, MIT licence), and what Teams adds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

SCHEMAS = Path(__file__).parent / "schemas"


@cache
def _validator() -> jsonschema.Draft6Validator:
    schema = json.loads((SCHEMAS / "adaptive-card-1.5.0.json").read_text(encoding="utf-8-sig"))
    return jsonschema.Draft6Validator(schema)


def check_card(card: dict[str, Any]) -> None:
    """Fails unless `card` is a card that Teams takes, by Microsoft's schema and by Teams' own limits."""
    errors = [jsonschema.exceptions.best_match([error]) for error in _validator().iter_errors(card)]
    assert not errors, errors[0]
    check_limits(card)


def check_limits(card: dict[str, Any]) -> None:
    """Fails unless `card` keeps to Teams' limits: six buttons, 28 KB, a fallback text. Quick, where many are drawn."""
    assert card["version"] == "1.5"
    assert card["fallbackText"].strip()
    assert len(card.get("actions", [])) <= 6
    assert len(json.dumps(card)) < 28_000
    inline = [element["selectAction"] for element in elements(card["body"]) if "selectAction" in element]
    for action in (*card.get("actions", []), *inline):
        assert 0 < len(action["title"]) <= 60
        if action["type"] == "Action.Execute":
            assert action["fallback"]["type"] == "Action.Submit"
            assert action["fallback"]["data"] == action["data"]
    ids = [element["id"] for element in elements(card) if "id" in element]
    assert len(ids) == len(set(ids))


def elements(part: Any) -> Iterator[dict[str, Any]]:
    """Every element of a card, outermost first."""
    if isinstance(part, dict):
        if "type" in part:
            yield part
        for value in part.values():
            yield from elements(value)
    elif isinstance(part, list):
        for value in part:
            yield from elements(value)


def texts(card: dict[str, Any]) -> list[str]:
    return [element["text"] for element in elements(card["body"]) if element["type"] == "TextBlock"]
