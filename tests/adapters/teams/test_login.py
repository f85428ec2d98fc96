"""T26: how the bot logs in, and in which of Microsoft's clouds. Microsoft's part is played by the local issuer."""

from __future__ import annotations

import datetime
import time
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from adapters.surface import SurfaceOff
from adapters.teams.cloud import CLOUDS, Cloud, cloud_named
from tests.adapters.teams.conftest import WITH_APP_ID, MakeWorld, Settings, World
from tests.teams_connector.activities import message
from tests.teams_connector.issuer import APP_ID, Issuer, make_key

NO_SECRET = replace(WITH_APP_ID, microsoft_app_password="")


def certified(name: str = "certified") -> tuple[x509.Certificate, bytes]:
    """A certificate, and the PEM file with it and its key."""
    key = make_key(name)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "advisor")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made, private + made.public_bytes(serialization.Encoding.PEM)


async def asked(world: World) -> dict[str, str]:
    """Somebody asks, and is answered with a token. Returns the login."""
    assert (await world.post_signed(message(world.connector.url, "hi")))[0] == 200
    assert [sent.authorization for sent in world.connector.messages] == [f"Bearer own-token-{len(world.issuer.logins)}"]
    return world.issuer.logins[-1]


async def test_a_certificate_takes_the_place_of_the_secret_T26(make_world: MakeWorld, tmp_path: Path) -> None:
    certificate, pem = certified()
    (tmp_path / "app.pem").write_bytes(pem)
    world = await make_world(
        replace(NO_SECRET, microsoft_app_certificate=str(tmp_path / "app.pem")), certificate=certificate
    )
    login = await asked(world)
    assert login["client_id"] == APP_ID
    assert "client_secret" not in login


async def test_a_certificate_that_the_app_has_not_got_is_refused_with_a_remedy_T26(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    (tmp_path / "app.pem").write_bytes(certified()[1])
    other, _ = certified("another")
    settings = replace(NO_SECRET, microsoft_app_certificate=str(tmp_path / "app.pem"))
    with capture_logs() as logs:
        world = await make_world(settings, certificate=other)
        assert (await world.post_signed(message(world.connector.url, "hi")))[0] == 200
    assert world.connector.sent == []
    [failed] = [line for line in logs if line["event"] == "teams.login_failed"]
    assert failed["code"] == "AADSTS700027"
    assert "upload the certificate" in failed["remedy"]


async def test_a_file_with_a_token_that_the_app_trusts_takes_the_place_of_the_secret_T26(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("another-issuers-token-1\n")
    world = await make_world(
        replace(NO_SECRET, microsoft_app_federated_token_file=str(file)), trusted="another-issuers-token-1"
    )
    await asked(world)
    file.write_text("another-issuers-token-2\n")  # its platform renews it
    world.issuer.trusted = "another-issuers-token-2"
    world.time.now += world.issuer.expires_in
    world.connector.sent.clear()
    assert (await asked(world))["client_assertion"] == "another-issuers-token-2"


@pytest.mark.parametrize(("identity", "client_id"), [("machines-identity", "machines-identity"), ("system", None)])
async def test_a_managed_identity_that_the_app_trusts_takes_the_place_of_the_secret_T26(
    monkeypatch: pytest.MonkeyPatch, make_world: MakeWorld, identity: str, client_id: str | None
) -> None:
    async def endpoint(request: web.Request) -> web.Response:
        assert request.query.get("client_id") == client_id
        assert request.query["resource"] == "api://AzureADTokenExchange"
        return web.json_response({"access_token": "machines-token-here", "expires_on": str(int(time.time()) + 3600)})

    app = web.Application()
    app.router.add_get("/msi/token", endpoint)
    async with TestServer(app) as server:
        # These are Azure's own names; the environment is where MSAL reads them.
        monkeypatch.setenv("IDENTITY_ENDPOINT", str(server.make_url("/msi/token")))
        monkeypatch.setenv("IDENTITY_HEADER", "machine-secret")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        world = await make_world(
            replace(NO_SECRET, microsoft_app_federated_identity=identity), trusted="machines-token-here"
        )
        await asked(world)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"microsoft_app_password": ""}, "MicrosoftAppPassword is not"),
        ({"microsoft_app_federated_identity": "system"}, "logs in one way"),
        ({"microsoft_app_password": "", "microsoft_app_certificate": "/no/such/file"}, "must be a PEM file"),
        ({"teams_cloud": "Mars"}, "must be one of Public, GCC, USGov, USGovDoD, China"),
    ],
)
async def test_settings_that_do_not_say_how_to_log_in_are_refused_with_the_remedy_T26(
    make_world: MakeWorld, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(SurfaceOff, match=said):
        await make_world(replace(WITH_APP_ID, **changed), cloud=None if "teams_cloud" in changed else Issuer.cloud)


def at(issuer: Issuer, cloud: Cloud) -> Cloud:
    """A cloud of Microsoft's with its servers played by the local issuer: what tokens say is as there."""
    return replace(cloud, login_url=issuer.url, openid_url=f"{issuer.url}/openid")


@pytest.mark.parametrize("name", list(CLOUDS))
async def test_each_cloud_has_its_own_issuer_scope_and_tenant_for_logins_T26(make_world: MakeWorld, name: str) -> None:
    cloud = CLOUDS[name]
    settings = Settings(APP_ID, "app-password", "", "MultiTenant")
    world = await make_world(settings, cloud=lambda issuer: at(issuer, cloud))
    asking = message(world.connector.url, "hi")
    for other in {one.issuer for one in CLOUDS.values()} - {cloud.issuer}:
        assert (await world.post_signed(asking, iss=other))[0] == 401
    assert (await world.post_signed(asking, iss=cloud.issuer))[0] == 200
    [login] = world.issuer.logins
    assert (login["tenant"], login["scope"]) == (cloud.login_tenant, cloud.scope)


def test_a_cloud_is_named_in_any_case_T26() -> None:
    assert cloud_named("usgov") is CLOUDS["USGov"]
    assert cloud_named("Mars") is None
