"""What one person sees last in one place, a message or a modal, and what they can do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.slack_workspace.person import Sent, Slack
from tests.slack_workspace.reading import button, buttons, fields, state_of, texts
from tests.slack_workspace.workspace import Called, new_ts

OPENS, SUBMITS = "opens", "submit"  # the button that opens a form, and the block of the one that submits it


class Screen:
    """In direct messages, or, where `public`, in a thread of the person's channel. `thread`: its ts."""

    def __init__(self, person: Slack, *, public: bool = False, thread: str = "") -> None:
        self.person = person
        self.channel = person.channel if public else person.dm
        self.thread = thread or (new_ts() if public else "")
        self.public = public
        self.blocks: Sequence[Mapping[str, Any]] = []
        self.modal = ""  # the id of the one that is open
        self.errors: dict[str, str] = {}  # what a modal says is wrong, by block
        self.is_ephemeral = False

    @property
    def text(self) -> str:
        """Everything there is to read."""
        submit = [self._view["submit"]["text"]] if self.modal and "submit" in self._view else []
        prefilled = [str(block["element"].get("initial_value", "")) for block in fields(self.blocks).values()]
        return "\n".join([*self.errors.values(), *texts(list(self.blocks)), *prefilled, *submit])

    @property
    def labels(self) -> tuple[str, ...]:
        """Of everything there is to press."""
        submit = [self._view["submit"]["text"]] if self.modal and "submit" in self._view else []
        return (*buttons(self.blocks), *submit)

    @property
    def _view(self) -> Mapping[str, Any]:
        return self.person.workspace.views[self.modal].view

    async def say(self, text: str, **changed: Any) -> Sent:
        """Type it, and close the modal that was open."""
        self.modal = ""
        where = {"thread_ts": self.thread} if self.thread else {}
        if not self.thread:  # a direct message opens one
            self.thread = where["ts"] = new_ts()
        if self.public:
            return await self._watch(
                self.person.mention(f"<@{self.person.workspace.bot}> {text}", channel=self.channel, **where, **changed)
            )
        return await self._watch(self.person.direct(text, **where, **changed))

    async def command(self, text: str, **changed: Any) -> Sent:
        """`/advisor text`, in the channel: it does not work in threads."""
        self.modal = self.thread = ""
        return await self._watch(self.person.command(text, self.channel, **changed))

    async def shortcut(self, callback_id: str, **message: Any) -> Sent:
        self.modal = ""
        return await self._watch(self.person.shortcut(callback_id, **message))

    async def press(self, label: str) -> Sent:
        if self.modal and self._view.get("submit", {}).get("text") == label:
            return await self._watch(self.person.submit(self.modal))
        if self.modal:
            return await self._watch(self.person.press_in_view(self.modal, label))
        return await self._press(*button(self.blocks, label))

    async def fill(self, values: Mapping[str, Sequence[str]]) -> Sent:
        """Submit the form that is shown, or the one that a button opens."""
        if not self.modal:
            for block in self.blocks:
                for element in block.get("elements", ()) if block["type"] == "actions" else ():
                    if element["action_id"] == OPENS:
                        await self._press(block.get("block_id", "b"), element)
        if self.modal:
            return await self._watch(self.person.submit(self.modal, values))
        [submit] = [block for block in self.blocks if block["type"] == "actions" and fields(self.blocks)][:1]
        return await self._press("b", submit["elements"][0], values)

    async def _press(
        self, block: str, element: Mapping[str, Any], values: Mapping[str, Sequence[str]] | None = None
    ) -> Sent:
        changed: dict[str, Any] = {
            "actions": [{**element, "block_id": block}],
            "state": {"values": state_of(self.blocks, values or {}) if values is not None else {}},
        }
        pressed = self.person.press(
            element["value"], channel=self.channel, thread=self.thread, ephemeral=self.is_ephemeral, **changed
        )
        return await self._watch(pressed)

    async def _watch(self, doing: Any) -> Sent:
        """Do it, and look at what is there then."""
        calls = self.person.workspace.calls
        before, submitted = len(calls), self.modal
        status, answer = await doing
        self.errors = {}
        for call in calls[before:]:
            self._see(call)
        if isinstance(answer, dict):
            self._read(answer, submitted)
        return status, answer

    def _see(self, call: Called) -> None:
        said = call.arguments
        match call.method:
            case "chat.postMessage" if said["channel"] == self.channel and call.made:
                self.blocks, self.is_ephemeral, self.modal = said["blocks"], False, ""
            case "chat.postEphemeral" if said["user"] == self.person.person:
                self.blocks, self.is_ephemeral, self.modal = said["blocks"], True, ""
            case "response_url":
                self.blocks, self.modal = said["blocks"], ""
                self.is_ephemeral = self.is_ephemeral or said.get("response_type") == "ephemeral"
            case "views.open" | "views.push" if call.made:
                self.modal, self.blocks = call.made, said["view"]["blocks"]
            case "views.update":
                self.blocks = said["view"]["blocks"]

    def _read(self, answer: Mapping[str, Any], submitted: str) -> None:
        match answer:
            case {"response_action": "errors", "errors": wrong}:
                self.errors = wrong
            case {"response_action": "push", "view": view}:
                self.modal = list(self.person.workspace.views)[-1]
                self.blocks = view["blocks"]
            case {"response_action": "update", "view": view}:
                self.modal, self.blocks = submitted, view["blocks"]
            case {"response_action": "clear"}:
                self.modal = ""
            case {"blocks": blocks}:
                self.blocks, self.is_ephemeral = blocks, True
