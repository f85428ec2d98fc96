"""What `advisor serve` says at start: which surfaces are on or off, and how to log in to the workbench. On the console;
with LOG_FORMAT=json in the log, where the link to the workbench, a secret, is left out."""

from __future__ import annotations

import structlog

from adapters import __version__, invocation
from adapters.settings import Settings
from adapters.surface import Surfaces

log = structlog.get_logger(__name__)


def announce(settings: Settings, port: int, surfaces: Surfaces) -> None:
    """Say it, and from then on each new link to the workbench."""
    if settings.log_format == "json":
        _log_announcement(settings, port, surfaces)
        return
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


def _log_announcement(settings: Settings, port: int, surfaces: Surfaces) -> None:
    log.info("server.started", address=_address(settings, port), version=__version__)
    for surface in surfaces.on:
        log.info("server.surface_on", surface=surface.name)
    for name, why in surfaces.off.items():
        log.info("server.surface_off", surface=name, remedy=why)
    if not settings.workbench_password.get_secret_value():
        log.info(
            "server.workbench_closed",
            remedy="set WORKBENCH_PASSWORD to log in, or LOG_FORMAT=text to have a link on the console",
        )


def _address(settings: Settings, port: int) -> str:
    host = "127.0.0.1" if settings.host in ("", "0.0.0.0") else settings.host  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _print_link(link: str) -> None:
    """Print a new link on the console. It is a secret, so it goes to no log."""
    try:
        print(f"The link to the workbench was used. The next one: {link}", flush=True)
    except OSError as error:
        log.error("server.link_not_shown", error=type(error).__name__)
