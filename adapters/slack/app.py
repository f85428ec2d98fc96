"""What the listeners share: taking a turn, and sending its reply to where it is expected."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from adapters.leases import HeldItem
from adapters.rate_limit import RateLimited, RateLimiter
from adapters.slack.assistant import Assistant
from adapters.slack.blocks import OWNER, message
from adapters.slack.deadline import Afterwards, left
from adapters.slack.forms import fits_a_message
from adapters.slack.home import HomeDetails
from adapters.slack.membership import UNKNOWN, timely_objection
from adapters.slack.modals import modal
from adapters.slack.responses import error_of, responded
from adapters.slack.translate import asked_again, team_of
from adapters.slack.workspaces import Workspaces
from bot.commands.notices import not_shown
from bot.domain.messages import Message, Place, Reply
from bot.domain.outbox import OutboxItem, Replied
from bot.domain.phrases import Phrases
from bot.domain.records import Person
from bot.service.effect_handlers import person_of
from bot.service.overview import Overview
from bot.service.ports import Store, StoreUnavailable, UnitOfWork
from bot.service.session import HandOver, PostingCheck

log = structlog.get_logger(__name__)

Clock = Callable[[], float]  # seconds since 1970


class Session(Protocol):
    """Whoever answers messages: `bot.service.session`. Never raises."""

    @property
    def phrases(self) -> Phrases: ...

    async def respond(self, message: Message, gate: PostingCheck | None = None) -> Reply: ...

    async def hand_over(self, message: Message, to: HandOver, gate: PostingCheck | None = None) -> Reply | None: ...

    def opening(self, message: Message) -> Reply: ...

    async def overview(self, person: Person) -> Overview: ...


class OutboxRelay(Protocol):
    """Whoever sends what must not be lost: `adapters.outbox_relay`."""

    async def take(self, item: OutboxItem, unit: UnitOfWork) -> HeldItem | None: ...

    async def send_now(self, held: HeldItem, *, within: float) -> None: ...

    async def deliver(self, item: OutboxItem, *, within: float) -> None: ...


class App:
    """The listeners' way to the session and back. `experts`: where they are, by workspace; under the empty name,
    in any."""

    def __init__(
        self,
        bolt: AsyncApp,
        session: Session,
        store: Store,
        relay: OutboxRelay,
        workspaces: Workspaces,
        *,
        experts: Mapping[str, Place],
        house: HomeDetails,
        clock: Clock,
    ) -> None:
        self.bolt = bolt
        self.house = house
        self._session = session
        self._store = store
        self._relay = relay
        self._workspaces = workspaces
        self._experts = experts
        self._clock = clock
        self._flood = RateLimiter(clock)
        self.assistant = Assistant()
        self.afterwards = Afterwards()

    @property
    def phrases(self) -> Phrases:
        """What a surface says by itself, as the knowledge of the moment words it."""
        return self._session.phrases

    def slowed(self, asked: Message) -> RateLimited | None:
        """Count what somebody typed or pressed; None: it can be taken in."""
        return self._flood.slowed(person_of(asked), asked.delivery)

    async def respond(self, asked: Message, to: HandOver | None = None) -> Reply | None:
        """The reply; None where nothing more is said: to somebody who sends too much, or where it was handed over
        before. `to`: see `bot.service.session`."""
        if slowed := self.slowed(asked):
            return None if slowed.told else slowed.notice(self.phrases)
        if to is None:
            return await self.take_turn(asked)
        return await self._session.hand_over(self._received(asked), to, self._gate(asked))

    async def take_turn(self, asked: Message) -> Reply:
        """The reply to what is no part of a flood, because nobody typed or pressed it, or was counted already."""
        return await self._session.respond(self._received(asked), self._gate(asked))

    def _gate(self, asked: Message) -> PostingCheck:
        async def gate(place: Place) -> str:
            client = await self._workspaces.client(place.tenant)
            return await timely_objection(client, asked.person, place.channel) if client else UNKNOWN

        return gate

    def opening(self, asked: Message) -> Reply:
        """What is said first, to be drawn beside a conversation, of which it is no part."""
        return self._session.opening(self._received(asked))

    async def overview(self, person: Person) -> Overview:
        return await self._session.overview(person)

    def _received(self, asked: Message) -> Message:
        experts = self._experts.get(asked.place.tenant) or self._experts.get("")
        experts = replace(experts, tenant=asked.place.tenant) if experts and asked.can_post else None
        return replace(asked, experts=experts, at=self._clock())

    async def leave(self, body: Mapping[str, Any]) -> None:
        """The app is out of a workspace: delete what is kept of it. Raises StoreUnavailable."""
        team = team_of(body) or str(body.get("team_id", ""))
        at = float(body.get("event_time", 0))
        if await self._workspaces.leave(team, at):
            async with self._store.transaction() as unit:
                rows = await unit.delete_tenant("slack", team)
            log.info("slack.left", team=team, rows=rows)

    async def answer(self, asked: Message, client: Any) -> None:
        """Answer an event where it was written, once, however often Slack delivers it. That it is at work is shown only
        where a reply follows, which ends that. Raises SlackApiError."""
        taken: HeldItem | None = None

        async def take(reply: Reply, unit: UnitOfWork) -> None:
            nonlocal taken
            taken = await self._relay.take(_item(asked, reply), unit)

        reply = await self.respond(asked, take)
        if reply is None:
            return
        # What was taken with a turn that was undone is not in the outbox: the reply is another one then.
        if taken and isinstance(taken.item.content, Replied) and taken.item.content.reply is reply:
            if asked.place.thread and not asked.public:
                await self.assistant.at_work(asked, client)
            await self._relay.send_now(taken, within=left())
        else:
            await self.deliver(asked, reply, client)

    async def deliver(self, asked: Message, reply: Reply, client: Any) -> None:
        """Send `reply` as a message of its own to where it was asked for; what fails is sent later. Raises
        SlackApiError."""
        try:
            await self._relay.deliver(_item(asked, reply), within=left())
        except StoreUnavailable:  # nothing can be kept, so it is tried now or never
            await self.afterwards.in_time(self._post(asked, reply, client))

    async def answer_button(self, asked: Message, body: Mapping[str, Any], client: Any, respond: Any) -> None:
        """Answer a button: in its modal or a new one, in the place of its message, below it, or for the person alone.
        Raises SlackApiError."""
        if slowed := self.slowed(asked):
            if not slowed.told:
                await self.show(asked, self._slow_down(slowed.notice(self.phrases), asked, body, client), client)
            return
        reply = await self.take_turn(asked)
        await self.show(asked, self._answer_button(asked, reply, body, client, respond), client)

    async def show(self, asked: Message, showing: Coroutine[Any, Any, Any], client: Any) -> bool:
        """Whether `showing` what came of a turn was done in time. Where it goes on afterwards and fails, the person is
        told alone. Raises SlackApiError."""

        async def tell(reference: str) -> None:
            await client.chat_postMessage(channel=asked.person, **message(not_shown(self.phrases, reference)))

        return await self.afterwards.in_time(showing, tell)

    async def open(self, asked: Message, reply: Reply, trigger_id: str, client: Any) -> bool:
        """Show `reply` in a modal. Returns whether that was done in time. Raises SlackApiError."""
        view = modal(reply, asked.place, public=asked.public)
        return await self.show(asked, client.views_open(trigger_id=trigger_id, view=view), client)

    async def _answer_button(
        self, asked: Message, reply: Reply, body: Mapping[str, Any], client: Any, respond: Any
    ) -> None:
        if (view := body.get("view")) is not None:
            await self._answer_in_view(asked, reply, body, view, client)
        elif reply.form and not fits_a_message(reply.form):
            view = modal(reply, asked.place, public=asked.public)
            await client.views_open(trigger_id=body["trigger_id"], view=view)
        else:
            await self._answer_in_message(asked, reply, body, client, respond)

    async def _slow_down(self, notice: Reply, asked: Message, body: Mapping[str, Any], client: Any) -> None:
        """Beside what was pressed, which stays as it is, with all that was entered there."""
        if (view := body.get("view")) is not None:
            show = client.views_open if view["type"] == "home" else client.views_push
            try:
                await show(trigger_id=body["trigger_id"], view=modal(notice, asked.place, public=asked.public))
            except SlackApiError as error:
                if error_of(error) != "push_limit_reached":
                    raise
                await client.chat_postMessage(channel=asked.person, **message(notice))
        elif asked.public:
            await self._tell(asked, notice, client)
        else:
            await self.deliver(asked, notice, client)

    async def _answer_in_view(
        self, asked: Message, reply: Reply, body: Mapping[str, Any], view: Mapping[str, Any], client: Any
    ) -> None:
        shown = modal(reply, asked.place, public=asked.public)
        if view["type"] == "home":
            await client.views_open(trigger_id=body["trigger_id"], view=shown)
        elif reply.form and not fits_a_message(reply.form):
            try:
                await client.views_push(trigger_id=body["trigger_id"], view=shown)
            except SlackApiError as error:
                if error_of(error) != "push_limit_reached":
                    raise
                await client.views_update(view_id=view["id"], view=shown)
        else:
            await client.views_update(view_id=view["id"], view=shown)

    async def _answer_in_message(
        self, asked: Message, reply: Reply, body: Mapping[str, Any], client: Any, respond: Any
    ) -> None:
        ephemeral = bool(body.get("container", {}).get("is_ephemeral"))
        owner = _owner(body)
        own = ephemeral or not asked.public or owner == asked.person
        if own and reply.replaces:
            shown = message(reply, asked=asked_again(asked), owner=owner)
            done = await responded(respond, reference=reply.reference, **shown, replace_original=True)
        elif ephemeral:
            shown = message(reply, asked=asked_again(asked))
            alone = {"response_type": "ephemeral", "thread_ts": asked.place.thread or None}
            done = await responded(respond, reference=reply.reference, **shown, replace_original=False, **alone)
        elif asked.public:
            return await self._tell(asked, reply, client)
        else:
            return await self.deliver(asked, reply, client)
        if not done:
            await self._tell(asked, reply, client)

    async def _tell(self, asked: Message, reply: Reply, client: Any) -> None:
        """For the person alone, where they asked."""
        shown = message(reply, asked=asked_again(asked))
        without_unfurling = {key: value for key, value in shown.items() if not key.startswith("unfurl")}
        await client.chat_postEphemeral(user=asked.person, **_where(asked.place), **without_unfurling)

    async def _post(self, asked: Message, reply: Reply, client: Any) -> None:
        owner = asked.person if asked.public else ""
        try:
            await client.chat_postMessage(
                **_where(asked.place), **message(reply, asked=asked_again(asked), owner=owner)
            )
        except SlackApiError as error:
            log.error("slack.reply_failed", reference=reply.reference, error=error_of(error))
            raise


def _item(asked: Message, reply: Reply) -> OutboxItem:
    again = asked_again(asked) if reply.form else ""  # what was said is kept where a button needs it, and nowhere else
    content = Replied(reply, again, asked.person if asked.public else "", to=asked.person)
    id = f"{asked.place.tenant}-{asked.delivery}"
    return OutboxItem(id, "send", asked.place, subject=id, content=content)


def _owner(body: Mapping[str, Any]) -> str:
    """Whose button was pressed, where others can press it too."""
    pressed: Mapping[str, Any] = next(iter(body.get("actions", ())), {})
    block_id = str(pressed.get("block_id", ""))
    return block_id.removeprefix(OWNER).rpartition("-")[0] if block_id.startswith(OWNER) else ""


def _where(place: Place) -> dict[str, str]:
    return {"channel": place.channel} | ({"thread_ts": place.thread} if place.thread else {})
