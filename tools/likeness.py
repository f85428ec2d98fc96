"""`python tools/likeness.py [--knowledge DIR] [GOLD.jsonl …]`: no two examples are alike, and none is like a question
that only measures.

Two texts are alike from 0.90 on, by rapidfuzz's normalized Levenshtein similarity of their words in lower case without
punctuation; texts under five words are alike only where they are the same, and name a thing rather than copy a question
that measures. Examples that differ in a word and are labelled otherwise ("proactive", "reactive") show what that word
does: they are no doubles, unless they are the same. Prints what is alike; exit code 1 if anything is. With --drop FILE
writes the texts to be taken out, one a line.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from bot.knowledge import load
from bot.knowledge.examples import load_examples

ALIKE = 0.90
FEW = 5  # words under which only the same is alike
BLOCK = 500
_NO_WORD = re.compile(r"[^\w\s]+")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    return _SPACE.sub(" ", _NO_WORD.sub(" ", text.lower())).strip()


def alike(texts: list[str], others: list[str]) -> list[tuple[int, int, float]]:
    """The pairs (place in `texts`, place in `others`, likeness) that are alike."""
    found = []
    for start in range(0, len(texts), BLOCK):
        block = texts[start : start + BLOCK]
        scores = process.cdist(
            block, others, scorer=Levenshtein.normalized_similarity, score_cutoff=ALIKE, dtype=np.float32
        )
        for row, column in zip(*np.nonzero(scores), strict=True):
            one, other = block[row], others[column]
            if one == other or min(len(one.split()), len(other.split())) >= FEW:
                found.append((start + int(row), int(column), float(scores[row, column])))
    return found


def copied(texts: list[str], measured: list[str]) -> list[tuple[int, int, float]]:
    """Those alike that are long enough not to be so by chance."""
    return [pair for pair in alike(texts, measured) if len(texts[pair[0]].split()) >= FEW] if measured else []


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--knowledge", type=Path, default=Path("knowledge"))
    parser.add_argument("--drop", type=Path)
    parser.add_argument("gold", nargs="*", type=Path)
    arguments = parser.parse_args()
    questions, incidents = load_examples(arguments.knowledge)
    said = [" >> ".join((*one.history[-1:], one.text)) for one in questions] + [
        " >> ".join(filter(None, (one.before, one.text))) for one in (*incidents.reports, *incidents.not_reports)
    ]
    labels: list[object] = [(one.answers, one.asked) for one in questions]
    labels += [True] * len(incidents.reports) + [False] * len(incidents.not_reports)
    texts = [plain(text) for text in said]
    measured = [
        plain(" >> ".join((*row.get("history", [])[-1:], row["q"])))
        for file in arguments.gold
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines())
    ]
    drop: set[int] = set()
    for one, other, likeness in copied(texts, measured):
        print(f"like a measuring question ({likeness:.2f}): {said[one]} | {measured[other]}")
        drop.add(one)
    phrasings = [text for entry in load(arguments.knowledge).answers.values() for text in entry.questions]
    known = copied([plain(text) for text in phrasings], measured)
    for one, other, likeness in known:
        print(f"a phrasing like a measuring question ({likeness:.2f}): {phrasings[one]} | {measured[other]}")
    for one, other, likeness in alike(texts, texts):
        if one < other and not {one, other} & drop and (texts[one] == texts[other] or labels[one] == labels[other]):
            print(f"alike ({likeness:.2f}): {said[one]} | {said[other]}")
            drop.add(other)
    print(f"{len(texts)} examples, {len(measured)} questions that measure, {len(drop)} alike, {len(known)} phrasings")
    if arguments.drop:
        arguments.drop.write_text("".join(f"{said[place]}\n" for place in sorted(drop)), encoding="utf-8")
    return 1 if drop or known else 0


if __name__ == "__main__":
    sys.exit(main())
