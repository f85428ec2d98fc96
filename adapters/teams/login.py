"""How the bot acquires access tokens: by a secret, a certificate, a federated credential, or as a managed identity."""

from __future__ import annotations

import asyncio
import base64
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import msal  # type: ignore[import-untyped]
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from adapters.teams.credentials import Acquire, LoginFailed, Token

LOGIN_TIMEOUT = 30.0  # seconds; nobody waits that long, see `adapters.teams.credentials`
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_VALID = 300.0  # seconds
SYSTEM = "system"  # the machine's own managed identity

_ERROR = re.compile(r"[a-z_]{1,40}")

Proof = Callable[[], Awaitable[Mapping[str, str]]]
"""The fields of a login that prove who the bot is. Raises LoginFailed."""


def token_url(login_url: str, tenant: str) -> str:
    return f"{login_url}/{tenant}/oauth2/v2.0/token"


def client_credentials(http: aiohttp.ClientSession, *, url: str, app_id: str, scope: str, proof: Proof) -> Acquire:
    """Acquires tokens of Microsoft Entra by OAuth 2.0 client credentials (RFC 6749, 4.4). `url`: its token endpoint."""

    async def acquire() -> Token:
        form = {"grant_type": "client_credentials", "client_id": app_id, "scope": scope, **await proof()}
        timeout = aiohttp.ClientTimeout(total=LOGIN_TIMEOUT)
        try:
            # The proof goes to this address and nowhere else.
            async with http.post(url, data=form, timeout=timeout, allow_redirects=False) as response:
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise LoginFailed(type(error).__name__) from error
        return _token(answer)

    return acquire


def secret(password: str) -> Proof:
    async def proof() -> Mapping[str, str]:
        return {"client_secret": password}

    return proof


def certificate(pem: bytes, *, url: str, app_id: str) -> Proof:
    """A statement signed with the certificate's key (RFC 7523, 2.2), in Microsoft Entra's form. `pem`: the certificate
    and its private key. Raises ValueError."""
    key: Any = load_pem_private_key(pem, None)
    digest = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256())
    thumbprint = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    async def proof() -> Mapping[str, str]:
        now = time.time()
        claims = {
            "aud": url,
            "iss": app_id,
            "sub": app_id,
            "jti": str(uuid.uuid4()),
            "nbf": int(now),
            "exp": int(now + ASSERTION_VALID),
        }
        signed = jwt.encode(claims, key, algorithm="PS256", headers={"x5t#S256": thumbprint})
        return {"client_assertion_type": ASSERTION, "client_assertion": signed}

    return proof


def federated_file(path: Path) -> Proof:
    """The token of another issuer that the app trusts, in a file that its platform renews (Kubernetes)."""

    async def proof() -> Mapping[str, str]:
        try:
            token = (await asyncio.to_thread(path.read_text, encoding="utf-8")).strip()
        except (OSError, UnicodeError) as error:
            raise LoginFailed("token-file-unreadable") from error
        return {"client_assertion_type": ASSERTION, "client_assertion": token}

    return proof


def federated_identity(identity: str, audience: str) -> Proof:
    """The token of a managed identity that the app trusts. `identity`: its client id, or `SYSTEM`."""
    acquire = managed_identity(identity, audience)

    async def proof() -> Mapping[str, str]:
        return {"client_assertion_type": ASSERTION, "client_assertion": (await acquire()).value}

    return proof


def managed_identity(identity: str, scope: str) -> Acquire:
    """Acquires tokens by a managed identity of this machine: its client id, or `SYSTEM`. MSAL knows the endpoints of
    Azure's hosts, and calls them synchronously."""
    resource = scope.removesuffix("/.default")
    who = (
        msal.SystemAssignedManagedIdentity()
        if identity == SYSTEM
        else msal.UserAssignedManagedIdentity(client_id=identity)
    )
    # MSAL has a cache of its own; when to renew is decided in `Credentials` for all kinds of login.
    client = msal.ManagedIdentityClient(who, http_client=_RequestsWithTimeout())

    async def acquire() -> Token:
        try:
            answer = await asyncio.to_thread(client.acquire_token_for_client, resource=resource)
        except (requests.RequestException, ValueError, msal.ManagedIdentityError) as error:
            raise LoginFailed(type(error).__name__) from error
        return _token(answer)

    return acquire


class _RequestsWithTimeout(requests.Session):
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", LOGIN_TIMEOUT)
        return super().request(*args, **kwargs)


def _token(answer: Any) -> Token:
    if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
        raise LoginFailed(_code(answer))
    try:
        return Token(answer["access_token"], float(answer.get("expires_in", 0)))
    except (TypeError, ValueError):
        return Token(answer["access_token"], 0.0)


def _code(answer: Any) -> str:
    """The most telling code in a refusal: Microsoft Entra's own, else OAuth's. Its description is for nobody's log."""
    if isinstance(answer, dict):
        codes = answer.get("error_codes")
        if isinstance(codes, list) and codes and isinstance(codes[0], int):
            return f"AADSTS{codes[0]}"
        if isinstance(error := answer.get("error"), str) and _ERROR.fullmatch(error):
            return error
    return "no-token-in-the-answer"
