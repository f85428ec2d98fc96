"""Strange inputs until there were enough of them.

`python -m fuzz [--inputs N] [--minutes M] [--processes P] [--seed S]`

Each round adds a line to the file of figures, so that runs add up and one that is stopped is not lost. A case that
fails is written down: `python -m fuzz --case FILE` tries it again.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fuzz.kinds import kinds
from fuzz.rounds import Kind, Tally, replay, run_round

FIGURES, CASES = "figures.jsonl", "cases"
ENOUGH = 3  # rounds of a kind that fail, before it is left


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="inputs of all processes together")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many minutes")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1, help="of the first process; each further one has the next")
    names = [kind.name for kind in kinds()]
    parser.add_argument(
        "--kind", action="append", choices=names, metavar="KIND", help="of this kind alone, or of these"
    )
    parser.add_argument("--out", type=Path, default=Path(".fuzz"), help="the folder for figures and cases")
    parser.add_argument("--case", type=Path, help="try a case that was written down")
    parser.add_argument("--show", action="store_true", help="print the figures of all runs so far")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    if given.case:
        name, one = ast.literal_eval(given.case.read_text(encoding="utf-8").partition("\n")[0])
        replay(next(kind for kind in kinds() if kind.name == name), one)
        print("It does no harm any more.")
        return
    if not given.show:
        others = [_other(given, number) for number in range(1, given.processes)]
        try:
            _run(given, given.inputs // given.processes)
            for other in others:
                other.wait()
        finally:
            for other in others:
                other.terminate()
    rounds = [json.loads(line) for line in (given.out / FIGURES).read_text(encoding="utf-8").splitlines()]
    print(report(rounds))
    sys.exit(any(one["fault"] for one in rounds))


def _other(given: argparse.Namespace, number: int) -> subprocess.Popen[bytes]:
    options = ["--inputs", str(given.inputs // given.processes), "--minutes", str(given.minutes)]
    options += ["--seed", str(given.seed + number), "--out", str(given.out)]
    options += [part for name in given.kind or () for part in ("--kind", name)]
    return subprocess.Popen([sys.executable, "-m", "fuzz", *options], stdout=subprocess.DEVNULL)


def _run(given: argparse.Namespace, inputs: int) -> None:
    """Rounds of the kind that is furthest behind its share, until there were so many inputs."""
    chosen = [kind for kind in kinds() if not given.kind or kind.name in given.kind]
    whole = sum(kind.share for kind in chosen)
    done: Counter[str] = Counter()
    ends, number = time.monotonic() + given.minutes * 60, 0
    faults: Counter[str] = Counter()
    while chosen and done.total() < inputs and time.monotonic() < ends:
        kind = max(chosen, key=lambda one: one.share / whole * (done.total() + 1) - done[one.name])
        tally = run_round(kind, given.seed * 1_000_000 + number, given.out / CASES)
        number += 1
        done[kind.name] += tally.inputs
        with (given.out / FIGURES).open("a", encoding="utf-8") as figures:
            figures.write(json.dumps(vars(tally)) + "\n")
        print(f"{done.total():>9,} {_line(kind, tally)}", flush=True)
        faults[kind.name] += bool(tally.fault)
        if faults[kind.name] >= ENOUGH:  # it would fail again and again
            chosen.remove(kind)


def _line(kind: Kind, tally: Tally) -> str:
    speed = tally.inputs / max(tally.seconds, 1e-9)
    said = f"{kind.name}: {tally.inputs:,} at {speed:,.0f}/s, at most {tally.most:.0%} of the bound"
    return said + (f"  FAULT {tally.fault} ({tally.case})" if tally.fault else "")


def report(rounds: Sequence[dict[str, Any]]) -> str:
    """A table of all rounds by kind."""
    lines = ["| kind | inputs | what became of them | most of the bound | faults |", "|---|--:|---|--:|--:|"]
    for kind in kinds():
        of = [one for one in rounds if one["kind"] == kind.name]
        became: Counter[str] = sum((Counter(one["became"]) for one in of), Counter())
        shown = ", ".join(f"{name} {count / became.total():.0%}" for name, count in became.most_common(4))
        most = max((one["most"] for one in of), default=0.0)
        faults = sum(bool(one["fault"]) for one in of)
        lines.append(f"| {kind.name} | {sum(one['inputs'] for one in of):,} | {shown} | {most:.0%} | {faults} |")
    total, faults = sum(one["inputs"] for one in rounds), sum(bool(one["fault"]) for one in rounds)
    counted = sum(one["counted"] for one in rounds)
    return "\n".join([*lines, "", f"{total:,} inputs, {faults} faults; the calls of {counted:,} of them were counted."])


if __name__ == "__main__":
    main()
