"""Through the websocket: the same listeners, and it comes back when the connection goes."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.adapters.slack.conftest import SHARED
from tests.slack_workspace.person import Slack, SocketWire
from tests.slack_workspace.reading import texts
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import Workspace

pytestmark = SHARED


async def test_a_command_is_answered_in_the_acknowledgement(either_way: Slack) -> None:
    _, answer = await either_way.command("does AppSec cover supply chain?")
    assert any("AppSec > Cons > Limited scope" in text for text in texts(answer["blocks"]))


async def test_s21_a_redelivered_envelope_is_answered_once(either_way: Slack) -> None:
    for retry in range(3):
        await either_way.direct("what is RASP?", event_id=f"Ev-{either_way.person}", retry=retry)
    assert len(either_way.said()) == 1


async def test_what_comes_by_both_ways_is_answered_once(slack: Slack, service: Service) -> None:
    await slack.direct("what is RASP?", event_id="Ev-both")
    slack.wire = SocketWire(service)
    await slack.direct("what is RASP?", event_id="Ev-both", retry=1)
    assert len(slack.said()) == 1


async def test_it_connects_anew_when_slack_asks_for_it(wires: object, service: Service, workspace: Workspace) -> None:
    await service.disconnect()
    anna = Slack.join(SocketWire(service), service, workspace)
    await anna.direct("what is RASP?")
    assert len(anna.said()) == 1


@pytest.mark.parametrize(
    "body", [{"command": "/advisor"}, {"type": "block_actions", "user": 7}, {"event": {"type": "message"}}]
)
async def test_an_envelope_without_slacks_shape_is_acknowledged_and_left(
    wires: object, service: Service, workspace: Workspace, body: dict[str, object]
) -> None:
    with capture_logs() as logs:
        assert await SocketWire(service).deliver("interactive", body) == (200, "")
    assert [line["event"] for line in logs] == ["slack.request_unreadable"]
    assert workspace.calls == []
