"""`python -m bench.chaos [--kills 1000] [--faults 1000] [--seed 1] [--lanes 1] [--results FILE]`

Runs rounds over Slack and Teams, SQLite and PostgreSQL, one process and several, until the file of results holds so
many kills and faults; a run that was interrupted goes on where it was. The exit code is 1 where the checker found
anything: the history of that round is then a file beside the results.
"""

from __future__ import annotations

import argparse
import asyncio
import atexit
import itertools
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from adapters.database import migrate
from bench.chaos import results
from bench.chaos.databases import postgresql_server
from bench.chaos.round import Case, Place, run
from bench.chaos.servers import warm_up

PLATFORMS = ("Slack", "Teams", "Slack by websocket", "Teams")
DATABASES = ("PostgreSQL", "SQLite")
KILLS = 30  # in a round
LANE = 100_000  # from the seed of one lane to that of the next


def cases(seed: int, kills: int) -> list[Case]:
    """One of each kind, in any order. Several processes share a database of either kind."""
    found = [
        Case(platform, database, processes, kills, seed + number)
        for number, ((database, processes), platform) in enumerate(
            itertools.product([("PostgreSQL", 3), ("SQLite", 1), ("PostgreSQL", 1), ("SQLite", 2)], PLATFORMS)
        )
    ]
    return random.Random(seed).sample(found, len(found))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--faults", type=int, default=1000)
    parser.add_argument("--each", type=int, default=KILLS, help="kills in a round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=Path(tempfile.gettempdir()) / "chaos" / "results.jsonl")
    parser.add_argument("--lanes", type=int, default=1, help="rounds at once, each with databases of its own")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as by Ctrl+C, so that nothing is left running
    given.results.parent.mkdir(parents=True, exist_ok=True)
    others = [beside(given.seed + lane * LANE) for lane in range(1, given.lanes)]
    with tempfile.TemporaryDirectory(prefix="chaos") as folder:
        Path(folder).chmod(0o755)
        schema = Path(folder) / "schema.sqlite3"
        migrate(f"sqlite:///{schema}")
        warm_up()
        with postgresql_server(Path(folder)) as server:
            place = Place(Path(folder), schema, server, given.results.parent)
            rage(place, given.results, given.seed, given.kills, given.faults, given.each)
    for other in others:
        other.wait()
    print(results.report(given.results))
    sys.exit(1 if results.violations(given.results) else 0)


def beside(seed: int) -> subprocess.Popen[bytes]:
    """The same in another process, which adds to the same results."""
    again = [*sys.argv[1:], "--lanes", "1", "--seed", str(seed)]
    other = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "bench.chaos", *again])
    atexit.register(other.terminate)
    return other


def rage(place: Place, file: Path, seed: int, kills: int, faults: int, each: int) -> None:
    """Rounds until the file holds so many kills and faults. Seeds that stand in it are not taken again."""
    done = {int(str(one["seed"])) for one in results.read(file)}
    for first in itertools.count(seed, 100):
        for case in cases(first, each):
            if results.total(file, "kills") >= kills and results.total(file, "faults") >= faults:
                return
            if case.seed in done:
                continue
            print(case, flush=True)
            print(results.add(file, asyncio.run(run(case, place))), flush=True)


if __name__ == "__main__":
    main()
