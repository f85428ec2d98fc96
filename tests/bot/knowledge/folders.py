"""Knowledge folders for tests, written out as files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.knowledge import check

# A small, sound folder on gardening. Tests replace one file and look at what is then wrong.
SOUND: Mapping[str, str] = {
    "sources.yaml": """\
- id: almanac
  title: The gardener's almanac
  publisher: Orchard Press
  author: A. Gardener
  published: 2024-05-01
  url: https://press.example/almanac
  disclosure: The publisher sells seeds.
""",
    "vocabulary.yaml": """\
groups:
  folk: [people, crowd]
subjects:
  - {id: roses, name: Roses, names: ["rose {folk}", rosebush], contrast: [tulips]}
  - {id: tulips, name: Tulips, names: [tulip], contrast: [roses]}
aspects:
  - {id: care, name: care, names: [looking after]}
topics:
  - {id: watering, name: watering, names: [water], opposites: [drought], exclusive: yes}
  - {id: rain, name: rain, within: watering}
  - {id: greenhouse, name: greenhouses, stated: no}
""",
    "claims.yaml": """\
- id: roses.water
  source: almanac
  at: Chapter 1
  says: Roses want water; tulips do not.
  subject: roses
  aspect: care
  topics: {watering: yes, rain: no}
  also: {tulips: {watering: no}}
  tension: both.rain
- id: both.rain
  source: almanac
  at: Chapter 2
  says: Roses and tulips like rain.
  subject: [roses, tulips]
  aspect: care
  topics: [rain]
  tension: [roses.water]
  promotion: yes
""",
    "answers/care.yaml": """\
- id: roses-water
  title: Watering roses
  questions: [how to water roses, "what do rose {folk} say of water"]
  contrary: [do roses dry out]
  answer: Roses want water.
  bullets: [in the morning, in the evening]
  subject: roses
  aspect: care
  topic: [watering]
  claims: [roses.water, both.rain]
  related: [compare]
- id: compare
  title: Side by side
  questions: [roses or tulips]
  answer: They differ.
  subjects: [roses, tulips]
  table: [care, roses-water]
- id: greeting
  kind: help
  questions: [hello]
  answer: ""
""",
    "phrases.yaml": """\
help-intro: Good day
help-examples:
  - how to water roses
  - roses or tulips
""",
}

# A guided dialogue for it. Not every folder has one.
TRIAGE = """\
title: What to plant
limit: 3
questions:
  - id: sun
    ask: How much sun is there?
    required: yes
    why: Roses want sun.
    claims: [roses.water]
    options:
      - id: full
        label: Full sun
        means: from morning to evening
        names: [all day, sunny]
        speaks:
          - {for: roses, because: There is sun for roses., claims: [roses.water]}
      - {id: none, label: Hardly any, names: [shade], speaks: [{for: tulips, because: Fine., claims: [both.rain]}]}
  - id: pests
    ask: What troubles you?
    multiple: yes
    why: Snails eat tulips.
    when: {sun: full}
    options:
      - {id: snails, label: Snails}
      - {id: mice, label: Mice}
      - {id: frost, label: Frost}
outcomes:
  - id: roses
    title: Roses
    says: Plant roses.
    claims: [roses.water]
    when:
      - {sun: full, pests: [snails, mice]}
      - {sun: full, pests: {none: [snails, mice]}}
    before: tulips
    watch:
      - {text: Snails come., claims: [both.rain], when: {pests: snails}}
  - id: tulips
    title: Tulips
    says: Plant tulips.
    claims: [both.rain]
    related: [compare]
"""


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The folder with these files in it: text is written as UTF-8, bytes as they are."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def problems(folder: Path, files: Mapping[str, str | bytes]) -> list[str]:
    """What `check` says of a sound folder in which these files are replaced or added."""
    return [str(problem) for problem in check(write(folder, {**SOUND, **files}))]
