"""Whether an incoming request comes from Microsoft, for this bot, through the channel it names.

Done with PyJWT here and not by the SDK's validators, which accept tokens without an expiry, answer an unknown key
id with an IndexError, fetch keys once a day on the event loop without a timeout, and take an emulator's token for
any service URL. Tokens of the emulator are not taken at all.
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
CHANNEL = "msteams"  # others that Azure lets speak to a bot take the ids of people and tenants from whoever calls them
LEEWAY = 300.0  # seconds that clocks may differ, as Microsoft recommends


class NotAdmitted(Exception):
    """The request is turned away. `status` is 401 (who are you?) or 403 (not for you); `why` is a short code."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass(frozen=True, slots=True)
class Origin:
    """What a request says of where it comes from. The token has to agree."""

    channel: str  # "msteams"
    service_url: str
    tenant: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A token that is good. `endorsements`: the channels that its key may sign for."""

    claims: Mapping[str, Any]
    endorsements: frozenset[str]


def check_development(origin: Origin, client: str) -> None:
    """Without an app id nothing can be checked, so what comes in is answered to one address alone: that of the
    development client. Raises NotAdmitted."""
    if not has_origin(origin.service_url, client):
        raise NotAdmitted(403, "service-url-not-development")


class TokenCheck:
    """Checks the tokens of incoming requests for the bot `app_id`."""

    def __init__(self, app_id: str, cloud: Cloud, keys: SigningKeys) -> None:
        self._app_id = app_id
        self._cloud = cloud
        self._keys = keys

    async def prove(self, authorization: str) -> Proof:
        """That the token is one of Microsoft's for this bot, before anything else of the request is read. Raises
        NotAdmitted, or KeysUnavailable where nothing can be said about the token."""
        token = bearer(authorization)
        key = await self._key(token)
        return Proof(self._decode(token, key.key), key.endorsements)

    async def check(self, authorization: str, origin: Origin) -> Mapping[str, Any]:
        """The claims of a token that fits where the request says it comes from. Raises the same as `prove`."""
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
    """The token of an Authorization header. Raises NotAdmitted where there is none."""
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAdmitted(401, "no-token")
    return token.strip()
