"""Teams on this machine: people who ask in chats and channels, press and share, and a connector service that fails."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp

from bench.chaos.history import Asked, Confirmed, Shown
from bench.chaos.platform import PATIENCE, Happened, question, until_acknowledged
from bench.chaos.servers import Fleet, Given
from tests.adapters.teams.test_conversations import actions, text_of
from tests.teams_connector.activities import BOT, CHANNEL, TENANT, activity, executed, in_channel, mention, pressed
from tests.teams_connector.connector import ConnectorService, Fault
from tests.teams_connector.issuer import APP_ID, Issuer

FAULTS = {
    "answers 429": Fault(429, {"Retry-After": "1"}),
    "answers 503": Fault(503),
    "answers 500": Fault(500),
    "answers 500, having acted": Fault(500, after=True),
    "answers 502, having acted": Fault(502, after=True),
    "answers 200 with HTML": Fault(200, page="<html>no gateway today</html>"),
    "answers 200 with HTML, having acted": Fault(200, page="<html>no gateway today</html>", after=True),
    "answers garbage, having acted": Fault(200, page="{]\x00", after=True),
    "answers slowly": Fault(200, late=2.5, after=True, body={"id": "late"}),
    "cut before it acted": Fault(200, cut=True),
    "cut in the middle of the answer": Fault(200, torn=True, after=True),
    "acted, and its answer never came": Fault(200, cut=True, after=True),
}
TIMEOUT = aiohttp.ClientTimeout(total=16)  # seconds; Teams waits fifteen
ALERTS = "19:alerts@thread.tacv2"
_numbers = itertools.count(1)


class Watched(ConnectorService):
    """Says when it is called."""

    def __init__(self, happened: Happened) -> None:
        super().__init__()
        self._happened = happened

    async def _record(self, *arguments: Any, **named: Any) -> Any:
        self._happened.called.set()
        return await super()._record(*arguments, **named)


@dataclass(frozen=True)
class Dweller:
    """A person, in a chat of their own with the advisor."""

    number: int

    @property
    def chat(self) -> str:
        return f"a:person-{self.number}"

    @property
    def account(self) -> dict[str, str]:
        id = f"person-{self.number}"
        return {"id": f"29:{id}", "aadObjectId": id, "name": f"Person {self.number}", "role": "user"}

    @property
    def own(self) -> dict[str, Any]:
        chat = {"id": self.chat, "conversationType": "personal", "tenantId": TENANT}
        return {"conversation": chat, "from": self.account}


@dataclass
class TeamsPlatform:
    connector: Watched
    issuer: Issuer
    happened: Happened
    http: aiohttp.ClientSession
    private: bool  # mentions are answered for who asked alone
    injected: list[tuple[str, Fault]] = field(default_factory=list)

    def given(self, settings: dict[str, object], log: Path) -> Given:
        app = {
            "microsoft_app_id": APP_ID,
            "microsoft_app_secret": "app-password",
            "microsoft_app_tenant_id": TENANT,
            "teams_cloud": "Chaos",
            "teams_private_answers": self.private,
        }
        return Given({**settings, **app}, log, self.issuer.cloud(service_url=self.connector.url))

    async def open(self, fleet: Fleet) -> None:
        """Before anything goes wrong: the app is in a team."""
        self.connector.teams = {
            CHANNEL: {"name": "Team", "channels": [{"id": CHANNEL, "name": None}, {"id": ALERTS, "name": "Alerts"}]}
        }
        self.connector.members = {CHANNEL: [], ALERTS: []}
        added = activity(self.connector.url, "installationUpdate", action="add", **in_channel(""))
        assert (await self._post(fleet, added))[0] == 200
        self.connector.sent.clear()

    @property
    def acts(self) -> list[Callable[[Fleet], Awaitable[None]]]:
        return [self.ask, self.ask, self.mention, self.press, self.share]

    @property
    def once(self) -> list[Callable[[Fleet], Awaitable[None]]]:
        return [self.uninstall]

    def inject(self) -> None:
        if len(self.connector.faults) < 2:
            name = self.happened.next_of(list(FAULTS))
            self.injected.append((name, replace(FAULTS[name])))
            self.connector.faults.append(self.injected[-1][1])

    @property
    def enough(self) -> bool:
        """Whether each kind of fault has happened."""
        return len(self.injected) - len(self.connector.faults) >= len(FAULTS)

    def heal(self) -> None:
        left = self.connector.faults
        self.happened.faults.update(name for name, one in self.injected if not any(one is fault for fault in left))
        left.clear()
        self.injected.clear()

    # What people do

    async def ask(self, fleet: Fleet) -> None:
        """One or two questions in a chat; the second may be delivered first."""
        person = self._join()
        count = 2 if self.happened.chance(0.4) else 1
        late = self.happened.chance(0.5)
        self.happened.faults["reordered"] += late and count == 2
        asking = [
            self._ask(fleet, person, thing, wait=0.3 if late and number == 0 else 0.0)
            for number, thing in enumerate(self.happened.things(count))
        ]
        await asyncio.gather(*asking)

    async def _ask(self, fleet: Fleet, person: Dweller, thing: int, *, wait: float = 0.0, gone: bool = False) -> None:
        said = activity(self.connector.url, text=question(thing), textFormat="plain", **person.own)
        await asyncio.sleep(wait)
        acknowledged = await self._until_acknowledged(fleet, said)
        self.happened.asked.append(
            Asked(str(said["id"]), f"{person.chat}/", person.chat, thing, acknowledged, gone=gone)
        )

    async def mention(self, fleet: Fleet) -> None:
        person, thing, thread = self._join(), self.happened.things(1)[0], str(1_700_000_000_000 + next(_numbers))
        # They have written to the advisor before, so that they can be told in private.
        await self._until_acknowledged(fleet, activity(self.connector.url, text="hello", **person.own))
        said = activity(
            self.connector.url,
            text=f"<at>{BOT['name']}</at> {question(thing)}",
            entities=[mention(BOT)],
            **{"from": person.account, **in_channel(thread)},
        )
        acknowledged = await self._until_acknowledged(fleet, said)
        where = f"{CHANNEL}/{thread}"
        self.happened.asked.append(Asked(str(said["id"]), where, person.chat, thing, acknowledged))

    async def press(self, fleet: Fleet) -> None:
        """Press a button once, whose reply is a message."""
        person, thing = self._join(), self.happened.things(1)[0]
        press = executed(self.connector.url, {"command": f"answer:thing-{thing}"}, **person.own)
        status, _ = await self._post(fleet, press)
        self.happened.asked.append(Asked(str(press["id"]), f"{person.chat}/", person.chat, thing, status == 200))

    async def share(self, fleet: Fleet) -> None:
        """Preview a post with a note of one's own, and confirm it."""
        person, thing = self._join(), self.happened.things(1)[0]
        note = f"note-{next(_numbers)}-end"
        fields = {"field.place": ALERTS, "field.note": note}
        until = asyncio.get_running_loop().time() + PATIENCE
        confirm = ""
        while not confirm and asyncio.get_running_loop().time() < until:
            data = {"command": f"preview:answer/thing-{thing}", **fields}
            await self._until_acknowledged(fleet, pressed(self.connector.url, data, **person.own))
            for _ in range(40):
                await asyncio.sleep(0.1)
                if confirm := self._button(person, "confirm:"):
                    break
        press = pressed(self.connector.url, {"command": confirm, **fields}, **person.own)
        acknowledged = bool(confirm) and await self._until_acknowledged(fleet, press)
        self.happened.confirmed.append(Confirmed(str(press["id"]), f"{ALERTS}/", person.chat, note, acknowledged))

    async def uninstall(self, fleet: Fleet) -> None:
        """A person asks, and takes the app out while it works."""
        person = self._join()
        asking = asyncio.create_task(self._ask(fleet, person, self.happened.things(1)[0], gone=True))
        await asyncio.sleep(self.happened.seed.uniform(0.0, 0.3))
        self.happened.faults["uninstalled during work"] += 1
        gone = activity(self.connector.url, "installationUpdate", action="remove", **person.own)
        await self._until_acknowledged(fleet, gone)
        await asking

    def _join(self) -> Dweller:
        person = Dweller(next(_numbers))
        for members in self.connector.members.values():
            members.append(person.account)
        return person

    async def _until_acknowledged(self, fleet: Fleet, said: dict[str, Any]) -> bool:
        async def deliver(_: int) -> bool:
            return (await self._post(fleet, said))[0] == 200

        return await until_acknowledged(deliver, self.happened)

    async def _post(self, fleet: Fleet, said: dict[str, Any]) -> tuple[int, Any]:
        if not (url := fleet.url(self.happened.seed)):
            return 0, ""
        token = self.issuer.token(self.issuer.claims(said["serviceUrl"]))
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with self.http.post(f"{url}/api/messages", json=said, headers=headers, timeout=TIMEOUT) as response:
                is_json = response.content_type == "application/json"
                return response.status, await response.json() if is_json else await response.text()
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0, ""

    def _button(self, person: Dweller, command: str) -> str:
        """The command that begins so, of a button in the person's chat."""
        for sent in self.connector.messages:
            if sent.conversation == person.chat and sent.activity.get("attachments"):
                for action in actions(sent.card):
                    found = str(action.get("data", {}).get("command", ""))
                    if found.startswith(command):
                        return found
        return ""

    def shown(self) -> list[Shown]:
        stand: dict[str, Shown] = {}
        for sent in self.connector.messages:
            if sent.action in ("send", "reply", "update") and sent.activity.get("attachments"):
                channel, _, thread = sent.conversation.partition(";messageid=")
                to = f"a:{sent.targeted.removeprefix('29:')}" if sent.targeted else ""
                stand[sent.id] = Shown(f"{channel}/{thread}", text_of(sent.card), to)
        for sent in self.connector.sent:
            if sent.action == "delete":
                stand.pop(sent.id, None)
        return list(stand.values())


@asynccontextmanager
async def teams(happened: Happened, *, private: bool) -> AsyncIterator[TeamsPlatform]:
    async with Watched(happened) as connector, Issuer() as issuer, aiohttp.ClientSession() as http:
        yield TeamsPlatform(connector, issuer, happened, http, private)
