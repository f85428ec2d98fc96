"""HTTP requests to `/api/messages`: each is authenticated, read, run as a turn of the SDK, and responded to.

The SDK's own `process` reads a body before it looks at the token, responds to refused tokens and malformed bodies with
500 and a traceback, and serializes what an invoke returns twice; so requests are read and responded to here, and the
SDK runs the turn in between. Listeners get a `Context`, and nothing of the SDK.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from aiohttp import web
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity as SdkActivity
from botbuilder.schema import ChannelAccount, ConversationAccount
from botframework.connector.auth import AuthenticateRequestResult, BotFrameworkAuthentication, ClaimsIdentity

from adapters.refusals import RefusalLog
from adapters.request_body import BodyNotRead, whole
from adapters.teams.activity import Account, Activity, read_activity
from adapters.teams.connector import Connector, SendFailed
from adapters.teams.deliveries import Deliveries
from adapters.teams.signing_keys import KeysUnavailable
from adapters.teams.tokens import NotAdmitted, Origin, TokenCheck, check_development
from bot.service.error_location import error_location
from bot.service.ports import StoreUnavailable

log = structlog.get_logger(__name__)

LARGEST_BODY = 256 * 1024  # bytes; Teams takes messages of 100 KB
REDELIVERED = ("message", "installationUpdate", "conversationUpdate")  # delivered again after a failure


class Authentication(BotFrameworkAuthentication):  # type: ignore[misc]
    """The SDK's interface for authentication and connections, implemented by our token check and connector."""

    def __init__(
        self,
        app_id: str,
        check: TokenCheck | None,
        connector: Connector,
        allowed_tenants: frozenset[str],
        development: str = "",
    ) -> None:
        """`check`: None where there is no app id; then responses go to the address `development` alone."""
        self._app_id = app_id
        self._check = check
        self.connector = connector
        self._allowed_tenants = allowed_tenants
        self._development = development

    async def prove(self, auth_header: str) -> None:
        """Refuse a request by its token alone. Raises NotAdmitted or KeysUnavailable."""
        if self._check is not None:
            await self._check.prove(auth_header)

    async def authenticate_request(self, activity: Activity, auth_header: str) -> Any:
        """Check the token against the activity, and the tenant. Raises NotAdmitted or KeysUnavailable."""
        origin = Origin(activity.channel_id, activity.service_url, activity.tenants)
        if self._check is not None:
            claims = dict(await self._check.check(auth_header, origin))
        else:
            check_development(origin, self._development)
            claims = {}
        origin.check_tenant(self._allowed_tenants)
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity(claims, True)
        result.connector_factory = self.connector
        return result

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> Any:
        raise NotAdmitted(403, "no-streaming")

    def create_connector_factory(self, claims_identity: Any) -> Connector:
        return self.connector

    async def create_user_token_client(self, claims_identity: Any) -> None:
        """None: nobody signs in."""


@dataclass(frozen=True, slots=True)
class Context:
    """An activity, and what can be done in its conversation within the turn. Methods raise SendFailed."""

    activity: Activity
    turn: TurnContext
    connector: Connector

    async def say(self, text: str) -> None:
        """Send a reply in plain text, in a fraction of the time of `send_activity`."""
        await self.connector.say(self.activity, text)

    async def send_activity(self, activity: Any) -> Any:
        """Send a reply. Returns the SDK's response, with the `id` of the message."""
        return await self.turn.send_activity(activity)

    async def update_activity(self, activity: Any) -> None:
        await self.turn.update_activity(activity)

    async def name_of(self, account: Account) -> str:
        """The name of a member of the conversation; empty: Teams does not say."""
        client = self.turn.turn_state[self.turn.adapter.BOT_CONNECTOR_CLIENT_KEY]
        channel = self.activity.conversation.id.partition(";")[0]
        return str((await client.conversations.get_conversation_member(channel, account.id)).name or "")


