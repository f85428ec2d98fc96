"""What keeps the page and the workbench safe."""

from __future__ import annotations

import re

import pytest
from multidict import MultiDict, MultiDictProxy
from yarl import URL

from adapters.web.pages.conversation import MOST_FIELDS, _sent
from tests.adapters.web.browser import Browser
from tests.adapters.web.conftest import Web


@pytest.mark.parametrize("token", ["", "0" * 32])
async def test_a_form_that_was_not_drawn_for_this_visitor_is_refused_with_the_remedy(
    browser: Browser, token: str
) -> None:
    page = await browser.send("/say", [("text", "what is SAST?"), ("token", token)])
    assert browser.status == 403
    assert "Send it again" in page.text
    assert not list((await browser.open("/")).all("p", of="said"))
    await browser.say("what is SAST?")
    for path in ("/start-over", "/start-over/undo"):
        await browser.send(path, [("token", token)])
        assert len(list(browser.page.all("p", of="said"))) == 1, path


async def test_of_a_form_that_was_not_drawn_for_this_visitor_only_what_was_typed_is_offered_again(
    browser: Browser,
) -> None:
    await browser.say("what is SAST?")
    for text in ("", "what is DAST?"):
        page = await browser.send("/say", [("command", "forget me"), ("text", text), ("token", "0" * 32)])
        assert browser.status == 403
        assert [form.one("textarea").text for form in page.all("form", id="again")] == ([text] if text else [])
        assert not list(page.all("input", name="command"))


async def test_a_form_with_another_visitors_token_is_refused(browser: Browser, site: Web) -> None:
    other = await site.browser()
    stolen = (await other.open("/")).one("input", name="token").attributes["value"]
    await browser.send("/say", [("text", "what is SAST?"), ("token", stolen)])
    assert browser.status == 403


@pytest.mark.parametrize(
    "path", ["/", "/static/site.css", "/static/nothing.css", "/reply/" + "0" * 32, "/nothing", "/a/b"]
)
async def test_every_response_forbids_what_is_not_ours(browser: Browser, path: str) -> None:
    async with browser.http.get(browser.url + path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy and "http" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        kept = response.headers["Cache-Control"]
        assert ("immutable" in kept) if path == "/static/site.css" else kept == "no-store"


@pytest.mark.parametrize("site_of_the_form", ["cross-site", "same-site"])
async def test_a_form_on_another_site_is_refused_even_with_a_stolen_token(
    browser: Browser, site_of_the_form: str
) -> None:
    token = browser.page.one("input", name="token").attributes["value"]
    for path in ("/say", "/start-over", "/workbench/enter", "/workbench/leave"):
        async with browser.http.post(
            browser.url + path, data={"token": token, "text": "help"}, headers={"Sec-Fetch-Site": site_of_the_form}
        ) as response:
            assert response.status == 403
            assert "did not come from this page" in await response.text()


async def test_what_cannot_be_read_as_a_form_is_a_bad_request(browser: Browser) -> None:
    for kind in ("application/x-www-form-urlencoded; charset=none-such", "multipart/form-data"):
        async with browser.http.post(browser.url + "/say", data=b"\xff", headers={"Content-Type": kind}) as response:
            assert response.status == 400


async def test_what_leads_on_after_a_form_is_kept_by_nobody(browser: Browser) -> None:
    token = browser.page.one("input", name="token").attributes["value"]
    async with browser.http.post(browser.url + "/start-over", data={"token": token}, allow_redirects=False) as response:
        assert (response.status, response.headers["Cache-Control"]) == (303, "no-store")
        assert "visitor=" in response.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2fdoor.py",
        "/static/%2e%2e%2fdoor.py",
        "/static/site.css%00",
        "/static/..%5cdoor.py",
        "/static/..",
        "/static/%2e%2e",
    ],
)
async def test_only_the_pages_own_files_are_served(browser: Browser, path: str) -> None:
    async with browser.http.get(URL(browser.url + path, encoded=True)) as response:
        assert response.status == 404


async def test_nothing_is_inline_and_nothing_comes_from_elsewhere(browser: Browser) -> None:
    await browser.say("compare")
    for page in (await browser.open("/"), await browser.open("/?view=platforms")):
        for element in page.all():
            assert not any(name.startswith("on") or name == "style" for name in element.attributes), element
            for name in ("src", "href", "action"):
                assert re.match(r"$|[/#]", element.attributes.get(name, "")), element
        assert all("src" in script.attributes for script in page.all("script"))
        assert not list(page.all("style"))


async def test_the_cookie_is_for_this_site_alone_and_hidden_from_scripts(browser: Browser, site: Web) -> None:
    fresh = await site.browser()
    async with fresh.http.get(site.url) as response:
        cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    async with browser.http.get(site.url, headers={"X-Forwarded-Proto": "https"}) as response:
        cookie = response.headers["Set-Cookie"]
        assert cookie.startswith("__Host-visitor=") and "Secure" in cookie and "Domain" not in cookie
        assert "max-age" in response.headers["Strict-Transport-Security"]


async def test_too_large_a_message_is_refused_in_words(browser: Browser) -> None:
    token = browser.page.one("input", name="token").attributes["value"]
    page = await browser.send("/say", [("token", token), ("text", "a" * 3_000_000)])
    assert browser.status == 413
    assert "too large" in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-www-form-urlencoded; charset=nonsense"},
        {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"},
        {"Content-Type": "multipart/form-data"},
        {"Content-Type": "multipart/form-data; boundary=x"},
    ],
    ids=str,
)
async def test_a_form_that_cannot_be_read_is_refused_in_words(browser: Browser, headers: dict[str, str]) -> None:
    async with browser.http.post(f"{browser.url}/say", data=b"token=\xff\r\n--", headers=headers) as response:
        assert response.status in (400, 403)
        assert "Load the page again" in await response.text()


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded; charset=punycode", "multipart/form-data; boundary=x"]
)
async def test_a_form_in_an_encoding_that_is_slow_to_decode_is_refused_unread(browser: Browser, kind: str) -> None:
    """Python's punycode takes the square of the text's length, in one go, and everybody waits for it."""
    field = "--x\r\nContent-Disposition: form-data; name=token\r\n\r\n{}\r\n--x--\r\n"
    token = browser.page.one("input", name="token").attributes["value"]
    for body in (f"token={token}&text=help", field.format(token)):
        async with browser.http.post(browser.url + "/say", data=body, headers={"Content-Type": kind}) as response:
            assert response.status == 400
            assert "Load the page again" in await response.text()


async def test_of_a_form_with_fields_without_end_the_first_are_read(browser: Browser, site: Web) -> None:
    """Each is looked through for secrets, which takes its time."""
    form = [(f"field:f{number % 3}", str(number)) for number in range(5000)]
    said = _sent(MultiDictProxy(MultiDict([("command", "about"), *form])))
    assert sum(len(values) for _, values in said.fields) == MOST_FIELDS
    assert said.fields[1] == ("f1", tuple(str(number) for number in range(1, MOST_FIELDS, 3)))
    token = browser.page.one("input", name="token").attributes["value"]
    await browser.send("/say", [("token", token), ("command", "about"), *form[:500]])
    assert browser.status == 200 and browser.latest.text
