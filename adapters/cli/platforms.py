"""`advisor slack …` and `advisor teams …`: what the platforms have to be told about the bot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

slack = typer.Typer(help="What Slack has to be told.", no_args_is_help=True)
teams = typer.Typer(help="What Teams has to be told.", no_args_is_help=True)

Url = Annotated[str, typer.Option("--url", help="How the platform reaches the advisor, https://…")]


@slack.command()
def manifest(
    url: Annotated[str, typer.Option("--url", help="How Slack reaches the advisor, https://…")] = "",
    socket: Annotated[bool, typer.Option("--socket", help="For Socket Mode, which needs no address.")] = False,
) -> None:
    """Print the app manifest, filled in."""
    from adapters.slack.manifest import manifest as filled_in
    from adapters.slack.manifest import socket_manifest

    if bool(url) == socket:
        typer.echo("Give --url with the address under which Slack reaches the advisor, or --socket.", err=True)
        raise SystemExit(2)
    typer.echo(socket_manifest() if socket else filled_in(_https(url)), nl=False)


@slack.callback()
def _slack() -> None:
    pass


@teams.command()
def package(
    url: Url,
    app_id: Annotated[str, typer.Option("--app-id", help="The bot's Microsoft app id.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write.")] = Path("security-advisor.zip"),
) -> None:
    """Write the app package to upload."""
    from adapters.settings import read_settings
    from adapters.teams.package import PackageError, write
    from bot.knowledge import load

    phrases = load(read_settings().knowledge).phrases
    try:
        write(_https(url), app_id, out, phrases, prompts=phrases.all("help-examples"))
    except PackageError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(2) from None
    except OSError as error:
        typer.echo(f"{out} can't be written: {error.strerror}.", err=True)
        raise SystemExit(1) from None
    typer.echo(f"Wrote {out}. Upload it in Teams; docs/teams.md says where.")


@teams.callback()
def _teams() -> None:
    pass


def _https(url: str) -> str:
    """The address without a slash at its end. Ends the program where the platform would refuse it."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        typer.echo("--url must be an https address, for instance https://advisor.example.com", err=True)
        raise SystemExit(2)
    return url.rstrip("/")
