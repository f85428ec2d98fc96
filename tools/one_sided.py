"""`python tools/one_sided.py [--knowledge DIR]`: words that give a verdict away.

A reader goes by a word where an answer's questions with that word nearly all have the same verdict, and misses what the
question does with it ("without", "doesn't", "before"). Prints each such word of each answer, with how many of its
questions get Yes and No; the remedy is to have questions written with that word and the other verdict.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.knowledge import load
from bot.knowledge.examples import load_examples
from bot.knowledge.labelled_reader import LabelledQuestion
from bot.nlu.english import FUNCTION_WORDS

FEW = 12  # questions with a word under which its verdicts are chance
ONE_SIDED = 0.12  # the share of the rarer verdict up to which a word gives the other away
_WORD = re.compile(r"[^\W\d_]{3,}")

Said = tuple[str, str, int, int]
"""An answer, a word, how many questions with it get Yes, and how many No."""


def one_sided(questions: Iterable[LabelledQuestion]) -> Iterator[Said]:
    """The words that give a verdict away, the most frequent ones of each answer first."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for question in questions:
        if not question.held_out and question.asked in ("yes", "no"):
            words = set(_WORD.findall(question.text.lower())) - FUNCTION_WORDS
            for answer in question.answers:
                for word in words:
                    counts[answer, word][question.asked] += 1
    for (answer, word), asked in sorted(counts.items(), key=lambda one: (one[0][0], -one[1].total(), one[0][1])):
        if asked.total() >= FEW and min(asked["yes"], asked["no"]) <= ONE_SIDED * asked.total():
            yield answer, word, asked["yes"], asked["no"]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--knowledge", type=Path, default=Path("knowledge"))
    folder = parser.parse_args().knowledge
    titles = {id: entry.title for id, entry in load(folder).answers.items()}
    found = list(one_sided(load_examples(folder)[0]))
    for answer, word, yes, no in found:
        print(f"{titles.get(answer, answer)} ({answer}): {word}: {yes} Yes, {no} No")
    print(f"{len(found)} words of {len({answer for answer, *_ in found})} answers")


if __name__ == "__main__":
    main()
