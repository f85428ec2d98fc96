"""`python -m bench.quality GOLD.jsonl …`: how often the advisor is right, with 95% intervals, as a Markdown table.

The gold files must be ones that nobody looked at before. `--styles` breaks the last column down by kind and style;
`--curve FILE.svg` draws how many verdicts are said (coverage) against how many of them are false (risk), on the writers
that the reader was not learnt from.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from math import sqrt
from pathlib import Path

from bot.advisor import Advisor
from bot.answering.verdict_fusion import rightness, weighed
from bot.curation.evaluation import Evaluation, Share, evaluate, read_golds
from bot.knowledge.examples import load_examples
from bot.reader.manifest import read_manifest
from bot.reader.reader import FOLDER

KNOWLEDGE = Path(__file__).parent.parent / "knowledge"
FIGURES = (
    ("right", "right"),
    ("found", "found: right, the verdict aside"),
    ("false_answers", "false answers"),
    ("false_verdicts", "false verdicts"),
    ("verdicts_left_out", "verdicts left out"),
    ("needless_declines", "needless declines"),
)
Z = 1.96


def wilson(share: Share) -> tuple[float, float]:
    """The 95% interval of a share (Wilson 1927)."""
    if not share.whole:
        return 0.0, 0.0
    n, p = share.whole, min(1.0, float(share))
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def shown(share: Share) -> str:
    low, high = wilson(share)
    return f"{float(share):.1%} ({share.part}/{share.whole}; {low:.1%} to {high:.1%})" if share.whole else "–"


def table(evaluations: Sequence[tuple[str, Evaluation]]) -> str:
    lines = ["| | " + " | ".join(name for name, _ in evaluations) + " |", "|---|" + "---|" * len(evaluations)]
    for attribute, title in FIGURES:
        lines.append(f"| {title} | " + " | ".join(shown(getattr(one, attribute)) for _, one in evaluations) + " |")
    return "\n".join(lines)


def curve(advisor: Advisor, folder: Path) -> list[tuple[float, float]]:
    """(coverage, risk) for each threshold of a verdict, on the held-out questions that get one."""
    cases: list[tuple[float, bool]] = []
    weights = read_manifest(folder / FOLDER).verdict_weights
    for question in load_examples(folder)[0]:
        if question.held_out and question.asked != "open":
            observed = advisor.decision(question.text, question.history).observed
            if observed is not None:
                likely = rightness(weighed(weights, observed))
                best = max(likely, key=lambda verdict: likely[verdict])
                allowed = ("no", "partly") if question.asked == "bound" else (question.asked,)
                cases.append((likely[best], best in allowed))
    cases.sort(reverse=True)
    points: list[tuple[float, float]] = []
    false = 0
    for said, (_, right) in enumerate(cases, 1):
        false += not right
        points.append((said / len(cases), false / said))
    return points


def drawn(points: Sequence[tuple[float, float]]) -> str:
    """The curve as SVG: coverage to the right, risk upwards to 25%."""
    width, height, left, bottom, most = 560, 260, 50, 40, 0.25
    at = [
        f"{left + x * (width - left - 15):.1f},{height - bottom - min(y, most) / most * (height - bottom - 15):.1f}"
        for x, y in points
    ]
    lines = []
    for percent in (0, 5, 10, 15, 20, 25):
        y = height - bottom - percent / 100 / most * (height - bottom - 15)
        lines.append(f'<line x1="{left}" x2="{width - 15}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d0d7de"/>')
        lines.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{percent}%</text>')
    for percent in (0, 25, 50, 75, 100):
        x = left + percent / 100 * (width - left - 15)
        lines.append(f'<text x="{x:.1f}" y="{height - bottom + 18}" text-anchor="middle">{percent}%</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        'font-size="12">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>{"".join(lines)}'
        f'<polyline points="{" ".join(at)}" fill="none" stroke="#0969da" stroke-width="2"/>'
        f'<text x="{(width + left) / 2}" y="{height - 4}" text-anchor="middle">verdicts said</text>'
        f'<text x="12" y="{height / 2}" transform="rotate(-90 12 {height / 2})" text-anchor="middle">'
        "of these false</text>"
        "</svg>\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("gold", nargs="*", type=Path)
    parser.add_argument("--styles", action="store_true")
    parser.add_argument("--curve", type=Path)
    arguments = parser.parse_args()
    advisor = Advisor.load(KNOWLEDGE)
    evaluations = [
        (file.stem, evaluate(advisor.ask, read_golds(file.read_text(encoding="utf-8").splitlines())))
        for file in arguments.gold
    ]
    if evaluations:
        print(table(evaluations))
    for name, evaluation in evaluations if arguments.styles else ():
        print(f"\n{name}: right by kind and by style\n")
        for label, share in (*evaluation.by_kind().items(), *evaluation.by_style().items()):
            print(f"- {label}: {shown(share)}")
    if arguments.curve:
        arguments.curve.write_text(drawn(curve(advisor, KNOWLEDGE)), encoding="utf-8")


if __name__ == "__main__":
    main()
