"""The token issuer: signs the tokens that requests to the bot carry, and gives the bot its own for what it sends."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.teams.cloud import Cloud
from tests.overheard import note

APP_ID = "11111111-2222-3333-4444-555555555555"


@cache
def make_key(name: str) -> rsa.RSAPrivateKey:
    """A key of that name; making one takes a while, so all tests share them."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class PublishedKey:
    id: str
    endorsements: tuple[str, ...] = ("msteams",)


class Issuer:
    def __init__(self) -> None:
        self.published = [PublishedKey("first")]
        self.key_fetches = 0
        self.logins: list[dict[str, str]] = []
        self.asked = 0  # logins that have begun
        self.trusted = ""  # the token of another issuer that is taken as a proof
        self.certificate: x509.Certificate | None = None  # whose key proves who logs in
        self._changed = asyncio.Condition()
        self.reachable = True
        self.expires_in = 3600
        self.moved_to = ""  # where logins are redirected to
        self.login_opens = asyncio.Event()
        self.login_opens.set()
        app = web.Application()
        app.router.add_get("/openid", self._openid)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        self._server = TestServer(app)

    async def __aenter__(self) -> Issuer:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.login_opens.set()
        await self._server.close()

    @property
    def url(self) -> str:
        return str(self._server.make_url("/")).rstrip("/")

    def cloud(self, *, service_url: str = "") -> Cloud:
        return Cloud(
            login_url=self.url,
            scope="https://connector.example/.default",
            issuer=self.url,
            openid_url=f"{self.url}/openid",
            service_url=service_url,
        )

    def claims(self, service_url: str, **changed: Any) -> dict[str, Any]:
        """What a good token says; a claim changed to None is left out."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": APP_ID, "nbf": now - 10, "exp": now + 3600, "serviceurl": service_url}
        return {name: value for name, value in {**claims, **changed}.items() if value is not None}

    def token(self, claims: dict[str, Any], *, key: str = "first", key_id: str | None = None) -> str:
        token = jwt.encode(claims, make_key(key), algorithm="RS256", headers={"kid": key_id or key})
        note(token.rpartition(".")[2])  # what all of them begin with is no secret
        return token

    async def _openid(self, request: web.Request) -> web.Response:
        if not self.reachable:
            return web.Response(status=500)
        return web.json_response({"issuer": self.url, "jwks_uri": f"{self.url}/keys"})

    async def _keys(self, request: web.Request) -> web.Response:
        self.key_fetches += 1
        return web.json_response({"keys": [_public(key) for key in self.published]})

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return as soon as `condition` holds for the logins."""
        async with self._changed:
            await self._changed.wait_for(condition)

    async def _token(self, request: web.Request) -> web.Response:
        self.asked += 1
        await self.login_opens.wait()
        if self.moved_to:
            raise web.HTTPTemporaryRedirect(self.moved_to + request.path)
        form = {name: str(value) for name, value in (await request.post()).items()}
        async with self._changed:
            self.logins.append({"tenant": request.match_info["tenant"], **form})
            self._changed.notify_all()
        note(form.get("client_secret", ""))
        note(form.get("client_assertion", "").rpartition(".")[2])
        if refused := self._refused(form, str(request.url)):
            return web.json_response(refused, status=401)
        return web.json_response({"access_token": f"own-token-{len(self.logins)}", "expires_in": self.expires_in})

    def _refused(self, form: dict[str, str], url: str) -> dict[str, Any] | None:
        """How Microsoft Entra refuses a login; None where it is right."""
        if "client_assertion" not in form:
            return None if form.get("client_secret") == "app-password" else refusal(7000215)
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        assertion = form["client_assertion"]
        if self.certificate is None:
            return None if assertion == self.trusted else refusal(700213)
        digest = self.certificate.fingerprint(hashes.SHA256())
        header = jwt.get_unverified_header(assertion)
        if header["x5t#S256"] != base64.urlsafe_b64encode(digest).rstrip(b"=").decode():
            return refusal(700027)
        key: Any = self.certificate.public_key()
        claims = jwt.decode(
            assertion, key, algorithms=["PS256"], audience=url, options={"require": ["exp", "nbf", "iss", "sub", "jti"]}
        )
        return None if claims["iss"] == claims["sub"] == form["client_id"] else refusal(700027)


def refusal(code: int) -> dict[str, Any]:
    """What Microsoft Entra answers, with a description that is for nobody."""
    return {"error": "invalid_client", "error_description": f"AADSTS{code}: …", "error_codes": [code]}


def _public(key: PublishedKey) -> dict[str, Any]:
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(make_key(key.id).public_key()))
    return {**public, "use": "sig", "kid": key.id, "endorsements": list(key.endorsements)}
