"""T19, T20 and T21: who is let in."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from typing import Any

import jwt
import pytest
from structlog.testing import capture_logs

from adapters.teams.signing_keys import FAILURE_INTERVAL, UNKNOWN_KEY_INTERVAL
from tests.adapters.teams.conftest import WITH_APP_ID, MakeWorld, Settings, World
from tests.overheard import note
from tests.teams_connector.activities import DANA, TENANT, executed, in_channel, message
from tests.teams_connector.issuer import APP_ID, PublishedKey, make_key


@pytest.fixture
async def guarded(make_world: MakeWorld) -> World:
    return await make_world(WITH_APP_ID)


async def refused(world: World, token: str | None, expected: int, **changed: Any) -> None:
    with capture_logs() as logs:
        status, body = await world.post(message(world.connector.url, "what is it?", **changed), token)
    assert (status, body) == (expected, "")
    assert world.session.heard == []
    assert world.connector.requests == 0
    assert not any("exc_info" in entry or "what is it" in str(entry) for entry in logs)
    assert token is None or token not in str(logs)


async def test_a_good_token_is_let_in_and_the_answer_carries_the_bots_own_T19(guarded: World) -> None:
    status, _ = await guarded.post_signed(message(guarded.connector.url, "what is it?"))
    assert status == 200
    [sent] = guarded.connector.sent
    assert sent.authorization == "Bearer own-token-1"


async def test_no_token_is_refused_T19(guarded: World) -> None:
    await refused(guarded, None, 401)


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer  ", "abc", "Bearer not.a.token", "Bearer a b"])
async def test_what_is_no_token_is_refused_T19(guarded: World, header: str) -> None:
    asked = message(guarded.connector.url, "what is it?")
    async with guarded.http.post(
        f"{guarded.url}/api/messages", json=asked, headers={"Authorization": header}
    ) as response:
        assert response.status == 401
    assert guarded.session.heard == []


WRONG_CLAIMS = {
    "expired": ({"exp": int(time.time()) - 3600}, 401),
    "no expiry": ({"exp": None}, 401),
    "expiry that is no number": ({"exp": "tomorrow"}, 401),
    "not valid yet": ({"nbf": int(time.time()) + 3600}, 401),
    "another audience": ({"aud": "another-app"}, 401),
    "no audience": ({"aud": None}, 401),
    "a list of audiences": ({"aud": [APP_ID]}, 401),
    "an app whose id begins like ours": ({"aud": f"api://botid-{APP_ID}0"}, 401),
    "another kind of address": ({"aud": f"https://botid-{APP_ID}"}, 401),
    "another issuer": ({"iss": "https://issuer.example"}, 401),
    "no issuer": ({"iss": None}, 401),
    "an issuer that is no text": ({"iss": ["https://issuer.example"]}, 401),
    "another service URL": ({"serviceurl": "https://elsewhere.example/"}, 403),
    "no service URL": ({"serviceurl": None}, 403),
}


@pytest.mark.parametrize("name", WRONG_CLAIMS)
async def test_a_token_with_a_wrong_claim_is_refused_T19(guarded: World, name: str) -> None:
    changed, status = WRONG_CLAIMS[name]
    claims = guarded.issuer.claims(guarded.connector.url, **changed)
    if changed.get("iss") is not None and not isinstance(changed["iss"], str):
        token = signed_by_hand(claims)
    else:
        token = guarded.issuer.token(claims)
    await refused(guarded, token, status)


def signed_by_hand(claims: dict[str, Any]) -> str:
    """PyJWT does not make every token that somebody else can make."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    def encode(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    head = encode(json.dumps({"alg": "RS256", "kid": "first"}).encode())
    signed = f"{head}.{encode(json.dumps(claims).encode())}"
    return f"{signed}.{encode(make_key('first').sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


async def test_an_unsigned_token_is_refused_T19(guarded: World) -> None:
    claims = guarded.issuer.claims(guarded.connector.url)
    await refused(guarded, jwt.encode(claims, None, algorithm="none", headers={"kid": "first"}), 401)


async def test_a_token_signed_with_a_shared_secret_is_refused_T19(guarded: World) -> None:
    claims = guarded.issuer.claims(guarded.connector.url)
    public = guarded.issuer.url.ljust(64, "x")
    await refused(guarded, jwt.encode(claims, public, algorithm="HS256", headers={"kid": "first"}), 401)


async def test_a_tampered_token_is_refused_T19(guarded: World) -> None:
    head, _, signature = guarded.issuer.token(guarded.issuer.claims(guarded.connector.url)).split(".")
    changed = json.dumps(guarded.issuer.claims(guarded.connector.url, admin=True)).encode()
    body = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
    await refused(guarded, f"{head}.{body}.{signature}", 401)


