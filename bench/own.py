"""Our own knowledge: loading, a question, and the memory of one `advisor ask`. `python -m bench.own`"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measure import in_new_process, peak_megabytes, table, timed

KNOWLEDGE = Path("knowledge")
TYPED = "does appsec cover the suply chain, and what about product security?"


def report() -> str:
    found = in_new_process("bench.own", "--measure")
    rows = [
        ["answers", f"{found['answers']}"],
        ["example questions", f"{found['examples']}"],
        ["import the advisor", f"{found['import']:.2f} s"],
        ["load the knowledge for the first time", f"{found['learn']:.2f} s"],
        ["load the knowledge", f"{found['load']:.2f} s"],
        ["a question, median", f"{found['median']:.3f} ms"],
        ["a question, p99", f"{found['p99']:.3f} ms"],
        ["peak memory, all that was asked", f"{found['peak']:.0f} MB"],
    ]
    if importlib.util.find_spec("adapters.cli"):
        asked = in_new_process("bench.own", "--ask")
        rows += [
            ["`advisor ask`, whole process", f"{asked['seconds']:.2f} s"],
            ["`advisor ask`, peak memory", f"{asked['peak']:.0f} MB"],
        ]
    intro = (
        "Every example question is asked with one letter missing, in a fresh conversation, from raw text to reply, so "
        "that no question was learned as it is asked."
    )
    return "\n".join(["## Our own knowledge", "", intro, "", table(("", "measured"), rows)])


def measure() -> dict[str, float]:
    start = time.perf_counter()
    from bot.advisor import Advisor

    imported = time.perf_counter()
    with TemporaryDirectory() as folder:
        Advisor.load(KNOWLEDGE, cache=Path(folder))
        learnt = time.perf_counter()
        advisor = Advisor.load(KNOWLEDGE, cache=Path(folder))
        loaded = time.perf_counter()
    answers = advisor.knowledge.answers.values()
    examples = [question for answer in answers for question in answer.questions]
    _, latency = timed(advisor.ask, [_misspelt(text) for text in examples])
    return {
        "answers": len(answers),
        "examples": len(examples),
        "import": imported - start,
        "learn": learnt - imported,
        "load": loaded - learnt,
        "median": latency.median,
        "p99": latency.p99,
        "peak": peak_megabytes(),
    }


def measure_ask() -> dict[str, float]:
    """Seconds and megabytes of the program itself, as a person starts it."""
    start = time.perf_counter()
    subprocess.run([Path(sys.executable).with_name("advisor"), "ask", TYPED], stdout=subprocess.DEVNULL, check=True)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}


def _misspelt(text: str) -> str:
    """Without the middle letter of its longest word."""
    longest = max(text.split(), key=len)
    middle = len(longest) // 2
    return text.replace(longest, longest[:middle] + longest[middle + 1 :], 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--ask", action="store_true")
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure()))
    elif given.ask:
        print(json.dumps(measure_ask()))
    else:
        print(report())
