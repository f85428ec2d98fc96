"""The pages that need no login: privacy, terms, help."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.web.browser import Browser
from tests.adapters.web.conftest import Web


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/privacy", "forget me"),
        ("/privacy", "24 hours"),
        ("/terms", "Apiiro"),
        ("/help", "reference"),
        ("/support", "reference"),
    ],
)
async def test_privacy_terms_and_help_are_there_without_login(browser: Browser, path: str, said: str) -> None:
    page = await browser.open(path)
    assert browser.status == 200
    assert said in page.text


async def test_every_page_leads_to_them(browser: Browser) -> None:
    page = await browser.open("/")
    assert {"/help", "/privacy", "/terms"} <= {link.attributes.get("href") for link in page.all("a")}


async def test_the_contact_is_named_where_one_is_set(make_web: Any) -> None:
    site: Web = await make_web(security_contact="security@corp.example")
    page = await (await site.browser()).open("/help")
    assert "security@corp.example" in page.text


@pytest.mark.parametrize(
    ("path", "setting"), [("/privacy", "privacy_url"), ("/help", "support_url"), ("/support", "support_url")]
)
async def test_an_operators_own_page_goes_first(make_web: Any, path: str, setting: str) -> None:
    site: Web = await make_web(**{setting: "https://corp.example/own"})
    browser = await site.browser()
    async with browser.http.get(site.url + path, allow_redirects=False) as response:
        assert response.status == 303
        assert response.headers["Location"] == "https://corp.example/own"
