"""Accuracy and speed on a general question set, compared with common alternatives. `python -m bench.general`"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench import peers
from bench.measure import Latency, auroc, table, timed
from bench.questions import QuestionSet, invented, read

DATA = Path("../shared/questions/banking77")
HEADER = ("", "top-1 %", "AUROC", "median ms", "p99 ms", "time, ours = 1", "error, ours = 1")


def report(folder: Path, seeds: int = 5, each: int = 10) -> str:
    lines = ["## A general set: right answers and speed", ""]
    if folder.is_dir():
        asked = read(folder)
    else:
        asked = invented()
        lines += [f"There is no {folder}; these questions are invented, so only the times mean anything.", ""]
    labels, questions = len(asked.examples), len(asked.inside) + len(asked.outside)
    lines += [
        f"{asked.name}: {labels} labels, {each} examples each (mean of {seeds} draws), {questions} questions, "
        f"{len(asked.outside)} of them out of scope. AUROC: in scope against out of scope, by confidence. One question "
        "at a time on one thread; the time is that of the whole question, from raw text.",
        "",
    ]
    methods = {**peers.installed(), "ours, the whole advisor": whole_advisor}
    measured = {name: _measure(method, asked, seeds, each) for name, method in methods.items()}
    base = measured["ours"]
    rows = [
        [
            name,
            f"{100 * top:.1f}",
            f"{100 * area:.1f}",
            f"{time.median:.3f}",
            f"{time.p99:.3f}",
            f"{time.median / base[2].median:.1f}",
            f"{(1 - top) / max(1 - base[0], 1e-9):.2f}",
        ]
        for name, (top, area, time) in measured.items()
    ]
    return "\n".join([*lines, table(HEADER, rows)])


def whole_advisor(examples: peers.Examples) -> peers.Classifier:
    """The whole advisor on a knowledge folder that holds these questions only."""
    from bot.advisor import Advisor

    with tempfile.TemporaryDirectory() as folder:
        write_knowledge(Path(folder), examples)
        advisor = Advisor.load(Path(folder))

    def ask(text: str) -> peers.Answer:
        reply = advisor.ask(text)
        return reply.best_entry or "", reply.confidence

    return ask


def write_knowledge(folder: Path, examples: peers.Examples) -> None:
    """Write a minimal knowledge folder. A phrasing of two labels goes to the first."""
    answers: dict[str, list[str]] = {}
    seen: set[str] = set()
    for label, text in examples:
        key = " ".join(peers.words_of(text))
        if key and key not in seen:
            seen.add(key)
            answers.setdefault(_identifier(label), []).append(text)
    rows = [{"id": label, "questions": texts, "answer": f"About {label}."} for label, texts in answers.items()]
    (folder / "answers").mkdir()
    (folder / "answers" / "all.yaml").write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def _measure(
    method: Callable[[peers.Examples], peers.Classifier], asked: QuestionSet, seeds: int, each: int
) -> tuple[float, float, Latency]:
    found = []
    for seed in range(seeds):
        ask = method(asked.drawn(each, seed))
        inside, time = timed(ask, [question for question, _ in asked.inside])
        outside = [ask(question) for question in asked.outside]
        right = np.mean(
            [_identifier(got) == _identifier(label) for (got, _), (_, label) in zip(inside, asked.inside, strict=True)]
        )
        found.append((right, auroc([sure for _, sure in inside], [sure for _, sure in outside]), time.median, time.p99))
    right, area, median, p99 = np.mean(found, axis=0)
    return float(right), float(area), Latency(float(median), float(p99))


def _identifier(label: str) -> str:
    """The label as an answer's id: lower-case letters, digits and hyphens."""
    return label.lower().replace("_", "-").strip("?")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    print(report(given.data, given.seeds))
