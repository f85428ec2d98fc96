"""What `advisor serve` prints at start: which surfaces are on or off, and the link to the workbench."""

from __future__ import annotations

import structlog

from adapters import invocation
from adapters.settings import Settings
from adapters.surface import Surfaces

log = structlog.get_logger(__name__)


def announce(settings: Settings, port: int, surfaces: Surfaces) -> None:
    """Print the announcement, and from then on each new link to the workbench."""
    print(announcement(settings, port, surfaces), flush=True)
    if surfaces.owner_link:
        surfaces.owner_link.on_renewed(lambda path: _print_link(_address(settings, port) + path))


def announcement(settings: Settings, port: int, surfaces: Surfaces) -> str:
    """The text: which surfaces are on or off, how to switch one on, and where to try the advisor."""
    address = _address(settings, port)
    lines = ["", f"The security advisor is running: {address}", ""]
    lines += [f"  {surface.name:9} on" for surface in surfaces.on]
    lines += [f"  {name:9} off. {why}" for name, why in surfaces.off.items()]
    lines += ["", f"Try it now: open {address}/ or, in another terminal: {invocation.command()} chat"]
    if surfaces.owner_link:
        link = address + surfaces.owner_link.path
        lines.append(f"Open the workbench: {link} (works once; the next link is printed here)")
    lines += ["Ctrl+C stops it.", ""]
    return "\n".join(lines)


def _address(settings: Settings, port: int) -> str:
    host = "127.0.0.1" if settings.host in ("", "0.0.0.0") else settings.host  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _print_link(link: str) -> None:
    """Print a new link on the console. It is a secret, so it goes to no log."""
    try:
        print(f"The link to the workbench was used. The next one: {link}", flush=True)
    except OSError as error:
        log.error("server.link_not_shown", error=type(error).__name__)
