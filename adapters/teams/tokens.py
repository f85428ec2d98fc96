"""Authentication of incoming requests: a token of Microsoft's for this bot and the channel that the request names.

Done with PyJWT and not by the SDK's validators, which accept tokens without an expiry, raise an IndexError for an
unknown key id, fetch keys once a day on the event loop without a timeout, and accept an emulator's token for any
service URL. Tokens of the emulator are refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from adapters.loopback import has_origin
from adapters.teams.cloud import Cloud, is_safe_url
from adapters.teams.signing_keys import SigningKeys

ALGORITHMS = ("RS256",)  # what Microsoft's metadata offers; a token that names another one is not Microsoft's
CHANNEL = "msteams"  # on other channels of Azure the caller may claim to be any person of any tenant
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
    tenant: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A valid token. `endorsements`: the channels that its key may sign for."""

    claims: Mapping[str, Any]
    endorsements: frozenset[str]


def check_development(origin: Origin, client: str) -> None:
    """For a bot without an app id, which can check no tokens: raises NotAdmitted unless responses go to `client`, the
    address of the development client."""
    if not has_origin(origin.service_url, client):
        raise NotAdmitted(403, "service-url-not-development")


class TokenCheck:
    """Checks the tokens of requests to the bot `app_id`."""

    def __init__(self, app_id: str, cloud: Cloud, keys: SigningKeys) -> None:
        self._app_id = app_id
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
        if not proof.claims.get("serviceurl") or proof.claims["serviceurl"] != origin.service_url:
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
                audience=self._app_id,
                issuer=self._cloud.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.PyJWTError as error:
            raise NotAdmitted(401, type(error).__name__) from error
        return claims


def bearer(authorization: str) -> str:
    """The token in an Authorization header. Raises NotAdmitted where there is none."""
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAdmitted(401, "no-token")
    return token.strip()
