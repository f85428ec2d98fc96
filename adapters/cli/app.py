"""The commands of the program. Each loads what it needs when it runs, so that `advisor ask` stays small and quick."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from adapters import __version__, invocation
from adapters.cli import platforms
from adapters.settings import Settings, SettingsError, read_settings

app = typer.Typer(
    name="advisor",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(platforms.slack, name="slack")
app.add_typer(platforms.teams, name="teams")

Knowledge = Annotated[
    Path | None, typer.Option("--knowledge", metavar="DIR", help="Another knowledge folder than our own.")
]


def _print_version(asked: bool) -> None:
    if not asked:
        return
    from bot.knowledge import KnowledgeError, load

    folder = settings(None).knowledge
    try:
        knowledge = load(folder).version
    except KnowledgeError:
        knowledge = f"can't be read; see {invocation.command()} check"
    typer.echo(f"advisor {__version__}, knowledge {knowledge} in {folder}")
    raise typer.Exit


@app.callback()
def _advisor(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the versions of program and knowledge."
        ),
    ] = False,
) -> None:
    """Answers questions from a checked knowledge folder, and shows where each answer comes from."""


class Export(StrEnum):
    """What a recommendation can be written out as."""

    MARKDOWN = "markdown"
    JSON = "json"


def main() -> None:
    """The entry point. Whatever is wrong with what was given is told in words, with exit code 1 or 2."""
    from bot.knowledge.problems import KnowledgeError

    try:
        app()
    except KnowledgeError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        fail(f"The knowledge folder has {_count(len(error.problems), 'error')}; mend them and run this again.", 1)
    except SettingsError as error:
        fail("\n".join(error.problems), 2)
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stderr.close()
        sys.exit(0)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="What you want to know, in quotes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show how the question was read and decided.")] = False,
    batch: Annotated[bool, typer.Option("--batch", help="Read JSON Lines (q, history) from standard input.")] = False,
    knowledge: Knowledge = None,
) -> None:
    """Answer one question, or a batch of them."""
    from adapters.cli import asking

    if batch == bool(question):
        fail(f'Give one question in quotes, or --batch. For instance: {invocation.command()} ask "What is RASP?"', 2)
    advisor = asking.load(settings(knowledge))
    if batch:
        asking.answer_batch(advisor, sys.stdin.buffer)
    else:
        asking.answer(advisor, question or "", as_json=as_json, explain=explain)


@app.command()
def chat(knowledge: Knowledge = None) -> None:
    """Talk to the advisor here in the terminal."""
    from adapters.cli import asking, chatting

    chatting.chat(asking.load(settings(knowledge)))


@app.command()
def triage(
    replay: Annotated[
        Path | None, typer.Option("--replay", metavar="RECORD.json", help="Show what a kept record recommends.")
    ] = None,
    export: Annotated[
        Export | None, typer.Option("--export", help="Write the recommendation to standard output in this format.")
    ] = None,
    knowledge: Knowledge = None,
) -> None:
    """A few questions that lead to a recommendation, here in the terminal."""
    from adapters.cli import asking, triaging

    advisor = asking.load(settings(knowledge))
    write = None if export is None else {Export.JSON: triaging.as_json, Export.MARKDOWN: triaging.as_markdown}[export]
    if replay is not None:
        triaging.replay(advisor, replay, write or triaging.as_text)
    elif advisor.knowledge.triage is None:
        fail("This knowledge folder has no triage.yaml, so there are no questions to ask.", 1)
    else:
        triaging.walk(advisor, write)


@app.command()
def check(knowledge: Knowledge = None) -> None:
    """Check a knowledge folder: every error with its file and line."""
    from bot.knowledge import check as problems_in

    folder = settings(knowledge).knowledge
    problems = problems_in(folder)
    for problem in problems:
        typer.echo(str(problem))
    if problems:
        fail(f"{_count(len(problems), 'error')} in {folder}", 1)
    typer.echo(f"{folder}: no errors")


@app.command(name="eval")
def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help="Questions with what a right reply is.")],
    against: Annotated[
        Path | None, typer.Option("--against", metavar="DIR", help="Compare with another knowledge folder.")
    ] = None,
    wrong: Annotated[int, typer.Option("--wrong", metavar="N", help="Show N of the wrong replies.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
    knowledge: Knowledge = None,
) -> None:
    """Score the advisor on gold questions: accuracy and latency."""
    from adapters.cli import asking, evaluating

    golds = evaluating.read(gold)
    evaluation = evaluating.run(asking.load(settings(knowledge)), golds)
    if against is not None:
        before = evaluating.run(asking.load(settings(against)), golds)
        evaluating.print_changes(before, evaluation)
    elif as_json:
        evaluating.print_json(evaluation)
    else:
        evaluating.print_figures(evaluation, wrong)


@app.command()
def gaps(
    yaml: Annotated[bool, typer.Option("--yaml", help="With a new entry, or phrasings, for each group.")] = False,
    knowledge: Knowledge = None,
) -> None:
    """What people asked in vain, grouped by likeness."""
    from adapters.cli import asking
    from adapters.cli import gaps as in_vain
    from bot.service.ports import StoreUnavailable

    given = settings(knowledge)
    try:
        in_vain.show(asking.load(given), given.database_url.get_secret_value(), yaml=yaml)
    except StoreUnavailable:
        prepares = f"{invocation.command()} migrate prepares it."
        fail(f"The database does not answer, or holds nothing yet. Check DATABASE_URL; {prepares}", 1)


@app.command()
def serve(knowledge: Knowledge = None) -> None:
    """Run everything that is configured, on one port."""
    from adapters.server import ServeError, run

    try:
        run(settings(knowledge))
    except ServeError as error:
        fail(str(error), 1)


@app.command()
def posts(
    stale: Annotated[bool, typer.Option("--stale", help="Only those whose entry reads differently now.")] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Bring stale posts up to date in place.")] = False,
    knowledge: Knowledge = None,
) -> None:
    """List what was posted in channels."""
    from adapters.cli import posted

    given = settings(knowledge)
    try:
        if refresh:
            posted.refresh(given)
        else:
            posted.show(given, only_stale=stale)
    except posted.DatabaseUnavailable as error:
        fail(str(error), 1)


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from sqlalchemy.exc import SQLAlchemyError

    from adapters.cli import asking
    from adapters.database import migrate as bring_up
    from adapters.database import state

    given = settings(None)
    url = given.database_url.get_secret_value()
    try:
        # What was asked in vain may hold names that earlier versions kept: the knowledge tells them from words.
        without_names = asking.load(given).without_names if state(url) == "behind" else None
        bring_up(url, without_names)
    except (SQLAlchemyError, OSError, ValueError) as error:
        fail(f"The database did not take the migration ({type(error).__name__}). Check DATABASE_URL.", 1)
    typer.echo("The database is at the schema of this version.")


def settings(knowledge: Path | None) -> Settings:
    """The settings with the folder that was named, if one was. A folder that is not there ends the program."""
    given = read_settings() if knowledge is None else read_settings(knowledge=knowledge)
    if not given.knowledge.is_dir():
        fail(f"{given.knowledge} is not a folder; name one that holds answers/*.yaml with --knowledge DIR.", 2)
    return given


def fail(text: str, code: int) -> NoReturn:
    """End with `text` on standard error."""
    typer.echo(text, err=True)
    raise SystemExit(code)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
