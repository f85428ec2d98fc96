"""A browser without script: keeps cookies, reads a page, presses its buttons and sends its forms over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

import aiohttp

from tests.overheard import note

VOID = {"meta", "link", "img", "input", "br", "hr", "path", "rect", "line", "circle"}
BLOCKS = {"p", "li", "div", "h1", "h2", "h3", "td", "th", "tr", "button", "legend", "summary", "label", "article"}

Pairs = list[tuple[str, str]]


@dataclass
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def all(self, tag: str = "", **attributes: str) -> Iterator[Element]:
        """This element and those in it, in order: with this tag, and a class (`of`) or other attributes."""
        of = attributes.pop("of", "")
        wanted = (not tag or self.tag == tag) and all(
            self.attributes.get(key) == value for key, value in attributes.items()
        )
        if wanted and (not of or of in self.attributes.get("class", "").split()):
            yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.all(tag, **attributes, **({"of": of} if of else {}))

    def one(self, tag: str = "", **attributes: str) -> Element:
        found = next(self.all(tag, **attributes), None)
        assert found is not None, f"there is no {tag} {attributes}"
        return found

    @property
    def text(self) -> str:
        parts = (child if isinstance(child, str) else child.text for child in self.children)
        return "".join(parts) + ("\n" if self.tag in BLOCKS else "")

    @property
    def label(self) -> str:
        """The label of a button, without its hint."""
        named = next(self.all("span"), self)
        return named.text.strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(html: str) -> Element:
    """The page as a tree. Fails where an element is not closed."""
    reader = _Reader()
    reader.feed(html)
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is not closed"
    return reader.open[0]


def filled(form: Element, values: Mapping[str, Sequence[str]] | None = None) -> Pairs:
    """The fields that a browser submits with `form`, with `values` (by name) in place of its defaults."""
    values = values or {}
    pairs: Pairs = []
    for one in form.all():
        name = one.attributes.get("name", "")
        if one.tag not in ("input", "textarea", "select") or not name or name in values:
            continue
        if one.attributes.get("type") in ("radio", "checkbox") and "checked" not in one.attributes:
            continue
        pairs.append((name, one.text if one.tag == "textarea" else one.attributes.get("value", "")))
    return pairs + [(name, value) for name, given in values.items() for value in given]


class Browser:
    """One person's browser."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.page = Element("")
        self.status = 0
        self.last: tuple[str, Pairs] = ("", [])

    async def close(self) -> None:
        await self.http.close()

    async def open(self, path: str) -> Element:
        async with self.http.get(self.url + path) as response:
            self.status = response.status
            self.page = read(await response.text())
        return self.page

    async def send(self, action: str, pairs: Pairs) -> Element:
        """Post a form, and follow to the page that it leads to."""
        self.last = (action, pairs)
        note(*(value for _, value in pairs))
        data = aiohttp.FormData(pairs)
        async with self.http.post(self.url + action, data=data) as response:
            self.status = response.status
            self.page = read(await response.text())
        return self.page

    async def submit(self, form: Element, values: Mapping[str, Sequence[str]] | None = None) -> Element:
        return await self.send(form.attributes["action"], filled(form, values))

    async def say(self, text: str) -> Element:
        if not list(self.page.all("form", id="ask")):
            await self.open("/")
        return await self.submit(self.page.one("form", id="ask"), {"text": [text]})

    async def press(self, label: str, within: Element | None = None) -> Element:
        """The button with this label, in what was said last (or `within` something)."""
        within = within or self.latest
        for form in within.all("form"):
            for button in form.all("button"):
                if button.label == label and "name" in button.attributes:
                    pressed = (button.attributes["name"], button.attributes.get("value", ""))
                    return await self.send(form.attributes["action"], [*filled(form), pressed])
        raise AssertionError(f"no button {label!r} in {within.text}")

    @property
    def latest(self) -> Element:
        return self.page.one("div", id="latest")
