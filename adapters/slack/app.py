"""What the listeners share: taking a turn, drawing its reply, sending it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from adapters.admission import Busy
from adapters.counting import Counting
from adapters.leases import HeldItem
from adapters.outbox_relay import Attempt
from adapters.rate_limit import RateLimited, RateLimiter
from adapters.slack.assistant import Assistant, InView
from adapters.slack.blocks import FEEDBACK, OWNER, message, without_unfurling
from adapters.slack.deadline import BackgroundWork, NotInTime, seconds_left, unhurried
from adapters.slack.home import HomeDetails
from adapters.slack.membership import posting_problem
from adapters.slack.modals import modal, on_top
from adapters.slack.posting import OtherWays
from adapters.slack.remedies import explained
from adapters.slack.responses import error_of, responded
from adapters.slack.sender import SlackSender
from adapters.slack.translate import asked_again, destination, team_in_log, team_of
from adapters.slack.workspaces import TokenUnchecked, Workspaces
from bot.commands.notices import not_shown
from bot.domain.messages import Message, Place, Reply
from bot.domain.outbox import Going, OutboxItem, Replied
from bot.domain.phrases import Phrases
from bot.domain.records import Person
from bot.service.effect_handlers import person_of
from bot.service.overview import Overview
from bot.service.ports import Store, StoreUnavailable, UnitOfWork
from bot.service.session import HandOver, PostingCheck

log = structlog.get_logger(__name__)

Clock = Callable[[], float]  # seconds since 1970


class Session(Protocol):
    """Takes turns: `bot.service.session`. Raises nothing but Busy."""

    @property
    def phrases(self) -> Phrases: ...

    async def respond(self, message: Message, posting_check: PostingCheck | None = None, /) -> Reply: ...

    async def hand_over(
        self, message: Message, to: HandOver, posting_check: PostingCheck | None = None, /
    ) -> Reply | None: ...

    def opening(self, message: Message) -> Reply: ...

    async def overview(self, person: Person) -> Overview: ...


class OutboxRelay(Protocol):
    """Sends what the outbox holds: `adapters.outbox_relay`."""

    async def take(self, item: OutboxItem, unit: UnitOfWork) -> HeldItem | None: ...

    async def send_now(self, held: HeldItem, *, within: float) -> None: ...

    async def deliver(self, item: OutboxItem, by: Attempt | None = None, *, within: float) -> None: ...


class App:
    """Connects the listeners with the session. `experts`: their channels by workspace, under "" for any workspace."""

    def __init__(
        self,
        bolt: AsyncApp,
        session: Session,
        store: Store,
        relay: OutboxRelay,
        sender: SlackSender,
        workspaces: Workspaces,
        *,
        experts: Mapping[str, Place],
        home_details: HomeDetails,
        clock: Clock,
        counting: Counting,
    ) -> None:
        self.bolt = bolt
        self.home_details = home_details
        self._session = session
        self._store = store
        self._relay = relay
        self._sender = sender
        self._workspaces = workspaces
        self._experts = experts
        self._clock = clock
        self._rate_limit = RateLimiter(clock, counting=counting)
        self.assistant = Assistant()
        self.in_view = InView()
        self.background = BackgroundWork()

    @property
    def phrases(self) -> Phrases:
        """The phrases of the knowledge that is served at the moment."""
        return self._session.phrases

    def slowed(self, asked: Message) -> RateLimited | None:
        """Count what a person typed or pressed. None: they are within the rate limit."""
        return self._rate_limit.slowed(person_of(asked), asked.delivery)

    async def respond(self, asked: Message, to: HandOver | None = None) -> Reply | None:
        """The reply, or a notice above the rate limit. None where nothing is to be sent: the person was told already to
        slow down, or `to` (see `bot.service.session`) got the reply of an earlier delivery. Raises Busy where there is
        `to`; without it, the reply says so."""
        if slowed := self.slowed(asked):
            return None if slowed.told else slowed.notice(self.phrases)
        if to is None:
            try:
                return await self.take_turn(asked)
            except Busy as busy:
                return busy.notice(self.phrases)
        return await self._session.hand_over(self._completed(asked), to, self._posting_check(asked))

    async def take_turn(self, asked: Message) -> Reply:
        """The reply to a message that is not counted: it was counted before, or no person typed or pressed it. Raises
        Busy."""
        return await self._session.respond(self._completed(asked), self._posting_check(asked))

    def _posting_check(self, asked: Message) -> PostingCheck:
        async def posting_check(place: Place) -> str:
            try:
                client = await self._workspaces.client(place.tenant)
            except TokenUnchecked:
                client = None
            if client is None:
                return self.phrases("slack-channel-unknown")
            return await posting_problem(self.phrases, client, asked.person, place.channel)

        return posting_check

    def opening(self, asked: Message) -> Reply:
        """The reply to `asked` in a new conversation, of which nothing is stored."""
        return self._session.opening(self._completed(asked))

    async def overview(self, person: Person) -> Overview:
        return await self._session.overview(person)

    async def suggest(self, asked: Message, reply: Reply, client: Any) -> None:
        """Suggest prompts where `asked` came from: the choices of `reply`. Raises SlackApiError."""
        beside = self.in_view.channel(person_of(asked))
        await self.assistant.suggest(self.phrases, reply, asked.place, client, beside=beside)

    def _completed(self, asked: Message) -> Message:
        experts = self._experts.get(asked.place.tenant) or self._experts.get("")
        experts = replace(experts, tenant=asked.place.tenant) if experts and asked.can_post else None
        return replace(asked, experts=experts, at=self._clock(), beside=self.in_view.channel(person_of(asked)))

    async def delete_workspace(self, body: Mapping[str, Any]) -> None:
        """Delete the data of a workspace or organisation whose installation has ended. Raises StoreUnavailable."""
        team = team_of(body)
        at = float(body.get("event_time", 0))
        if await self._workspaces.forget(team, at):
            async with self._store.transaction() as unit:
                rows = await unit.delete_tenant("slack", team)
            log.info("slack.workspace_deleted", team=team_in_log(body), rows=rows)

    async def answer(self, asked: Message, client: Any) -> None:
        """Reply to an event where it was written, once for all its deliveries. Raises SlackApiError and Busy."""
        held: HeldItem | None = None

        async def put(reply: Reply, unit: UnitOfWork) -> None:
            nonlocal held
            held = await self._relay.take(_item(asked, reply), unit)

        reply = await self.respond(asked, put)
        if reply is None:
            return
        # An item of a turn that was rolled back is not in the outbox: then the reply is another one, a notice.
        if held and isinstance(held.item.content, Replied) and held.item.content.reply is reply:
            if not asked.public:
                await self.assistant.show_working(self.phrases, asked, client)
            await self._relay.send_now(held, within=seconds_left())
        else:
            await self.deliver(asked, reply, client)

    async def deliver(self, asked: Message, reply: Reply, client: Any, respond: Any = None) -> None:
        """Send `reply` as a message to where `asked` came from, later where that fails. `respond`: of a button, for
        what Slack refuses there. Raises SlackApiError."""
        item, ways = _item(asked, reply), self._other_ways(asked, reply, client, respond)

        async def by(going: Going) -> str:
            return await self._sender.send(item, going, ways)

        try:
            await self._relay.deliver(item, by, within=seconds_left())
        except StoreUnavailable:  # it can't be stored, so it is sent now or never
            if not await self.background.in_time(self._post(asked, reply, ways, client)):
                raise NotInTime from None

    async def answer_button(self, asked: Message, body: Mapping[str, Any], client: Any, respond: Any) -> None:
        """Reply to a button: in its modal or a new one, in place of its message, below it, or visible to the person
        only. Raises SlackApiError."""
        if slowed := self.slowed(asked):
            if not slowed.told:
                await self.show(asked, self._slow_down(slowed.notice(self.phrases), asked, body, client), client)
            return
        # A turn that posts looks first whether it may, which takes longer for a person in very many channels.
        await self.show(asked, unhurried(self._take_and_answer(asked, body, client, respond)), client)

    async def show(self, asked: Message, showing: Coroutine[Any, Any, Any], client: Any) -> bool:
        """True if `showing` a reply ended in time. Else it continues, and where it fails the person gets a direct
        message. Raises SlackApiError."""

        async def tell(reference: str) -> None:
            await client.chat_postMessage(channel=asked.person, **self._drawn(not_shown(self.phrases, reference)))

        return await self.background.in_time(showing, tell)

    async def open(self, asked: Message, reply: Reply, trigger_id: str, client: Any) -> bool:
        """Show `reply` in a modal. True if that ended in time. Raises SlackApiError."""
        view = self._modal(asked, reply)
        return await self.show(asked, client.views_open(trigger_id=trigger_id, view=view), client)

    def _drawn(self, reply: Reply, **details: str) -> dict[str, Any]:
        return message(self.phrases, reply, **details)

    def _modal(self, asked: Message, reply: Reply) -> dict[str, Any]:
        return modal(self.phrases, reply, asked.place, public=asked.public)

    async def _take_and_answer(self, asked: Message, body: Mapping[str, Any], client: Any, respond: Any) -> None:
        try:
            reply = await self.take_turn(asked)
        except Busy as busy:
            return await self._slow_down(busy.notice(self.phrases), asked, body, client)
        if (view := body.get("view")) is not None:
            await self._answer_in_view(asked, reply, body, view, client)
        elif reply.quiet and _pressed(body).get("action_id") == FEEDBACK:
            return  # the pair of buttons shows which one was pressed
        elif on_top(reply):
            await client.views_open(trigger_id=body["trigger_id"], view=self._modal(asked, reply))
        else:
            await self._answer_in_message(asked, reply, body, client, respond)

    async def _slow_down(self, notice: Reply, asked: Message, body: Mapping[str, Any], client: Any) -> None:
        """Show `notice` without changing the message or view of the button, with all that was entered there."""
        if (view := body.get("view")) is not None:
            show = client.views_open if view["type"] == "home" else client.views_push
            try:
                await show(trigger_id=body["trigger_id"], view=self._modal(asked, notice))
            except SlackApiError as error:
                if error_of(error) != "push_limit_reached":
                    raise
                await client.chat_postMessage(channel=asked.person, **self._drawn(notice))
        elif asked.public:
            await self._send_ephemeral(asked, notice, client)
        else:
            await self.deliver(asked, notice, client)

    async def _answer_in_view(
        self, asked: Message, reply: Reply, body: Mapping[str, Any], view: Mapping[str, Any], client: Any
    ) -> None:
        shown = self._modal(asked, reply)
        if view["type"] == "home":
            await client.views_open(trigger_id=body["trigger_id"], view=shown)
        elif on_top(reply):
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
            shown = self._drawn(reply, asked=asked_again(asked), owner=owner)
            done = await responded(respond, client, reference=reply.reference, **shown, replace_original=True)
        elif ephemeral:
            shown = self._drawn(reply, asked=asked_again(asked))
            alone = {"response_type": "ephemeral", "thread_ts": asked.place.thread or None}
            done = await responded(respond, client, reference=reply.reference, **shown, replace_original=False, **alone)
        elif asked.public:
            return await self._send_ephemeral(asked, reply, client, respond)
        else:
            return await self.deliver(asked, reply, client, respond)
        if not done:
            await self._send_ephemeral(asked, reply, client)

    async def _send_ephemeral(self, asked: Message, reply: Reply, client: Any, respond: Any = None) -> None:
        shown = without_unfurling(self._drawn(reply, asked=asked_again(asked)))
        post = client.chat_postEphemeral(user=asked.person, **destination(asked.place), **shown)
        await self._other_ways(asked, reply, client, respond).posted(post, "chat.postEphemeral")

    async def _post(self, asked: Message, reply: Reply, ways: OtherWays, client: Any) -> None:
        shown = self._drawn(reply, asked=asked_again(asked), owner=asked.person if asked.public else "")
        try:
            await ways.posted(client.chat_postMessage(**destination(asked.place), **shown), "chat.postMessage")
        except SlackApiError as error:
            log.error("slack.reply_failed", reference=reply.reference, **explained(error))
            raise

    def _other_ways(self, asked: Message, reply: Reply, client: Any, respond: Any) -> OtherWays:
        return OtherWays(self.phrases, reply, asked.person, client, asked.place.tenant, asked_again(asked), respond)


def _item(asked: Message, reply: Reply) -> OutboxItem:
    again = asked_again(asked) if reply.form else ""  # the person's words are stored only where a button needs them
    content = Replied(reply, again, asked.person if asked.public else "", to=asked.person)
    id = f"{asked.place.tenant}-{asked.delivery}"
    return OutboxItem(id, "send", asked.place, subject=id, content=content)


def _pressed(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return next(iter(body.get("actions", ())), {})


def _owner(body: Mapping[str, Any]) -> str:
    """The person whose button was pressed; empty where the message has no owner."""
    block_id = str(_pressed(body).get("block_id", ""))
    return block_id.removeprefix(OWNER).rpartition("-")[0] if block_id.startswith(OWNER) else ""