class Adapter(CloudAdapter):  # type: ignore[misc]
    """The SDK's adapter with our own handling of requests and responses."""

    def __init__(
        self, authentication: Authentication, refusals: RefusalLog, on_repeated: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(authentication)
        self._refusals = refusals
        self._authentication = authentication
        self._deliveries: Deliveries[InvokeResponse | None] = Deliveries(on_repeated)
        self.on_turn_error = self._log_failure

    async def process(self, request: web.Request, bot: Any, ws_response: object = None) -> web.Response:
        """Respond to one request. Never raises because of what a caller sent or the connector service answered."""
        try:
            return await self._process(request, bot)
        except NotAdmitted as error:
            self._refusals.add(error.why)
            return web.Response(status=error.status)
        except KeysUnavailable:
            return web.Response(status=503)  # then Teams delivers again

    async def _process(self, request: web.Request, bot: Any) -> web.Response:
        authorization = request.headers.get("Authorization", "")
        await self._authentication.prove(authorization)  # before anything is done for whoever it is
        # Teams compresses nothing, and what says that it is compressed can't be read as it says.
        if request.content_type != "application/json" or "Content-Encoding" in request.headers:
            return web.Response(status=415)
        activity = read_activity(await _json(request))
        if activity is None:
            return web.Response(status=400)
        admitted = await self._authentication.authenticate_request(activity, authorization)
        if activity.type in REDELIVERED and activity.id:
            return await self._deliver(activity, admitted, bot)
        return _response(await self._take_turn(activity, admitted, bot.on_turn))

    async def _take_turn(self, activity: Activity, admitted: Any, logic: Callable[[Context], Awaitable[None]]) -> Any:
        async def run(turn: TurnContext) -> None:
            await logic(Context(activity, turn, self._authentication.connector))

        return await self.process_activity(admitted, _for_the_sdk(activity), run)

    async def _deliver(self, activity: Activity, admitted: Any, bot: Any) -> web.Response:
        failed = False

        async def logic(context: Context) -> None:
            nonlocal failed
            try:
                await bot.on_turn(context)
            except SendFailed as error:
                failed = True
                log.error("teams.reply_not_sent", status=error.status)
            except StoreUnavailable as error:
                failed = True
                log.error("teams.not_stored", type=activity.type, error=str(error))

        async def handle() -> InvokeResponse | None:
            outcome = await self._take_turn(activity, admitted, logic)
            # Then Teams delivers again. A reply that is in the outbox is sent all the same, and once.
            return InvokeResponse(status=503) if failed else outcome

        key = (activity.conversation.id, activity.id)
        return _response(await self._deliveries.once(key, handle, lambda outcome: not failed))

    async def _log_failure(self, context: TurnContext, error: Exception) -> None:
        """Log what a listener raised. Never raises: Teams would deliver again what fails again."""
        activity = context.activity
        log.error(
            "teams.listener_failed",
            type=activity.type,
            name=activity.name,
            error=type(error).__name__,
            at=error_location(error),
        )


async def _json(request: web.Request) -> object:
    """The JSON value in the body; None where it is none, or has half a surrogate pair, which nothing can be stored by.
    Raises HTTPRequestEntityTooLarge."""
    try:
        return orjson.loads(await whole(request.clone(client_max_size=LARGEST_BODY).read()))
    except (BodyNotRead, ValueError):
        return None


def _for_the_sdk(activity: Activity) -> SdkActivity:
    """What the SDK needs of an activity to reply to it."""
    where = activity.conversation
    return SdkActivity(
        type=activity.type,
        id=activity.id or None,
        channel_id=activity.channel_id,
        service_url=activity.service_url,
        conversation=ConversationAccount(
            id=where.id, is_group=where.is_group, conversation_type=where.conversation_type or None
        ),
        from_property=_account(activity.from_property),
        recipient=_account(activity.recipient),
        delivery_mode=activity.delivery_mode,
    )


def _account(account: Account) -> ChannelAccount:
    return ChannelAccount(id=account.id, name=account.name or None, aad_object_id=account.aad_object_id or None)


def _response(outcome: Any) -> web.Response:
    if outcome is None:
        return web.Response(status=200)
    if outcome.body is None:
        return web.Response(status=int(outcome.status))
    return web.json_response(outcome.body, status=int(outcome.status))
