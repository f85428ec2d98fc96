"""Every conversation of the suite, through the Teams surface over HTTP: what is seen is what stands on the cards."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.advisor import Advisor
from bot.service.session import Session
from tests.adapters.teams.card_schema import check_limits, elements, texts
from tests.adapters.teams.conftest import MakeWorld, World
from tests.conversation_suite import Conversation, Seen, conversations, run
from tests.teams_connector.activities import CHANNEL, DANA, TENANT, activity, executed, in_channel, message, pressed

EXPERTS = "19:experts@thread.tacv2"
SUBMITS = re.compile(r"(preview:|relay:|fill:).*|ask|subscribe|pick:[^/]*/[^/]*")  # commands of the buttons of forms


class TeamsClient:
    """Types, presses and fills in as Teams does. Cards are kept by who saw them, and where."""

    offers = frozenset({"people", "threads", "clock", "redelivery", "outage", "posting", "experts", "forms"})

    def __init__(self, world: World, database: Path, *, public: bool, knows_execute: bool) -> None:
        self._world = world
        self._database = database
        self._public = public
        self._knows_execute = knows_execute
        self._shown: dict[tuple[str, str], dict[str, Any]] = {}
        self._last: tuple[dict[str, Any], Seen] = ({}, Seen(""))
        self._breaks = False

    async def say(self, text: str, who: str, thread: str) -> Seen:
        return await self._post(message(self._world.connector.url, text, **self._at(who, thread)), who, thread)

    async def press(self, label: str, who: str, thread: str) -> Seen:
        card = self._shown[who, thread]
        for action in actions(card):
            if action["title"] == label:
                return await self._do(action, {}, who, thread) if "data" in action else self._unfold(action, card)
        for listed in (one for one in elements(card) if one.get("id") == "more"):
            for choice in listed["choices"]:
                if choice["title"] == label:
                    [go] = [each for each in actions(card) if each["title"] == "Go"]
                    return await self._do(go, {"more": choice["value"]}, who, thread)
        raise AssertionError(f"no button {label!r} among {labels(card)}")

    async def fill(self, values: Mapping[str, Sequence[str]], who: str, thread: str) -> Seen:
        card = self._shown[who, thread]
        inputs = {one["id"]: one for one in elements(card) if one["type"].startswith("Input.") and one["id"] != "more"}
        entered = {id: one.get("value", "") for id, one in inputs.items()}
        for name, given in values.items():
            [id] = [id for id in inputs if id.partition(".")[2] == name]
            entered[id] = ",".join(given) if id.startswith("fields.") else "".join(given)
        [submit] = [action for action in actions(card) if SUBMITS.fullmatch(action.get("data", {}).get("command", ""))]
        return await self._do(submit, entered, who, thread)

    @property
    def shown(self) -> dict[str, Any]:
        """The card that Anna saw last outside threads."""
        return self._shown["anna", ""]

    async def press_with(self, action: dict[str, Any], entered: Mapping[str, str]) -> Seen:
        """Anna's press of a button after she changed inputs that stand on its card, by their ids."""
        return await self._do(action, entered, "anna", "")

    async def wait(self, seconds: float) -> None:
        self._world.time.now += seconds

    async def again(self) -> Seen:
        activity, seen = self._last
        before = len(self._world.connector.sent)
        assert (await self._world.post(activity))[0] == 200
        assert len(self._world.connector.sent) == before, "it is shown once"
        return seen

    async def outage(self) -> None:
        self._breaks = True

    def _at(self, who: str, thread: str) -> dict[str, Any]:
        sender = {"from": {"id": f"29:{who}", "aadObjectId": who, "name": who.title(), "role": "user"}}
        if self._public:
            return {**in_channel(thread or "1700"), **sender}
        chat = {"id": f"a:{who}{thread}", "conversationType": "personal", "tenantId": TENANT}
        return {"conversation": chat, **sender}

    def _unfold(self, action: dict[str, Any], card: dict[str, Any]) -> Seen:
        """The client does that by itself."""
        [shown] = [one for one in elements(card) if one.get("id") in action["targetElements"]]
        return Seen(text_of({"body": shown["items"]}), tuple(labels(card)))

    async def _do(self, action: dict[str, Any], entered: Mapping[str, str], who: str, thread: str) -> Seen:
        card = self._shown[who, thread]
        stand = {one["id"]: one.get("value", "") for one in elements(card) if one["type"].startswith("Input.")}
        filled = {id: value for id, value in {**stand, **entered}.items() if value}  # clients leave out empty ones
        data = {**action["data"], **filled}
        make = executed if action["type"] == "Action.Execute" and self._knows_execute else pressed
        return await self._post(make(self._world.connector.url, data, **self._at(who, thread)), who, thread)

    async def _post(self, activity: dict[str, Any], who: str, thread: str) -> Seen:
        before = len(self._world.connector.sent)
        if self._breaks:
            self._rename("conversations", "away")
        status, body = await self._world.post(activity)
        if self._breaks:
            self._breaks = False
            self._rename("away", "conversations")
        assert status == 200
        sent = [one.card for one in self._world.connector.sent[before:] if one.activity["type"] == "message"]
        shown = [body["value"]] if isinstance(body, dict) and isinstance(body["value"], dict) else sent
        if shown:
            [card] = shown
            check_limits(card)
            self._shown[who, thread] = card
            seen = Seen(text_of(card), tuple(labels(card)))
        else:
            seen = Seen(body["value"])  # a line below the card, which stays
        self._last = (activity, seen)
        return seen

    def _rename(self, table: str, to: str) -> None:
        with closing(sqlite3.connect(self._database)) as connection:
            connection.execute(f"ALTER TABLE {table} RENAME TO {to}")


