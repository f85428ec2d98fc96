"""HTTP requests to `/api/messages`: each is authenticated, read, run as a turn of the SDK, and responded to.

The SDK's own `process` responds to refused tokens and malformed bodies with 500 and a traceback, and serializes what an
invoke returns twice; so requests are read and responded to here, and the SDK runs the turn in between.
"""

from __future__ import annotations

from typing import Any

import orjson
import structlog
from aiohttp import web
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity
from botframework.connector.auth import AuthenticateRequestResult, BotFrameworkAuthentication, ClaimsIdentity
from msrest.exceptions import DeserializationError  # type: ignore[attr-defined]

from adapters.refusals import RefusalLog
from adapters.request_body import BodyNotRead, has_more_values, whole
from adapters.teams.connector import Connector, SendFailed
from adapters.teams.deliveries import Deliveries
from adapters.teams.signing_keys import KeysUnavailable
from adapters.teams.tokens import NotAdmitted, Origin, TokenCheck, check_development
from adapters.teams.translate import tenant_of
from bot.service.error_location import error_location
from bot.service.ports import StoreUnavailable

log = structlog.get_logger(__name__)

LARGEST_BODY = 256 * 1024  # bytes; Teams takes messages of 100 KB
# The SDK takes up to 15 microseconds for each value, so one body holds everybody up for less than 50 milliseconds.
MAX_VALUES = 3000
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
        self._connector = connector
        self._allowed_tenants = allowed_tenants
        self._development = development

    async def prove(self, auth_header: str) -> None:
        """Refuse a request by its token alone. Raises NotAdmitted or KeysUnavailable."""
        if self._check is not None:
            await self._check.prove(auth_header)

    async def authenticate_request(self, activity: Any, auth_header: str) -> Any:
        """Check the token against the activity, and the tenant. Raises NotAdmitted or KeysUnavailable."""
        origin = Origin(activity.channel_id or "", activity.service_url or "", tenant_of(activity))
        if self._check is not None:
            claims = dict(await self._check.check(auth_header, origin))
        else:
            check_development(origin, self._development)
            claims = {}
        if self._allowed_tenants and origin.tenant not in self._allowed_tenants:
            raise NotAdmitted(403, "tenant-not-allowed")
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity(claims, True)
        result.connector_factory = self._connector
        return result

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> Any:
        raise NotAdmitted(403, "no-streaming")

    def create_connector_factory(self, claims_identity: Any) -> Connector:
        return self._connector

    async def create_user_token_client(self, claims_identity: Any) -> None:
        """None: nobody signs in."""


class Adapter(CloudAdapter):  # type: ignore[misc]
    """The SDK's adapter with our own handling of requests and responses."""

    def __init__(self, authentication: Authentication, refusals: RefusalLog) -> None:
        super().__init__(authentication)
        self._refusals = refusals
        self._authentication = authentication
        self._deliveries: Deliveries[InvokeResponse | None] = Deliveries()
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
        # Before the body is read: one that is made for it costs seconds.
        await self._authentication.prove(authorization)
        if request.content_type != "application/json":
            return web.Response(status=415)
        activity = read_activity(await _json(request))
        if activity is None:
            return web.Response(status=400)
        admitted = await self._authentication.authenticate_request(activity, authorization)
        if activity.type in REDELIVERED and activity.id:
            return await self._deliver(activity, admitted, bot)
        return _response(await self.process_activity(admitted, activity, bot.on_turn))

    async def _deliver(self, activity: Any, admitted: Any, bot: Any) -> web.Response:
        failed = False

        async def logic(context: TurnContext) -> None:
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
            outcome = await self.process_activity(admitted, activity, logic)
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


def read_activity(body: object) -> Any:
    """The activity in a JSON body; None where it lacks what a reply needs, or has more than `MAX_VALUES` values."""
    if not isinstance(body, dict) or not isinstance(body.get("type"), str) or has_more_values(body, MAX_VALUES):
        return None
    try:
        activity = Activity.deserialize(body)
    except (DeserializationError, AttributeError, TypeError, ValueError, RecursionError):
        return None  # msrest raises any of these for bodies of the wrong shape
    if not (activity.conversation and activity.conversation.id and activity.service_url):
        return None
    if not (activity.recipient and activity.from_property):
        return None
    if activity.type in ("message", "invoke") and not activity.id:
        return None
    return activity


def _response(outcome: Any) -> web.Response:
    if outcome is None:
        return web.Response(status=200)
    if outcome.body is None:
        return web.Response(status=int(outcome.status))
    return web.json_response(outcome.body, status=int(outcome.status))
