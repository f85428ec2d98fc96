"""Signed requests that are shaped like nothing that Slack sends: they are bad requests, or nothing comes of them."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from adapters.slack.deadline import BackgroundWork
from adapters.slack.failures import error_handler
from adapters.slack.modals import modal, question_modal
from adapters.slack.translate import team_in_log
from bot.advisor import Advisor
from bot.domain.messages import Place, Reply
from bot.knowledge.shipped_phrases import shipped
from bot.service.session import Session
from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.world import Clock, World, opened
from tests.slack_workspace.person import JSON, HttpWire, Sent, Slack
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import View, Workspace

Path = tuple[str | int, ...]


class _Missing:
    """Stands for a field that is not there; its name is the same in every process that collects the tests."""

    def __str__(self) -> str:
        return "missing"


MISSING = _Missing()


@dataclass
class Notes:
    """A wire that notes what a person does instead of delivering it."""

    bodies: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def deliver(self, kind: str, body: dict[str, Any], retry: int = 0) -> Sent:
        self.bodies.append((kind, body))
        return 200, ""


async def everything_that_slack_sends(service: Service, workspace: Workspace) -> list[tuple[str, dict[str, Any]]]:
    notes = Notes()
    anna = Slack.join(notes, service, workspace)
    workspace.threads.add((anna.dm, "1700.1"))
    place = Place("slack", workspace.team, anna.person)
    workspace.views["V1"] = View("V1", question_modal(shipped(), place))
    thread = {"user_id": anna.person, "channel_id": anna.dm, "thread_ts": "1700.1", "context": {"channel_id": "C1"}}
    await anna.command("what is SAST?")
    await anna.direct("what is SAST?", thread_ts="1700.1")
    await anna.mention(f"<@{workspace.bot}> what is SAST?", user_team=workspace.team)
    await anna.press("help")
    await anna.press("help", ephemeral=True, state={"values": {"field-a": {"entered": {"value": "a"}}}})
    view = anna._shown("V1", modal(shipped(), Reply("help"), place)) | {"state": {"values": {}}}
    await anna.press("help", view=view, container={"type": "view", "view_id": "V1"})
    await anna.submit("V1", {"question": ["what is SAST?"]})
    for callback in ("ask", "triage"):
        await anna.shortcut(callback)
    await anna.shortcut("advise", text="what is SAST?")
    seen = {"entities": [{"type": "slack#/types/channel_id", "value": anna.channel, "team_id": workspace.team}]}
    for tab in ("home", "messages"):
        opened = {"user": anna.person, "channel": anna.dm, "tab": tab, "context": seen}
        await anna.event({"type": "app_home_opened", **opened})
    await anna.event({"type": "app_context_changed", "user": anna.person, "channel": anna.dm, "context": seen})
    for event in ("assistant_thread_started", "assistant_thread_context_changed"):
        await anna.event({"type": event, "assistant_thread": thread})
    await anna.step(anna.channel, "SAST", "Fx-odd")
    await anna.event({"type": "tokens_revoked", "tokens": {"bot": [workspace.bot]}})
    await anna.event({"type": "app_uninstalled"})
    return notes.bodies


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Of everything within a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*path, name)
        yield from paths(one, (*path, name))


def changed(body: dict[str, Any], path: Path, value: object) -> dict[str, Any]:
    body = copy.deepcopy(body)
    inner: Any = body
    for name in path[:-1]:
        inner = inner[name]
    if value is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return body


NAMES = st.sampled_from(["id", "type", "user", "team_id", "channel", "event", "text", "value", "ts", "action_id", "a"])
TEXTS = st.sampled_from(["", " ", "\ud800", "\x00", "T1", "{", "{}", "[" * 400, "command-0", "x" * 300]) | st.text(
    max_size=5
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=5
)


def test_whatever_stands_in_place_of_a_field_nothing_fails(sqlite_url: str, advisor: Advisor) -> None:
    with asyncio.Runner() as runner:
        service, stack, clock = Service(), AsyncExitStack(), Clock()
        runner.run(stack.enter_async_context(service))
        workspace = service.add(Workspace("TODD"))
        make = lambda store, _: Session(advisor, store)  # noqa: E731
        world: World = runner.run(
            stack.enter_async_context(opened(service, sqlite_url, make, clock, slack_bot_token=workspace.token))
        )
        sent = runner.run(everything_that_slack_sends(service, workspace))
        places = [(kind, body, path) for kind, body in sent for path in paths(body)]

        @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(st.sampled_from(places), st.just(MISSING) | VALUES)
        def survives(place: tuple[str, dict[str, Any], Path], value: object) -> None:
            kind, body, path = place
            clock.now += 60  # so that nobody is slowed
            workspace.triggers = dict.fromkeys(workspace.triggers, "fresh")
            with capture_logs() as logs:
                status, _ = runner.run(world.wire.deliver(kind, changed(body, path, value)))
            # Slack may refuse what is well-formed: an id that it does not know.
            failed = [line for line in logs if line["event"] == "slack.listener_failed"]
            assert all(line["error"] == "SlackApiError" for line in failed), (path, value, failed)
            # 404: of no kind that the advisor listens to
            assert status in (200, 400, 404)

        try:
            survives()
        finally:
            runner.run(stack.aclose())


ODD: list[tuple[str, Path, object]] = [
    ("/advisor", ("user_id",), MISSING),
    ("/advisor", ("channel_id",), ""),
    ("/advisor", ("user_id",), "\u00fc"),
    ("message", ("event", "text"), 7),
    ("message", ("event", "user"), {"id": "U1"}),
    ("message", ("event", "channel"), {}),
    ("message", ("event", "ts"), MISSING),
    ("message", ("event", "ts"), 1700.5),
    ("message", ("event", "text"), "\ud800"),
    ("message", ("event", "channel"), "C\ud800"),
    ("message", ("event", "thread_ts"), ["x"]),
    ("message", ("event", "type"), MISSING),
    ("message", ("event",), MISSING),
    ("message", ("event_id",), {}),
    ("message", ("team_id",), {"id": "T1"}),
    ("message", ("authorizations", 0, "team_id"), 7),
    ("app_home_opened", ("event", "user"), None),
    ("app_home_opened", ("event", "tab"), 7),
    ("app_context_changed", ("event", "channel"), {}),
    ("assistant_thread_started", ("event", "assistant_thread"), {}),
    ("assistant_thread_started", ("event", "assistant_thread", "context"), "C1"),
    ("assistant_thread_context_changed", ("event", "assistant_thread", "user_id"), MISSING),
    ("function_executed", ("event", "inputs", "channel"), 7),
    ("function_executed", ("event", "function_execution_id"), MISSING),
    ("tokens_revoked", ("event", "tokens"), "bot"),
    ("tokens_revoked", ("event_time",), "yesterday"),
    ("app_uninstalled", ("event_time",), []),
    ("app_uninstalled", ("event_time",), -1),
    ("block_actions", ("user", "id"), MISSING),
    ("block_actions", ("actions",), []),
    ("block_actions", ("actions", 0, "action_id"), MISSING),
    ("block_actions", ("actions", 0, "block_id"), 7),
    ("block_actions", ("container",), MISSING),
    ("block_actions", ("trigger_id",), MISSING),
    ("view_submission", ("user", "id"), MISSING),
    ("view_submission", ("view",), None),
    ("view_submission", ("view", "state"), {}),
    ("view_submission", ("view", "state", "values"), {"field-a": {"entered": {"selected_options": [{}]}}}),
    ("view_submission", ("view", "private_metadata"), "{"),
    ("view_submission", ("view", "private_metadata"), '{"channel": {}}'),
    ("shortcut", ("user",), MISSING),
    ("shortcut", ("trigger_id",), 7),
    ("message_action", ("message", "text"), {}),
    ("message_action", ("message",), MISSING),
]  # fmt: skip


def name_of(body: dict[str, Any]) -> str:
    return str(body.get("event", body).get("type") or body["command"])


@SHARED
@pytest.mark.parametrize(("name", "path", "value"), ODD, ids=str)
async def test_a_field_that_is_not_as_slack_documents_it_makes_a_bad_request(
    slack: Slack, name: str, path: Path, value: object
) -> None:
    bodies = await everything_that_slack_sends(slack.service, slack.workspace)
    _, body = next(one for one in bodies if name_of(one[1]) == name)
    odd = json.dumps(changed(body, path, value))
    assert isinstance(slack.wire, HttpWire)
    with capture_logs() as logs:
        assert await slack.wire.send(odd, JSON) == (400, "")
    assert [line["event"] for line in logs] == ["slack.request_unreadable"]
    assert slack.workspace.calls == []


@SHARED
@pytest.mark.parametrize("name", ["authorizations", "actions", "response_urls", "anything"])
async def test_a_body_of_very_many_values_is_a_bad_request(slack: Slack, name: str) -> None:
    body = {"type": "event_callback", "event": {"type": "team_join"}, name: [{}] * 20_001}
    assert isinstance(slack.wire, HttpWire)
    assert await slack.wire.send(json.dumps(body), JSON) == (400, "")


@SHARED
async def test_a_field_that_is_null_is_as_good_as_none(slack: Slack) -> None:
    status, _ = await slack.direct("what is SAST?", thread_ts=None, subtype=None, edited=None, bot_id=None)
    assert status == 200 and slack.said()


@SHARED
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"event": 7},
        {"event": {"type": "message"}},
        {"type": "view_submission"},
        {"view": 7, "user": 7, "team": 7},
        {"authorizations": 7},
        {"authorizations": [7]},
        {"type": {}},
        {"command": {}, "view": {"app_installed_team_id": {}}},
    ],
    ids=str,
)
async def test_what_is_odd_and_fails_is_logged_like_any_other_failure(body: dict[str, Any]) -> None:
    """It can come through the websocket, where nothing is refused."""
    on_error = error_handler(shipped, BackgroundWork())
    with capture_logs() as logs:
        asked = AsyncBoltRequest(body={}, mode="socket_mode")
        response = await on_error(
            RuntimeError(),
            asked,
            body,
            AsyncWebClient("xoxb-1", base_url="http://127.0.0.1:9/"),
            AsyncRespond(response_url=None),
        )
    assert response.status in (200, 500)
    assert logs[0]["event"] == "slack.listener_failed"


@pytest.mark.parametrize(
    ("team", "shown"), [("T0A9", "T0A9"), ("T1\nfake=line", ""), ("T" * 31, ""), ("t1", ""), (7, "")]
)
def test_a_workspace_is_named_in_the_log_only_by_what_looks_like_an_id(team: object, shown: str) -> None:
    assert team_in_log({"team_id": team}) == shown