async def test_a_token_signed_with_another_key_under_a_known_id_is_refused_T19(guarded: World) -> None:
    token = guarded.issuer.token(guarded.issuer.claims(guarded.connector.url), key="foreign", key_id="first")
    await refused(guarded, token, 401)


async def test_a_token_with_an_unknown_key_is_refused_T19(guarded: World) -> None:
    await refused(guarded, guarded.issuer.token(guarded.issuer.claims(guarded.connector.url), key="foreign"), 401)


async def test_a_key_that_is_not_endorsed_for_teams_is_refused_T19(guarded: World) -> None:
    guarded.issuer.published = [PublishedKey("first", endorsements=("webchat",))]
    await refused(guarded, guarded.issuer.token(guarded.issuer.claims(guarded.connector.url)), 403)


async def test_a_channel_that_the_key_is_not_endorsed_for_is_refused_T19(guarded: World) -> None:
    token = guarded.issuer.token(guarded.issuer.claims(guarded.connector.url))
    await refused(guarded, token, 403, channelId="directline")


async def test_a_channel_of_azure_where_anybody_can_say_who_they_are_is_refused_T21(guarded: World) -> None:
    """Its key and its token are good: whoever has the key of a web chat chooses person and tenant by themselves."""
    guarded.issuer.published = [PublishedKey("first", endorsements=("msteams", "webchat", "directline"))]
    for channel in ("webchat", "directline"):
        token = guarded.issuer.token(guarded.issuer.claims(guarded.connector.url))
        await refused(guarded, token, 403, channelId=channel)


async def test_a_service_url_that_is_not_encrypted_is_refused_T19(guarded: World) -> None:
    asked = message("http://connector.example/", "what is it?")
    assert await guarded.post_signed(asked) == (403, "")


async def test_an_invoke_is_checked_like_a_message_T19(guarded: World) -> None:
    asked = executed(guarded.connector.url, {"command": "help"})
    assert await guarded.post(asked) == (401, "")
    assert guarded.session.heard == []


async def test_a_rotated_key_is_fetched_but_not_at_every_knock_T19(guarded: World) -> None:
    await guarded.post_signed(message(guarded.connector.url, "one"))
    assert guarded.issuer.key_fetches == 1
    rotated = guarded.issuer.token(guarded.issuer.claims(guarded.connector.url), key="second")
    for _ in range(3):
        assert (await guarded.post(message(guarded.connector.url, "two"), rotated))[0] == 401
    assert guarded.issuer.key_fetches == 1

    guarded.time.now += UNKNOWN_KEY_INTERVAL
    guarded.issuer.published = [PublishedKey("second")]
    assert (await guarded.post(message(guarded.connector.url, "three"), rotated))[0] == 200
    assert guarded.issuer.key_fetches == 2
    assert (await guarded.post_signed(message(guarded.connector.url, "four")))[0] == 401, "the first key is gone"


async def test_known_keys_stay_good_while_the_issuer_is_away_T19(guarded: World) -> None:
    await guarded.post_signed(message(guarded.connector.url, "one"))
    guarded.issuer.reachable = False
    guarded.time.now += 48 * 3600.0
    assert (await guarded.post_signed(message(guarded.connector.url, "two")))[0] == 200


async def test_while_no_keys_can_be_fetched_teams_is_asked_to_come_again_T19(guarded: World) -> None:
    guarded.issuer.reachable = False
    for _ in range(2):
        assert await guarded.post_signed(message(guarded.connector.url, "one")) == (503, "")
    assert guarded.session.heard == []
    guarded.issuer.reachable = True
    guarded.time.now += FAILURE_INTERVAL
    assert (await guarded.post_signed(message(guarded.connector.url, "two")))[0] == 200


EMULATOR = "https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0"


async def test_a_token_as_microsofts_emulator_has_it_is_refused_T19(guarded: World) -> None:
    claims = {"iss": EMULATOR, "ver": "2.0", "azp": APP_ID, "serviceurl": None}
    await refused(guarded, guarded.issuer.token(guarded.issuer.claims(guarded.connector.url, **claims)), 401)


async def test_a_tenant_that_is_not_allowed_is_refused_T20(make_world: MakeWorld) -> None:
    world = await make_world(Settings(APP_ID, "app-password", "t", allowed_tenants=("another-tenant",)))
    assert await world.post_signed(message(world.connector.url, "hi")) == (403, "")
    assert world.session.heard == []


async def test_a_tenant_that_is_allowed_is_answered_T20(make_world: MakeWorld) -> None:
    world = await make_world(Settings(APP_ID, "app-password", "t", allowed_tenants=(TENANT,)))
    assert (await world.post_signed(message(world.connector.url, "hi")))[0] == 200


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.example/ x",
        "https://smba.example/\r\nX-Added: 1",
        "https://smba.example/{conversationId}",
        "https://smba.example/?x",
        "https://smba.example/#x",
        "https://anybody@smba.example/",
        "https://smbä.example/",
        "https://smba.example:99999/",
        "https://smba.example\\.other.example/",
    ],
)
async def test_a_service_url_that_is_no_plain_address_is_refused_whatever_the_token_says(
    guarded: World, url: str
) -> None:
    assert await guarded.post_signed(message(url, "hi")) == (403, "")
    assert guarded.session.heard == []


