"""The commands. Each imports what it needs when it runs, so that `advisor ask` starts quickly."""

from __future__ import annotations

import gc
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from adapters import __version__, invocation
from adapters.cli import moving, platforms
from adapters.settings import Settings, SettingsError, read_settings

app = typer.Typer(
    name="advisor",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(platforms.slack, name="slack")
app.add_typer(platforms.teams, name="teams")
app.command("export")(moving.export)
app.command("import")(moving.import_)

Knowledge = Annotated[
    Path | None,
    typer.Option("--knowledge", metavar="DIR", help="The knowledge folder to use instead of the shipped one."),
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
    """Answers questions from a knowledge folder, and shows the source of each answer."""


class Export(StrEnum):
    """Export formats of a recommendation."""

    MARKDOWN = "markdown"
    JSON = "json"


def main() -> None:
    """The entry point. Errors in the input are explained on standard error, with exit code 1 or 2."""
    from adapters.cli import failing
    from bot.knowledge.problems import KnowledgeError

    gc.set_threshold(100_000)  # loading makes many objects that stay; searching them for garbage takes half a second
    try:
        app()
    except (KnowledgeError, SettingsError) as error:
        lines, code = failing.explained(error)
        fail("\n".join(lines), code)
    except BrokenPipeError:  # the reader of our output ended, as `head` does
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
    """Talk to the advisor in the terminal."""
    from adapters.cli import asking, chatting

    chatting.chat(asking.load(settings(knowledge)))


@app.command()
def triage(
    replay: Annotated[
        Path | None, typer.Option("--replay", metavar="RECORD.json", help="Show what a saved record recommends.")
    ] = None,
    export: Annotated[
        Export | None, typer.Option("--export", help="Write the recommendation to standard output in this format.")
    ] = None,
    knowledge: Knowledge = None,
) -> None:
    """Run the guided dialogue, which ends with a recommendation."""
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
    from bot.learning.freshness import is_behind
    from bot.reader.manifest import ReaderError

    folder = settings(knowledge).knowledge
    problems = problems_in(folder)
    for problem in problems:
        typer.echo(str(problem))
    if problems:
        fail(f"{_count(len(problems), 'error')} in {folder}", 1)
    typer.echo(f"{folder}: no errors")
    try:
        behind = is_behind(folder)
    except ReaderError as error:
        fail(str(error), 1)
    if behind:
        typer.echo(
            "The examples have changed since the reader was learnt. It answers all the same; make learn learns it anew"
        )


@app.command()
def learn(
    work: Annotated[Path, typer.Option("--work", metavar="DIR", help="Where checkpoints are kept.")] = Path(".learn"),
    epochs: Annotated[int | None, typer.Option("--epochs", min=1, help="Times that every example is seen.")] = None,
    onward: Annotated[bool, typer.Option("--onward", help="Go on from the reader that is there: quicker.")] = False,
    knowledge: Knowledge = None,
) -> None:
    """Learn the reader of a knowledge folder from its examples; goes on where it was stopped."""
    from adapters.cli import learning

    learning.learn(settings(knowledge).knowledge, work, epochs or 0, onward=onward)


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is new or empty.")]) -> None:
    """Write a small knowledge folder with comments, to begin with."""
    from adapters.cli import starting

    try:
        starting.create(folder)
    except starting.FolderInUse as error:
        fail(str(error), 2)
    except OSError as error:
        fail(f"{folder} can't be written: {error.strerror or 'input error'}.", 1)
    starting.say_what_is_next(folder)


@app.command(name="eval")
def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help="Questions with the expected replies.")],
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
    yaml: Annotated[bool, typer.Option("--yaml", help="Print YAML that answers each group.")] = False,
    knowledge: Knowledge = None,
) -> None:
    """List unanswered questions, grouped by similarity."""
    from adapters import logs
    from adapters.cli import asking
    from adapters.cli import gaps as unanswered
    from bot.service.ports import StoreUnavailable

    logs.to_stderr()
    given = settings(knowledge)
    try:
        unanswered.show(asking.load(given), given.database_url.get_secret_value(), yaml=yaml)
    except StoreUnavailable:
        prepares = f"{invocation.command()} migrate prepares it."
        fail(f"The database does not answer, or holds nothing yet. Check DATABASE_URL; {prepares}", 1)


@app.command()
def serve(knowledge: Knowledge = None) -> None:
    """Serve every configured surface on one port."""
    from adapters.cli import failing

    with failing.in_the_form_of_the_log():
        from adapters.server import run

        run(settings(knowledge))


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Look at settings, tokens, database, clock, disk and knowledge. Exits with 0: ok, 1: to look at, 2: wrong."""
    from adapters import logs
    from adapters.cli import examining

    logs.to_stderr()
    raise SystemExit(examining.show(examining.findings(), as_json=as_json))


@app.command()
def posts(
    stale: Annotated[bool, typer.Option("--stale", help="Only posts whose answer has changed since.")] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Update stale posts in place.")] = False,
    knowledge: Knowledge = None,
) -> None:
    """List what was posted in channels."""
    from adapters import logs
    from adapters.cli import posted

    logs.to_stderr()
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
    """Migrate the database to the schema of this version."""
    from sqlalchemy.exc import SQLAlchemyError

    from adapters import logs
    from adapters.cli import asking
    from adapters.database import migrate as upgrade
    from adapters.database import state

    logs.to_stderr()
    given = settings(None)
    url = given.database_url.get_secret_value()
    try:
        # Earlier versions stored unanswered questions with names in them; the knowledge tells names from words.
        without_names = asking.load(given).without_names if state(url) == "behind" else None
        upgrade(url, without_names)
    except (SQLAlchemyError, OSError, ValueError) as error:
        fail(f"The database did not take the migration ({type(error).__name__}). Check DATABASE_URL.", 1)
    typer.echo("The database is at the schema of this version.")


def settings(knowledge: Path | None) -> Settings:
    """The settings, with `knowledge` as the folder if given. Raises SettingsError, also if there is no folder."""
    given = read_settings() if knowledge is None else read_settings(knowledge=knowledge)
    if not given.knowledge.is_dir():
        name = "KNOWLEDGE_DIR" if knowledge is None else "--knowledge"
        raise SettingsError([f"{name}: {given.knowledge} is not a folder; name one that holds answers/*.yaml."])
    return given


def fail(text: str, code: int) -> NoReturn:
    """Print `text` on standard error and exit with `code`."""
    typer.echo(text, err=True)
    raise SystemExit(code)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
