"""What the sources cover, and what the phrasings reach."""

from __future__ import annotations

from pathlib import Path

from bot.advisor import Advisor
from bot.curation.coverage import matrix, reach

VOCABULARY = """
subjects:
  - {id: roses, name: Roses, contrast: [ferns]}
  - {id: ferns, name: Ferns, contrast: [roses]}
  - {id: moss, name: Moss}
aspects: [{id: care, name: care}]
topics:
  - {id: sun, name: sun, exclusive: yes}
  - {id: water, name: water}
  - {id: frost, name: frost, stated: no}
"""
CLAIMS = """
- {id: r1, source: book, at: p. 1, says: Roses want sun and water., subject: roses, aspect: care, topics: [sun, water]}
- {id: r2, source: book, at: p. 2, says: Old roses do without water., subject: roses, aspect: care, topics: {water: no}}
"""
ANSWERS = """
- {id: roses-sun, answer: They want sun., claims: [r1], questions: [do roses want sun, sunlight for rose bushes]}
- {id: roses-age, answer: They grow old., claims: [r2], questions: [how old do roses get]}
"""


def test_a_cell_says_yes_no_partly_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "sources.yaml").write_text("- {id: book, title: A book}\n", encoding="utf-8")
    for name, text in (("vocabulary", VOCABULARY), ("claims", CLAIMS), ("answers/all", ANSWERS)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    advisor = Advisor.load(tmp_path)
    found = matrix(advisor.knowledge)
    assert [subject.id for subject in found.subjects] == ["roses"]
    verdicts = {row.topic.id: [cell and cell.verdict for cell in row.findings] for row in found.rows}
    assert verdicts == {"sun": ["yes"], "water": ["partly"]}
    assert [topic.id for topic in found.silent] == ["frost"]

    reached = reach(advisor.knowledge, advisor.ask)
    assert reached.asked == 3
    assert reached.by_claim == {
        "r1": ("do roses want sun", "sunlight for rose bushes"),
        "r2": ("how old do roses get",),
    }
    assert reached.astray == ()
