"""Authentication of incoming requests: a token of Microsoft's for this bot and the channel that the request names.

Done with PyJWT and not by the SDK's validators, which accept tokens without an expiry, raise an IndexError for an
unknown key id, fetch keys once a day on the event loop without a timeout, and accept an emulator's token for any
service URL. Tokens of the emulator are refused here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt

from adapters.loopback import has_origin
from adapters.teams.cloud import Cloud, is_safe_url
from adapters.teams.signing_keys import SigningKeys

ALGORITHMS = ("RS256",)  # what Microsoft's metadata offers; a token that names another one is not Microsoft's
CHANNEL = "msteams"  # on other channels of Azure the caller may claim to be any person of any tenant
DEVELOPMENT_CHANNELS = (CHANNEL, "emulator")  # as which the Agents Playground may be started
LEEWAY = 300.0  # seconds that clocks may differ, as Microsoft recommends


class NotAdmitted(Exception):
    """The request is refused. `status`: 401 (not authenticated) or 403 (not allowed); `why`: a short code."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request claims to come from; its token has to say the same."""

    channel: str  # "msteams"
    service_url: str
    tenants: Sequence[str] = ()  # as it is named at each place

    def check_tenant(self, allowed: frozenset[str]) -> None:
        """Raises NotAdmitted where two tenants are named, or none of the `allowed` ones; empty: all are."""
        named = {tenant.lower() for tenant in self.tenants}  # Entra's ids are hexadecimal numbers
        if len(named) > 1:
            raise NotAdmitted(403, "tenants-disagree")
        if allowed and not named <= {tenant.lower() for tenant in allowed}:
            raise NotAdmitted(403, "tenant-not-allowed")
        if allowed and not named:
            raise NotAdmitted(403, "no-tenant")


@dataclass(frozen=True, slots=True)
class Proof:
    """A valid token. `endorsements`: the channels that its key may sign for."""

    claims: Mapping[str, Any]
    endorsements: frozenset[str]


def check_development(origin: Origin, client: str) -> None:
    """For a bot without an app id, which can check no tokens: raises NotAdmitted unless the request is that of a Teams
    client, and responses go to `client`, the address of the development client."""
    if origin.channel not in DEVELOPMENT_CHANNELS:
        raise NotAdmitted(403, "not-from-teams")
    if not has_origin(origin.service_url, client):
        raise NotAdmitted(403, "service-url-not-development")


class TokenCheck:
    """Checks the tokens of requests to the bot `app_id`."""

    def __init__(self, app_id: str, cloud: Cloud, keys: SigningKeys) -> None:
        self._audiences = _audiences(app_id)
        self._cloud = cloud
        self._keys = keys

    async def prove(self, authorization: str) -> Proof:
        """Check that the token is Microsoft's and for this bot: needs nothing but the header. Raises NotAdmitted, or
        KeysUnavailable where the token can't be checked."""
        token = bearer(authorization)
        key = await self._key(token)
        return Proof(self._decode(token, key.key), key.endorsements)

    async def check(self, authorization: str, origin: Origin) -> Mapping[str, Any]:
        """The claims of a token that agrees with `origin`. Raises the same as `prove`."""
        proof = await self.prove(authorization)
        if origin.channel != CHANNEL:
            raise NotAdmitted(403, "not-from-teams")
        if origin.channel not in proof.endorsements:
            raise NotAdmitted(403, "key-not-endorsed")
        claimed = proof.claims.get("serviceurl")
        # Microsoft's own check (microsoft-teams-apps 2) leaves out the last slash too: it is one address either way.
        if not isinstance(claimed, str) or not claimed or claimed.rstrip("/") != origin.service_url.rstrip("/"):
            raise NotAdmitted(403, "service-url-mismatch")
        if not is_safe_url(origin.service_url):
            raise NotAdmitted(403, "service-url-unsafe")
        return proof.claims

    async def _key(self, token: str) -> Any:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise NotAdmitted(401, "not-a-token") from error
        key_id = header.get("kid")
        if header.get("alg") not in ALGORITHMS or not isinstance(key_id, str):
            raise NotAdmitted(401, "wrong-algorithm")
        key = await self._keys.find(key_id)
        if key is None:
            raise NotAdmitted(401, "unknown-key")
        return key

    def _decode(self, token: str, key: Any) -> Mapping[str, Any]:
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                issuer=self._cloud.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud"], "verify_aud": False},  # PyJWT's compares letter case
            )
        except jwt.PyJWTError as error:
            raise NotAdmitted(401, type(error).__name__) from error
        audience = claims["aud"]
        if not isinstance(audience, str) or audience.lower() not in self._audiences:
            raise NotAdmitted(401, "InvalidAudienceError")
        return claims


def _audiences(app_id: str) -> frozenset[str]:
    """What names the app in a token, in lower case: its id, or its Application ID URI.

    An id is a hexadecimal number, so its letter case says nothing. With single sign-on an app has the URI
    `api://botid-ID`, as Teams prescribes; a token may name its audience by the URI or by the id, and in each the id is
    this app's. Microsoft's own check (microsoft-teams-apps 2) takes the same three.
    """
    id = app_id.lower()
    return frozenset((id, f"api://{id}", f"api://botid-{id}"))


def bearer(authorization: str) -> str:
    """The token in an Authorization header. Raises NotAdmitted where there is none."""
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAdmitted(401, "no-token")
    return token.strip()