AUDIENCES = (APP_ID, APP_ID.upper(), f"api://{APP_ID}", f"api://botid-{APP_ID}", f"api://botid-{APP_ID.upper()}")
HEX_ID = "abcdef01-2222-3333-4444-5555aaaabbbb"


@pytest.mark.parametrize("audience", AUDIENCES)
async def test_an_audience_that_names_this_app_in_another_way_is_let_in_T19(guarded: World, audience: str) -> None:
    assert (await guarded.post_signed(message(guarded.connector.url, "hi"), aud=audience))[0] == 200


async def test_an_app_id_may_be_set_in_any_letter_case_T19(make_world: MakeWorld) -> None:
    world = await make_world(replace(WITH_APP_ID, microsoft_app_id=HEX_ID.upper()))
    assert (await world.post_signed(message(world.connector.url, "hi"), aud=HEX_ID))[0] == 200


async def test_a_service_url_may_differ_by_its_last_slash_T19(guarded: World) -> None:
    bare = guarded.connector.url.rstrip("/")
    for claimed, named in ((bare, f"{bare}/"), (f"{bare}/", bare)):
        assert (await guarded.post_signed(message(named, "hi"), serviceurl=claimed))[0] == 200
    assert len(guarded.connector.messages) == 2, "replies arrive either way"
    assert await guarded.post_signed(message(f"{bare}/teams", "hi"), serviceurl=bare) == (403, "")


async def test_a_token_may_say_that_its_content_is_a_token_T19(guarded: World) -> None:
    """And that of Microsoft's bot service names no tenant: the activity does."""
    claims = guarded.issuer.claims(guarded.connector.url)
    token = jwt.encode(claims, make_key("first"), algorithm="RS256", headers={"kid": "first", "cty": "JWT"})
    note(token.rpartition(".")[2])
    assert "tid" not in claims
    assert (await guarded.post(message(guarded.connector.url, "hi"), token))[0] == 200


FOREIGN = "99999999-0000-0000-0000-0000000000ff"


def naming(conversation: str | None, data: str | None) -> dict[str, Any]:
    """A personal chat with a tenant at each place, or at none."""
    where = {
        "id": "a:dana-and-bot",
        "conversationType": "personal",
        **({"tenantId": conversation} if conversation else {}),
    }
    return {"conversation": where, "channelData": {"tenant": {"id": data}} if data else None}


@pytest.mark.parametrize("named", [(TENANT, None), (None, TENANT), (TENANT, TENANT), (TENANT.upper(), TENANT)])
async def test_a_tenant_is_read_wherever_it_stands_T21(make_world: MakeWorld, named: tuple[str, str]) -> None:
    world = await make_world(replace(WITH_APP_ID, allowed_tenants=(TENANT.upper(),)))
    assert (await world.post_signed(message(world.connector.url, "hi", **naming(*named))))[0] == 200
    [heard] = world.session.heard
    assert heard.place.tenant.lower() == TENANT


@pytest.mark.parametrize(
    "named", [(FOREIGN, TENANT), (TENANT, FOREIGN), (FOREIGN, FOREIGN), (FOREIGN, None), (None, None)]
)
async def test_a_foreign_tenant_at_any_place_is_refused_and_so_is_none_T21(
    make_world: MakeWorld, named: tuple[str | None, str | None]
) -> None:
    world = await make_world(replace(WITH_APP_ID, allowed_tenants=(TENANT,)))
    assert await world.post_signed(message(world.connector.url, "hi", **naming(*named))) == (403, "")
    assert world.session.heard == []


async def test_two_tenants_in_one_request_are_refused_where_all_tenants_are_let_in_T21(guarded: World) -> None:
    url = guarded.connector.url
    assert await guarded.post_signed(message(url, "hi", **naming(FOREIGN, TENANT))) == (403, "")
    assert (await guarded.post_signed(message(url, "hi", **naming(None, None))))[0] == 200
    [heard] = guarded.session.heard
    assert heard.place.tenant == ""


async def test_a_member_of_a_shared_channel_may_be_from_another_tenant_T21(guarded: World) -> None:
    where = in_channel()
    where["channelData"]["membershipSource"] = {"sourceType": "team", "tenantId": FOREIGN}
    asked = message(guarded.connector.url, "hi", **where, **{"from": {**DANA, "tenantId": FOREIGN}})
    assert (await guarded.post_signed(asked))[0] == 200
