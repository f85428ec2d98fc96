"""What the log says of where an error comes from."""

from __future__ import annotations

import json

from bot.domain.serialization import ShapeError, loads
from bot.service.error_location import error_location


def caught(broken: object) -> Exception:
    try:
        broken()  # type: ignore[operator]
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_our_own_frames_are_named_outermost_first_and_no_others() -> None:
    found = error_location(caught(lambda: loads(tuple[int, ...], '["1"]'))).split(" > ")

    assert len(found) > 1
    assert all(place.startswith("bot/domain/serialization.py:") for place in found)


def test_an_error_that_only_passed_a_library_names_its_innermost_frame() -> None:
    assert error_location(caught(lambda: json.loads("{"))).startswith("decoder.py:")


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert error_location(ShapeError()) == "unknown"
