"""What people see who open the server's address while there is no page to talk on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from aiohttp import web

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The security advisor is running</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; color-scheme: light dark }}
dt {{ font-weight: 600; margin-top: .75rem }} dd {{ margin: 0 }}
</style>
<h1>The security advisor is running</h1>
<p>Talk to it in the terminal with <code>advisor chat</code>, or by a way in that is open:</p>
<dl>{doors}</dl>
</html>
"""  # noqa: E501


class StartPage:
    """`open`: names of the open doors; `shut`: why each of the others stays shut."""

    def __init__(self, shut: Mapping[str, str], open: Sequence[str]) -> None:
        rows = [(name, "open") for name in open] + [(name, f"shut. {why}") for name, why in shut.items()]
        doors = "".join(f"<dt>{escape(name.title())}</dt><dd>{escape(how)}</dd>" for name, how in rows)
        self._page = PAGE.format(doors=doors)

    async def handle(self, request: web.Request) -> web.Response:
        return web.Response(text=self._page, content_type="text/html")
