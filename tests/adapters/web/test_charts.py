"""The geometry of what the server draws."""

from __future__ import annotations

from adapters.web.charts import EDGE, HEIGHT, WIDTH, columns, sparkline


def test_a_line_goes_from_the_bottom_at_none_to_the_top_at_the_most() -> None:
    line = sparkline([0, 5, 10])
    assert line.lines == (f"{EDGE},{HEIGHT - EDGE} {WIDTH / 2},{HEIGHT / 2} {WIDTH - EDGE},{EDGE}",)
    assert line.dot == (WIDTH - EDGE, EDGE)


def test_a_line_has_a_gap_where_there_is_no_value() -> None:
    line = sparkline([0.5, 0.5, None, 0.5, None], most=1.0)
    assert len(line.lines) == 1, "one value alone is no line"
    assert line.dot is not None and line.dot[0] < WIDTH - EDGE


def test_without_values_nothing_is_drawn_and_all_zeros_are_a_line_at_the_bottom() -> None:
    assert sparkline([None, None]).dot is None and sparkline([]).lines == ()
    assert sparkline([0, 0]).lines == (f"{EDGE},{HEIGHT - EDGE} {WIDTH - EDGE},{HEIGHT - EDGE}",)


def test_columns_are_stacked_and_the_tallest_fills_the_height() -> None:
    bars = columns([{"a": 1, "b": 3}, {"a": 2, "b": 0}], 100, 40)
    assert [(bar.kind, bar.y, bar.height) for bar in bars] == [("a", 30, 10), ("b", 0, 30), ("a", 20, 20)]
    assert columns([{"a": 0}], 100, 40) == []
