"""What `/metrics` shows of a whole server, of which nobody may learn who said what."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import aiohttp
import pytest

from adapters.database import SqlStore
from adapters.metrics import Metrics
from adapters.outbox_age import OutboxAge
from adapters.rate_limit import MOST, RateLimiter
from bot.domain.messages import Place, Reply
from bot.domain.outbox import Notice, OutboxItem
from bot.domain.records import Person
from bot.knowledge import load
from tests.adapters.test_server import server, settings_in
from tests.conftest import KNOWLEDGE
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import SECRET, Workspace
from tests.teams_connector import activities
from tests.teams_connector.connector import ConnectorService, Fault


async def shown(http: aiohttp.ClientSession, url: str) -> dict[str, float]:
    """The samples by name and labels."""
    async with http.get(f"{url}/metrics") as response:
        assert response.status == 200
        lines = [line for line in (await response.text()).splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def test_what_happens_to_messages_is_counted_without_who_and_what(tmp_path: Path) -> None:
    async with ConnectorService() as connector, Service() as slack:
        given = {"slack_bot_token": slack.add(Workspace()).token, "slack_signing_secret": SECRET}
        settings = settings_in(tmp_path, teams_development=connector.url, slack_api_url=slack.api_url, **given)
        async with server(settings) as (url, http):
            connector.faults = [Fault(429, {"Retry-After": "60"})]
            asked = activities.message(connector.url, "what is zanzibar SAST?")
            for _ in range(2):
                async with http.post(f"{url}/api/messages", json=asked) as response:
                    assert response.status == 200
            async with http.post(f"{url}/slack/events", data="text=hi") as response:
                assert response.status == 401
            found = await shown(http, url)
            async with http.get(f"{url}/metrics") as response:
                page = await response.text()
    assert sum(value for name, value in found.items() if name.startswith("advisor_turns_total")) == 1
    assert found['advisor_repeated_deliveries_total{surface="teams"}'] == 1
    assert found['advisor_outbox_retries_total{surface="teams"}'] == 1
    assert found['advisor_outbox_waiting{surface="teams"}'] == 1
    assert found['advisor_turned_away_total{reason="headers",surface="slack"}'] == 1
    for phase in ("wait", "work", "commit"):
        assert found[f'advisor_transaction_seconds_count{{kind="turn",phase="{phase}"}}'] >= 1
    for secret in ("zanzibar", "Anna", asked["from"]["id"], asked["conversation"]["id"], activities.TENANT):
        assert secret not in page


async def test_the_process_the_program_and_the_knowledge_are_told(tmp_path: Path) -> None:
    async with server(settings_in(tmp_path)) as (url, http):
        found = await shown(http, url)
    assert f'advisor_knowledge_info{{version="{load(KNOWLEDGE).version}"}}' in found
    assert any(name.startswith("advisor_build_info{") for name in found)
    assert found["process_start_time_seconds"] > 0
    assert found["process_resident_memory_bytes"] > 0
    assert found["advisor_database_up"] == 1
    for name in ("outbox_waiting", "outbox_oldest_seconds", "outbox_sent_total", "repeated_deliveries_total"):
        assert found[f'advisor_{name}{{surface="web"}}'] == 0
    assert found['advisor_transaction_failures_total{kind="turn"}'] == 0


async def test_what_waits_is_told_by_surface_also_of_one_that_is_off(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with server(settings) as (url, http):
        store = SqlStore.at(settings.database_url.get_secret_value())
        async with store.transaction() as unit:
            for id in ("one", "two"):
                item = OutboxItem(id, "send", Place("slack", "T1", "C1"), id, Notice(Reply("notice", "hi"), "U1"))
                await unit.outbox.put(item, 0.0)
        await store.close()
        first = await shown(http, url)
        second = await shown(http, url)
    waiting, oldest = 'advisor_outbox_waiting{surface="slack"}', 'advisor_outbox_oldest_seconds{surface="slack"}'
    assert (first[waiting], second[waiting]) == (2, 2)
    assert second[oldest] > first[oldest] >= 0


async def test_a_database_that_does_not_answer_leaves_out_what_it_tells_and_nothing_else(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with server(settings) as (url, http):
        other = sqlite3.connect(tmp_path / "advisor.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            found = await shown(http, url)
        finally:
            other.execute("ROLLBACK")
            other.close()
        assert found["advisor_database_up"] == 0
        assert not any(name.startswith("advisor_outbox_waiting") for name in found)
        assert found["process_start_time_seconds"] > 0
        assert (await shown(http, url))["advisor_database_up"] == 1


@pytest.mark.parametrize(
    ("why", "reason"),
    [("is_archived", "is_archived"), ("tried_too_often", "tried_too_often"), ("a_code_of_tomorrow", "other")],
)
async def test_refusals_are_counted_under_codes_that_are_known(why: str, reason: str) -> None:
    metrics = Metrics({"slack": ["is_archived"]})
    metrics.given_up("slack", why)
    assert f'advisor_outbox_given_up_total{{reason="{reason}",surface="slack"}} 1.0' in metrics.text()


async def test_whoever_sends_too_much_is_counted_and_not_named() -> None:
    metrics = Metrics({})
    limit = RateLimiter(lambda: 0.0, counting=metrics)
    for _ in range(MOST + 2):
        limit.slowed(Person("slack", "T1", "U-anna"))
    assert 'advisor_turned_away_total{reason="rate_limit",surface="slack"} 2.0' in metrics.text()
    assert "anna" not in metrics.text()


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_item_has_waited_since_its_number_was_first_seen() -> None:
    clock = Clock()
    age = OutboxAge(clock)
    for newest in (3, 5, 5, 9):
        age.look(newest, oldest_waiting=2)
        clock.now += 10
    assert [age.of(number) for number in (2, 3, 4, 5, 6, 9)] == [40, 40, 30, 30, 10, 10]


def test_what_is_known_of_items_that_wait_no_more_is_forgotten_and_of_others_it_is_not() -> None:
    clock = Clock()
    age = OutboxAge(clock)
    age.look(3, oldest_waiting=2)
    clock.now += 10
    age.look(7, oldest_waiting=6)
    clock.now += 10
    assert age.of(6) == 10
    age.look(7, oldest_waiting=None)
    clock.now += 10
    age.look(8, oldest_waiting=8)
    assert age.of(8) == 0
