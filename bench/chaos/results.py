"""The results of rounds: a line of JSON for each, so that runs add up."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.chaos.round import Result
from bench.measure import table

KINDS = ("lost", "crossed", "doubled", "untold")


def add(file: Path, result: Result) -> str:
    """Append a round. Where something was violated, its history is written beside the file. Returns a line on it."""
    violations = [asdict(one) for one in result.verdict.violations]
    line = {
        **asdict(result.case),
        "kills": result.kills,
        "faults": dict(result.faults),
        "counts": dict(result.verdict.counts),
        "violations": violations,
    }
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(line) + "\n")
    if violations:
        found = {**line, "history": asdict(result.history)}
        (file.parent / f"history-{result.case.seed}.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    return f"{result.kills} kills, {sum(result.faults.values())} faults, {dict(result.verdict.counts)}, {violations}"


def read(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def total(file: Path, what: str) -> int:
    """Of kills or faults."""
    return sum(_number(line[what]) for line in read(file))


def violations(file: Path) -> int:
    return sum(len(line["violations"]) for line in read(file))


def report(file: Path) -> str:
    """What was injected and survived, by platform and database."""
    cells: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for line in read(file):
        cells[f"{line['platform']}, {line['database']}"].append(line)
    lines = [line for cell in cells.values() for line in cell]
    header = ("", "kills", "faults", "acknowledged", "posts", *KINDS, "doubled, and told", "not answered, and told")
    rows = [_row(name, cell) for name, cell in sorted(cells.items())] + [_row("all", lines)]
    faults: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        for name, count in line["faults"].items():
            faults[name][line["platform"].split()[0]] += count
    kinds = [[name, str(by["Slack"]), str(by["Teams"])] for name, by in sorted(faults.items())]
    return "\n\n".join([table(header, rows), table(("fault", "Slack", "Teams"), kinds)])


def _row(name: str, lines: list[Mapping[str, Any]]) -> list[str]:
    counts: Counter[str] = Counter()
    for line in lines:
        counts.update(line["counts"])
    wrong = Counter(one["kind"] for line in lines for one in line["violations"])
    numbers = [
        sum(line["kills"] for line in lines),
        sum(_number(line["faults"]) for line in lines),
        counts["questions acknowledged"],
        counts["posts confirmed"],
        *(wrong[kind] for kind in KINDS),
        counts["doubled, and told"],
        counts["not answered, and told"],
    ]
    return [name, *map(str, numbers)]


def _number(value: Any) -> int:
    return sum(value.values()) if isinstance(value, dict) else int(value)
