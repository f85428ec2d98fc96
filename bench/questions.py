"""Question sets: a folder with `knowledge.jsonl` (`id`, `questions`) and `test.jsonl` (`question`, `id` or null), or
an invented one of the same shape."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.knowledge.model import KnowledgeBase

FRAMES = (
    "does {subject} cover {topic}?",
    "is {topic} part of {subject}?",
    "what does {subject} do about {topic}?",
    "how is {topic} dealt with in {subject}?",
    "why is {topic} important for {subject}?",
    "tell me about {topic} in {subject}",
)
COMMON = "how do i can you what is the a my for when to get please help with need want about it"


@dataclass(frozen=True, slots=True)
class QuestionSet:
    name: str
    examples: dict[str, list[str]]  # label to questions
    inside: list[tuple[str, str]]  # (question, label), held out
    outside: list[str]  # questions on none of the labels

    def drawn(self, each: int, seed: int) -> list[tuple[str, str]]:
        """(label, question) pairs: `each` questions of every label, sampled as the set prescribes."""
        draw = random.Random(seed)
        return [
            (label, question)
            for label, questions in self.examples.items()
            for question in draw.sample(questions, min(each, len(questions)))
        ]


def read(folder: Path) -> QuestionSet:
    examples = {row["id"]: row["questions"] for row in _rows(folder / "knowledge.jsonl")}
    asked = _rows(folder / "test.jsonl")
    inside = [(row["question"], row["id"]) for row in asked if row["id"] is not None]
    return QuestionSet(folder.name, examples, inside, [row["question"] for row in asked if row["id"] is None])


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def invented(labels: int = 40, each: int = 30, seed: int = 0) -> QuestionSet:
    """A synthetic set: each label has some invented words among common ones; questions outside have other ones."""
    draw = random.Random(seed)
    common = COMMON.split()
    examples: dict[str, list[str]] = {}
    inside = []
    for number in range(labels):
        topic = [made_up(draw) for _ in range(6)]
        asked = [question(draw, common, topic) for _ in range(each + 10)]
        examples[f"label-{number:05}"] = asked[:each]
        inside += [(text, f"label-{number:05}") for text in asked[each:]]
    outside = [question(draw, common, [made_up(draw) for _ in range(6)]) for _ in range(200)]
    return QuestionSet("invented", examples, inside, outside)


def on_everything(knowledge: KnowledgeBase, seed: int = 0) -> list[str]:
    """Distinct questions on every topic and subject of the knowledge, shuffled."""
    subjects = [subject.name for subject in knowledge.subjects.values() if subject.contrast]
    topics = [name for topic in knowledge.topics.values() if topic.stated for name in (topic.name, *topic.names)]
    asked = [frame.format(subject=a, topic=b) for frame in FRAMES for a in subjects for b in dict.fromkeys(topics)]
    random.Random(seed).shuffle(asked)
    return asked


def question(draw: random.Random, common: list[str], topic: list[str]) -> str:
    words = draw.choices(common, k=draw.randint(4, 8)) + draw.sample(topic, k=draw.randint(1, 3))
    draw.shuffle(words)
    return " ".join(words)


def made_up(draw: random.Random) -> str:
    return "".join(draw.choice("bcdfghklmnprstvw") + draw.choice("aeiou") for _ in range(draw.randint(2, 4)))