def actions(card: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Buttons, and words to press."""
    yield from card.get("actions", ())
    yield from (one["selectAction"] for one in elements(card["body"]) if "selectAction" in one)


def labels(card: dict[str, Any]) -> Iterator[str]:
    yield from (action["title"] for action in actions(card))
    yield from (choice["title"] for one in elements(card) if one.get("id") == "more" for choice in one["choices"])


def text_of(card: dict[str, Any]) -> str:
    """What a reader sees: without the signs that keep a text from formatting."""
    labelled = [element["label"] for element in elements(card["body"]) if "label" in element]
    entered = [one["value"] for one in elements(card["body"]) if one["type"] == "Input.Text" and "value" in one]
    shown = "\n".join([*texts(card), *labelled, *entered])
    return re.sub(r"\\([\\*_\[\]`~.+>#-])", r"\1", shown).replace("\u200b", "")


@pytest.fixture
async def world(make_world: MakeWorld, advisor: Advisor) -> World:
    """The bot is in a team that Anna and Ben are in, and knows where the experts are."""
    world = await make_world()
    world.session.whole = Session(advisor, world.store)
    channels = [{"id": CHANNEL, "name": None}, {"id": "C5", "name": "Alerts"}]
    world.connector.teams = {CHANNEL: {"name": "Payments", "channels": channels}}
    world.connector.members = {CHANNEL: [{"id": f"29:{who}"} for who in ("anna", "ben")], EXPERTS: [DANA]}
    await world.post(activity(world.connector.url, "installationUpdate", action="add", **in_channel("")))
    await world.post(message(world.connector.url, "experts here", **in_channel(channel=EXPERTS)))
    return world


@pytest.mark.parametrize("conversation", conversations(TeamsClient.offers), ids=str)
async def test_a_conversation_goes_as_written_in_teams(
    conversation: Conversation, world: World, advisor: Advisor, tmp_path: Path
) -> None:
    public = bool(conversation.needs & {"people", "threads"})
    await run(conversation, TeamsClient(world, tmp_path / "1.db", public=public, knows_execute=True), advisor.knowledge)


PRESSING = [
    one for one in conversations(TeamsClient.offers) if any(step.deed in ("press", "fill") for step in one.steps)
]


@pytest.mark.parametrize("conversation", PRESSING, ids=str)
async def test_a_conversation_goes_as_written_in_a_client_that_knows_no_execute(
    conversation: Conversation, world: World, advisor: Advisor, tmp_path: Path
) -> None:
    client = TeamsClient(world, tmp_path / "1.db", public=False, knows_execute=False)
    await run(conversation, client, advisor.knowledge)
