"""`advisor slack …` and `advisor teams …`: the files that register the bot with the platforms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bot.domain.phrases import Phrases

slack = typer.Typer(help="Set up the Slack app.", no_args_is_help=True)
teams = typer.Typer(help="Set up the Teams app.", no_args_is_help=True)

Knowledge = Annotated[
    Path | None,
    typer.Option("--knowledge", metavar="DIR", help="The knowledge folder to use instead of the shipped one."),
]
Url = Annotated[str, typer.Option("--url", help="The public address of the advisor, https://…")]


@slack.command()
def manifest(
    url: Annotated[str, typer.Option("--url", help="The public address of the advisor, https://…")] = "",
    socket: Annotated[bool, typer.Option("--socket", help="For Socket Mode, which needs no address.")] = False,
    assistant: Annotated[
        bool, typer.Option("--assistant", help="For an app that is an assistant already; Slack makes no new ones.")
    ] = False,
    step: Annotated[
        bool, typer.Option("--workflow-step", help="With the step for Workflow Builder, which needs a paid plan.")
    ] = False,
    knowledge: Knowledge = None,
) -> None:
    """Print the app manifest."""
    from adapters.slack.manifest import Kind, socket_manifest
    from adapters.slack.manifest import manifest as filled_in

    if bool(url) == socket:
        typer.echo("Give --url with the public address of the advisor, or --socket.", err=True)
        raise SystemExit(2)
    say = _phrases(knowledge)
    kind: Kind = "assistant" if assistant else "agent"
    typer.echo(
        socket_manifest(say, kind, step=step) if socket else filled_in(_https(url), say, kind, step=step), nl=False
    )


@slack.callback()
def _slack() -> None:
    pass


@teams.command()
def package(
    url: Url,
    app_id: Annotated[str, typer.Option("--app-id", help="The bot's Microsoft app id.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write.")] = Path("security-advisor.zip"),
    knowledge: Knowledge = None,
) -> None:
    """Write the app package, to be uploaded in Teams."""
    from adapters.teams.package import PackageError, write

    phrases = _phrases(knowledge)
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


def _phrases(folder: Path | None) -> Phrases:
    """Those of the knowledge in `folder`, else of the configured one."""
    from adapters.settings import read_settings
    from bot.knowledge import load

    return load((read_settings() if folder is None else read_settings(knowledge=folder)).knowledge).phrases


def _https(url: str) -> str:
    """`url` without trailing slash. Exits with code 2 if it is no https address."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        typer.echo("--url must be an https address, for instance https://advisor.example.com", err=True)
        raise SystemExit(2)
    return url.rstrip("/")
