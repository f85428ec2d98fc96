"""How time and memory grow with the number of examples. `python -m bench.scale`"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

from bench.general import write_knowledge
from bench.measure import in_new_process, peak_megabytes, table, timed
from bench.peers import words_of
from bench.questions import COMMON, made_up, question
from bot.retrieval import Retriever

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
ANSWERS = 150
HEADER = ("examples", "answers", "fit s", "median ms", "p99 ms", "median, smallest = 1", "peak MB")


def report() -> str:
    lines = [
        "## Growth with the number of examples",
        "",
        "Invented questions of about eight words. A question is read into words and ranked; fitting includes making "
        "the features. Each row is a process of its own.",
        "",
    ]
    for answers in (lambda size: ANSWERS, lambda size: size // 10):
        found = [
            in_new_process("bench.scale", "--examples", str(size), "--answers", str(answers(size))) for size in SIZES
        ]
        rows = [
            [
                f"{size:,}",
                f"{answers(size):,}",
                f"{one['fit']:.2f}",
                f"{one['median']:.3f}",
                f"{one['p99']:.3f}",
                f"{one['median'] / found[0]['median']:.2f}",
                f"{one['peak']:.0f}",
            ]
            for size, one in zip(SIZES, found, strict=True)
        ]
        lines += [table(HEADER, rows), ""]
    loaded = in_new_process("bench.scale", "--folder")
    lines += [
        f"A knowledge folder of {ANSWERS} answers with 100 questions each, through the whole advisor: loaded in "
        f"{loaded['load']:.1f} s, a question {loaded['median']:.3f} ms (p99 {loaded['p99']:.3f} ms), "
        f"peak memory {loaded['peak']:.0f} MB."
    ]
    return "\n".join(lines)


def questions(count: int, answers: int) -> list[tuple[str, str]]:
    """`count` (label, question) pairs, spread evenly over the answers, each of which has its own words."""
    draw = random.Random(0)
    common = COMMON.split()
    topics = [[made_up(draw) for _ in range(8)] for _ in range(answers)]
    return [(f"answer-{index % answers:05}", question(draw, common, topics[index % answers])) for index in range(count)]


def measure(count: int, answers: int) -> dict[str, float]:
    drawn = questions(count + 500, answers)
    examples = [(label, words_of(text)) for label, text in drawn[:count]]
    start = time.perf_counter()
    retriever = Retriever.fit(examples)
    fit = time.perf_counter() - start
    _, latency = timed(lambda text: retriever.rank(words_of(text)), [text for _, text in drawn[count:]])
    return {"fit": fit, "median": latency.median, "p99": latency.p99, "peak": peak_megabytes()}


def measure_folder() -> dict[str, float]:
    from bot.advisor import Advisor

    drawn = questions(ANSWERS * 100 + 500, ANSWERS)
    with tempfile.TemporaryDirectory() as folder:
        write_knowledge(Path(folder), drawn[: ANSWERS * 100])
        start = time.perf_counter()
        advisor = Advisor.load(Path(folder))
        load = time.perf_counter() - start
    _, latency = timed(advisor.ask, [text for _, text in drawn[ANSWERS * 100 :]])
    return {"load": load, "median": latency.median, "p99": latency.p99, "peak": peak_megabytes()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int)
    parser.add_argument("--answers", type=int, default=ANSWERS)
    parser.add_argument("--folder", action="store_true")
    given = parser.parse_args()
    if given.folder:
        print(json.dumps(measure_folder()))
    elif given.examples:
        print(json.dumps(measure(given.examples, given.answers)))
    else:
        print(report())
