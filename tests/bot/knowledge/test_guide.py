"""The examples of the guide to writing knowledge are what the program reads."""

from __future__ import annotations

import re
from pathlib import Path

from bot.knowledge import check
from tests.bot.knowledge.folders import write

GUIDE = Path(__file__).parents[3] / "docs" / "knowledge.md"
EXAMPLE = re.compile(r"### (\w+(?:/phrasings)?)[./]\S*yaml\n(?:(?!###).)*?```yaml\n(.*?)```", re.DOTALL)


def test_the_examples_of_the_guide_have_the_right_shape(tmp_path: Path) -> None:
    examples = dict(EXAMPLE.findall(GUIDE.read_text(encoding="utf-8")))
    files = {"examples/phrasings": "examples/phrasings/garden.yaml"}
    found = check(write(tmp_path, {files.get(of, f"{of}.yaml"): example for of, example in examples.items()}))

    assert sorted(examples) == ["answers", "claims", "examples/phrasings", "phrases", "sources", "triage", "vocabulary"]
    assert {str(problem).split("; ")[0] for problem in found} == {  # the rows that the guide leaves out
        "claims.yaml:9: unknown claim 'roses.dry'",
        "answers.yaml:13: unknown answer 'compare-care'",
        "phrases.yaml:3: unknown answer 'compare-care'",
    }
