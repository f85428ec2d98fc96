"""One workspace, or one organisation: its people, channels, messages, modals, and what the app may do there."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.overheard import note
from tests.slack_workspace.reading import texts

SECRET = "a-signing-secret"
APP_TOKEN = "xapp-an-app-token"
SCOPES = frozenset({
    "commands", "chat:write", "im:history", "app_mentions:read", "assistant:write", "channels:read", "groups:read",
})  # fmt: skip
numbers = itertools.count(1)


@dataclass(frozen=True)
class Called:
    """One call of the Web API, or of a response_url."""

    method: str
    arguments: dict[str, Any]
    made: str = ""  # the id of the message or view that it made

    @property
    def shown(self) -> str:
        """Everything that a person reads in its blocks, or in its view."""
        view = self.arguments.get("view", {})
        return "\n".join(texts(self.arguments.get("blocks", view.get("blocks", []))))


@dataclass
class Channel:
    id: str
    name: str = "general"
    members: set[str] = field(default_factory=set)  # people, and the bot where it was invited
    private: bool = False
    archived: bool = False
    team: str = ""  # the workspace that it is in
    ext_shared: bool = False  # with another organisation, by Slack Connect


@dataclass
class View:
    """A modal that is open, or was."""

    id: str
    view: dict[str, Any]


class Workspace:
    """Keeps what stands, and notes what was called. `until` waits for something to happen."""

    def __init__(self, team: str = "T1", scopes: frozenset[str] = SCOPES) -> None:
        self.team = team
        self.token = f"xoxb-{team}-token"
        note(self.token, SECRET, APP_TOKEN)
        self.bot = f"UBOT{team}"
        self.scopes = scopes
        self.page = 1  # channels that it gives at once, whatever is asked for
        self.enterprise = ""  # the id of the organisation that it belongs to
        self.colleagues: tuple[str, ...] = ()  # the other workspaces of that organisation
        self.org_wide = False  # this is that organisation, and the app is installed in all workspaces of it
        self.refresh_token = ""  # of an app with token rotation
        self.installed = True
        self.channels: dict[str, Channel] = {}
        self.standing: dict[str, dict[str, Any]] = {}  # the bot's messages by ts
        self.heard: dict[str, dict[str, Any]] = {}  # people's direct messages by ts
        self.views: dict[str, View] = {}  # modals by id
        self.homes: dict[str, dict[str, Any]] = {}  # the Home tab by person
        self.agent = True  # Slack takes the app for an agent; else for an assistant
        self.threads: set[tuple[str, str]] = set()  # channel and ts of those with status and title
        self.prompts: dict[str, list[str]] = {}  # what is suggested, by channel
        self.steps: dict[str, Any] = {}  # how each step of a workflow ended: outputs or error; None: it runs
        self.triggers: dict[str, str] = {}  # trigger id: "fresh", "used" or "expired"
        self.responses: dict[str, int] = {}  # response_url: how often it was used
        self.events: dict[str, dict[str, Any]] = {}  # what happened by event id: Slack delivers the same again
        self.calls: list[Called] = []
        self.refused: list[str] = []  # why blocks or views were refused
        self._changed = asyncio.Condition()

    @classmethod
    def organisation(cls, *teams: str) -> Workspace:
        """An organisation of these workspaces, with the app in all of them."""
        whole = cls(f"E{next(numbers):04}")
        whole.enterprise, whole.colleagues, whole.org_wide = whole.team, teams, True
        return whole

    def add_channel(
        self, *members: str, bot: bool = True, private: bool = False, name: str = "general", team: str = ""
    ) -> str:
        """A new channel with these people in it, of the workspace `team` of an organisation. Returns its id."""
        id = f"{'G' if private else 'C'}{next(numbers):04}"
        team = team or (self.colleagues[0] if self.org_wide else self.team)
        self.channels[id] = Channel(id, name, {*members, *({self.bot} if bot else ())}, private, team=team)
        return id

    def add_direct(self, person: str, id: str = "") -> str:
        """The direct messages between the bot and a person. Returns the channel's id."""
        id = id or f"D{next(numbers):04}"
        self.channels[id] = Channel(id, "directmessage", {person, self.bot}, private=True)
        return id

    def rotate(self) -> None:
        """Give the app a token that expires, and a refresh token, in place of those that it has."""
        self.token, self.refresh_token = (
            f"xoxe.xoxb-{self.team}-{next(numbers):06}",
            f"xoxe-{self.team}-{next(numbers):06}",
        )
        note(self.token, self.refresh_token)

    def trigger(self, state: str = "fresh") -> str:
        id = f"trigger-{next(numbers)}"
        self.triggers[id] = state
        return id

    def called(self, method: str) -> list[Called]:
        return [call for call in self.calls if call.method == method]

    async def note(self, call: Called) -> None:
        async with self._changed:
            self.calls.append(call)
            self._changed.notify_all()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(condition)


def new_ts() -> str:
    return f"1700000000.{next(numbers):06}"
