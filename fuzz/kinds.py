"""The kinds of input, cheapest first, with the share of each in all inputs and the bound on its calls.

The bounds are a few times what the strangest inputs took when they were set: they tell a cost that grows faster than
the input, not a slow machine.
"""

from __future__ import annotations

from functools import cache

from fuzz.rounds import Kind
from fuzz.watch import Bound


@cache
def kinds() -> tuple[Kind, ...]:
    """Loading the advisor takes a second, so it happens on the first call."""
    from fuzz import asking, configuration, knowledge, page, records, slack, teams

    return (
        Kind("Slack body, read", slack.requests, slack.reading, Bound(20, 3_000), 0.3, 300, 12_000, 40),
        Kind("Teams activity, read", teams.requests, teams.reading, Bound(20, 3_000), 0.29, 300, 12_000, 40),
        Kind("stored row, read", records.rows, records.reading, Bound(20, 3_000), 0.29, 300, 12_000, 40),
        Kind("settings", configuration.environments, configuration.read, Bound(50, 20_000), 0.03, 200, 1_000, 40),
        Kind("text, read", asking.any_texts, asking.reading, Bound(200, 20_000), 0.05, 300, 2_000, 20),
        Kind("knowledge folder", knowledge.folders, knowledge.checked, Bound(100, 200_000), 0.006, 200),
        Kind("stored row, gone on with", records.continued, records.going_on, Bound(200, 200_000), 0.015, 200, 800),
        Kind("conversation", asking.conversations, asking.answered, Bound(400, 200_000), 0.006, 150, 150),
        Kind("Slack request", slack.requests, slack.in_process, Bound(300, 300_000), 0.01, 150, 450),
        Kind("Slack envelope", slack.envelopes, slack.through_the_socket, Bound(300, 300_000), 0.005, 150, 250),
        Kind("Slack request over HTTP", slack.requests, slack.over_http, Bound(300, 300_000), 0.002, 100, 100),
        Kind("Teams request", teams.requests, teams.in_process, Bound(300, 300_000), 0.01, 150, 450),
        Kind("Teams request over HTTP", teams.requests, teams.over_http, Bound(300, 300_000), 0.002, 100, 100),
        Kind("page request", page.requests, page.in_process, Bound(300, 500_000), 0.01, 150, 450),
        Kind("page request over HTTP", page.requests, page.over_http, Bound(300, 500_000), 0.002, 100, 100),
    )
