"""No verdicts where no reader was learnt, or where there are no claims. Those on our own claims are in
`tests/gold/reading.jsonl`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.advisor import Advisor
from tests.bot.knowledge.folders import write

VOCABULARY = """
subjects:
  - {id: rose, name: Rose}
topics:
  - {id: shade, name: shade, names: [shadow]}
"""
ANSWERS = """
- id: rose-shade
  subject: rose
  topic: shade
  answer: Roses grow in the shade.
  questions: ["do roses grow in the shade", "can a rose stand in the shade", "does a rose like shade"]
- id: rose-red
  subject: rose
  answer: Roses are red.
  questions: ["are roses red", "what colour is a rose"]
"""


@pytest.mark.parametrize(
    "question",
    ["do roses grow in the shade?", "do roses grow only in the shade?", "do roses always grow in the shade?",
     "are roses red?", "is it true that roses never grow in the shade?"],
)  # fmt: skip
def test_without_claims_there_is_neither_yes_nor_no(tmp_path: Path, question: str) -> None:
    folder = write(tmp_path, {"vocabulary.yaml": VOCABULARY, "answers/roses.yaml": ANSWERS})
    reply = Advisor.load(folder).ask(question)
    assert (reply.kind, reply.verdict) == ("answer", None)


# A travel policy, with claims: rules with limits.
POLICY = {
    "sources.yaml": "- {id: policy, title: The travel policy}\n",
    "vocabulary.yaml": """
subjects:
  - {id: hotel, name: Hotels, names: [hotel, room, rooms]}
  - {id: train, name: Trains, names: [train, rail]}
aspects:
  - {id: limit, name: what is paid}
topics:
  - {id: paid, name: payment, names: [paid, pay, covered]}
  - {id: breakfast, name: breakfast}
""",
    "claims.yaml": """
- {id: hotel.limit, source: policy, at: "3", says: "Hotels are paid up to 150 a night, with breakfast.", subject: hotel,
   aspect: limit, topics: {paid: yes, breakfast: yes}}
- {id: train.class, source: policy, at: "4", says: "First class is paid on journeys of more than four hours.",
   subject: train, aspect: limit, topics: {paid: yes}}
""",
    "answers/travel.yaml": """
- {id: hotel-limit, title: Hotels, subject: hotel, aspect: limit, topics: [paid, breakfast], claims: [hotel.limit],
   questions: [how much may a hotel cost, what is the limit for a hotel, which hotels are paid],
   answer: "Up to 150 a night, with breakfast."}
- {id: train-class, title: Trains, subject: train, aspect: limit, topic: paid, claims: [train.class],
   questions: [which class may I take on a train, are first class tickets paid, can I go by train],
   answer: "Second class; first class on journeys of more than four hours."}
""",
}


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    return Advisor.load(write(tmp_path_factory.mktemp("travel"), POLICY))


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("hotel costs 180, fine?", "hotel-limit"),
        ("is a room for 140 a night paid?", "hotel-limit"),
        ("is breakfast in a hotel paid?", "hotel-limit"),
        ("how much is paid for a hotel?", "hotel-limit"),
        ("how many hours must a journey be for first class?", "train-class"),
    ],
)
def test_without_a_learnt_reader_the_rule_is_shown_and_there_is_neither_yes_nor_no(
    clerk: Advisor, question: str, entry: str
) -> None:
    reply = clerk.ask(question)
    assert (reply.entry, reply.verdict) == (entry, None)
