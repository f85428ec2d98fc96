"""Whether an incoming request comes from Microsoft, for this bot, through the channel it names.

Done with PyJWT here and not by the SDK's validators, which accept tokens without an expiry, answer an unknown key
id with an IndexError, fetch keys once a day on the event loop without a timeout, and take an emulator's token for
any service URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from adapters.teams.cloud import Cloud, is_loopback_url, is_safe_url
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
    """A token that is good. `endorsements`: the channels that its key may sign for; None: it is an emulator's."""

    claims: Mapping[str, Any]
    endorsements: frozenset[str] | None


def check_without_app_id(origin: Origin) -> None:
    """Without an app id nothing can be checked, so nothing may leave this machine either."""
    if not is_loopback_url(origin.service_url):
        raise NotAdmitted(403, "service-url-not-loopback")


class TokenCheck:
    """Checks the tokens of incoming requests for the bot `app_id`."""

    def __init__(self, app_id: str, cloud: Cloud, keys: SigningKeys, emulator_keys: SigningKeys) -> None:
        self._app_id = app_id
        self._cloud = cloud
        self._keys = keys
        self._emulator_keys = emulator_keys

    async def prove(self, authorization: str) -> Proof:
        """That the token is one of Microsoft's for this bot, before anything else of the request is read. Raises
        NotAdmitted, or KeysUnavailable where nothing can be said about the token."""
        token = bearer(authorization)
        if self._is_emulators(token):
            return await self._prove_emulator(token)
        key = await self._key(self._keys, token)
        return Proof(self._decode(token, key.key, (self._cloud.issuer,)), key.endorsements)

    async def check(self, authorization: str, origin: Origin) -> Mapping[str, Any]:
        """The claims of a token that fits where the request says it comes from. Raises the same as `prove`."""
        proof = await self.prove(authorization)
        if proof.endorsements is None:
            if not is_loopback_url(origin.service_url):  # such a token says nothing about the service URL
                raise NotAdmitted(403, "service-url-not-loopback")
            return proof.claims
        if origin.channel != CHANNEL:
            raise NotAdmitted(403, "not-from-teams")
        if origin.channel not in proof.endorsements:
            raise NotAdmitted(403, "key-not-endorsed")
        if not proof.claims.get("serviceurl") or proof.claims["serviceurl"] != origin.service_url:
            raise NotAdmitted(403, "service-url-mismatch")
        if not is_safe_url(origin.service_url):
            raise NotAdmitted(403, "service-url-unsafe")
        return proof.claims

    def _is_emulators(self, token: str) -> bool:
        try:
            issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        except jwt.PyJWTError as error:
            raise NotAdmitted(401, "not-a-token") from error
        return issuer in self._cloud.emulator_issuers

    async def _prove_emulator(self, token: str) -> Proof:
        if not self._cloud.emulator_allowed:
            raise NotAdmitted(401, "emulator-not-allowed")
        key = await self._key(self._emulator_keys, token)
        claims = self._decode(token, key.key, self._cloud.emulator_issuers)
        if claims.get("appid" if claims.get("ver") == "1.0" else "azp") != self._app_id:
            raise NotAdmitted(401, "wrong-app")
        return Proof(claims, None)

    async def _key(self, keys: SigningKeys, token: str) -> Any:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise NotAdmitted(401, "not-a-token") from error
        key_id = header.get("kid")
        if header.get("alg") not in ALGORITHMS or not isinstance(key_id, str):
            raise NotAdmitted(401, "wrong-algorithm")
        key = await keys.find(key_id)
        if key is None:
            raise NotAdmitted(401, "unknown-key")
        return key

    def _decode(self, token: str, key: Any, issuers: tuple[str, ...]) -> Mapping[str, Any]:
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self._app_id,
                issuer=list(issuers),
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
