"""`advisor eval`: the figures of an evaluation, or the changes between two."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from bot.advisor import Advisor
from bot.curation.evaluation import Case, Evaluation, Gold, GoldError, Share, changes, evaluate, read_golds


def read(path: Path) -> list[Gold]:
    """The gold questions in `path`. Exits with code 2 if there are none, or if a line is malformed."""
    try:
        golds = read_golds(path.read_text(encoding="utf-8").splitlines())
    except OSError as error:
        return _fail(f"{path} can't be read: {error.strerror}.")
    except UnicodeDecodeError:
        return _fail(f"{path} is not UTF-8; save it as UTF-8.")
    except GoldError as error:
        return _fail(f"{path}: {error}")
    return golds or _fail(f"{path} holds no questions.")


def run(advisor: Advisor, golds: list[Gold]) -> Evaluation:
    return evaluate(advisor.ask, golds)


def print_figures(evaluation: Evaluation, wrong: int) -> None:
    """The figures, the breakdown by kind and style, and `wrong` of the wrong replies."""
    for name, share in figures(evaluation).items():
        typer.echo(f"{name:20}{_percent(share)}")
    for heading, groups in (
        ("by kind", evaluation.by_kind()),
        ("by style", evaluation.by_style()),
    ):
        typer.echo(heading)
        for name, share in groups.items():
            typer.echo(f"  {name:30}{_percent(share)}")
    latency = f"{evaluation.latency(0.5) * 1000:.2f} ms median, {evaluation.latency(0.99) * 1000:.2f} ms p99"
    typer.echo(f"latency             {latency}")
    for case in [case for case in evaluation.cases if case.fault][:wrong]:
        _print_case(case)


def print_json(evaluation: Evaluation) -> None:
    data: dict[str, object] = {name.replace(" ", "_"): float(share) for name, share in figures(evaluation).items()}
    data["questions"] = len(evaluation.cases)
    data["by_kind"] = {name: float(share) for name, share in evaluation.by_kind().items()}
    data["latency_ms"] = {
        "median": evaluation.latency(0.5) * 1000,
        "p99": evaluation.latency(0.99) * 1000,
    }
    typer.echo(json.dumps(data))


def print_changes(before: Evaluation, after: Evaluation) -> None:
    """The questions whose reply changed, then the figures of both."""
    changed = changes(before, after)
    for change in changed:
        typer.echo(f"{change.effect}: {change.after.gold.question}")
        typer.echo(f"    was: {_summary(change.before)}")
        typer.echo(f"    now: {_summary(change.after)}")
    typer.echo(f"{len(changed)} of {len(after.cases)} questions get another reply")
    olds = figures(before)
    for name, share in figures(after).items():
        typer.echo(f"{name:20}{_percent(olds[name])}  to {_percent(share)}")


def figures(evaluation: Evaluation) -> dict[str, Share]:
    return {
        "right": evaluation.right,
        "found": evaluation.found,
        "false answers": evaluation.false_answers,
        "false verdicts": evaluation.false_verdicts,
        "verdicts left out": evaluation.verdicts_left_out,
        "wrong verdicts": evaluation.wrong_verdicts,
        "needless declines": evaluation.needless_declines,
    }


def _print_case(case: Case) -> None:
    history = "".join(f"{earlier} >> " for earlier in case.gold.history)
    typer.echo(f"- {case.fault}\n    asked: {history}{case.gold.question}\n    got:   {_summary(case)}")


def _summary(case: Case) -> str:
    reply = case.reply
    return " ".join(part for part in (reply.kind, reply.verdict, reply.entry, f"({reply.title})") if part)


def _percent(share: Share) -> str:
    return f"{float(share):7.1%}  ({share.part}/{share.whole})" if share.whole else "      –"


def _fail(text: str) -> list[Gold]:
    typer.echo(text, err=True)
    raise SystemExit(2)
