"""Runs every part of the benchmark and prints one report. `python -m bench [--data DIR] [--out FILE]`"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench import commits, general, own, page, scale, slack, slack_profile, teams, teams_faults, triage


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--data", type=Path, default=general.DATA, help="a general question set")
    parser.add_argument("--out", type=Path, help="also write the report to this file")
    given = parser.parse_args()
    machine = f"Python {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} processors."
    parts: list[Callable[[], str]] = [
        own.report,
        lambda: general.report(given.data),
        scale.report,
        triage.report,
        commits.report,
        teams.section,
        teams_faults.section,
        slack.section,
        slack_profile.section,
        page.section,
    ]
    sections = [f"# Benchmark\n\n{machine} Figures of one run of `python -m bench`."]
    print(sections[0], flush=True)
    for part in parts:
        sections.append(part())
        print(f"\n{sections[-1]}", flush=True)
    if given.out:
        given.out.write_text("\n\n".join(sections) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
