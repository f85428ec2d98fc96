"""The token issuer: signs the tokens that requests to the bot carry, and gives the bot its own for what it sends."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
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

    async def _token(self, request: web.Request) -> web.Response:
        await self.login_opens.wait()
        if self.moved_to:
            raise web.HTTPTemporaryRedirect(self.moved_to + request.path)
        form = await request.post()
        self.logins.append({"tenant": request.match_info["tenant"], **{name: str(form[name]) for name in form}})
        note(str(form["client_secret"]))
        if form["client_secret"] != "app-password":
            return web.json_response({"error": "invalid_client"}, status=401)
        return web.json_response({"access_token": f"own-token-{len(self.logins)}", "expires_in": self.expires_in})


def _public(key: PublishedKey) -> dict[str, Any]:
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(make_key(key.id).public_key()))
    return {**public, "use": "sig", "kid": key.id, "endorsements": list(key.endorsements)}
