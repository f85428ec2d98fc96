"""Languages: what is in another one is found, and English is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.advisor import Advisor
from bot.domain.conversation import Conversation
from bot.domain.messages import Message, Reply
from bot.knowledge.shipped_phrases import shipped

TESTS = Path(__file__).parents[2]
CONTACT = "security@corp.example"


def texts(name: str) -> Any:
    return yaml.safe_load((TESTS / "languages" / name).read_text(encoding="utf-8"))


FOREIGN: dict[str, list[str]] = texts("foreign.yaml")
MIXED: dict[str, list[str]] = texts("mixed.yaml")["foreign"]
ENGLISH: list[str] = texts("mixed.yaml")["english"]
SENTENCES = {text: name for name, text in shipped().texts.items() if name.startswith("foreign") and "{" not in text}
NAMED = {name.removeprefix("foreign-") for name in SENTENCES.values()} - {"foreign"}
# A word or two that stand in English texts as well, or in three languages.
NOT_FOUND = {
    "was deckt prodsec ab", "Quels outils utiliser ?", "Ci servono tutti e due?", "Wat is SAST precies?",
    "Co to jest SAST?", "Var ska jag börja?", "mit fed le a prodsec",
}  # fmt: skip
TAKEN_FOR_FOREIGN = {"continuos monitoring = prodsec or appsec?"}  # of the gold questions


def sentence(reply: Reply) -> str | None:
    """The name of the sentence by which `reply` asks for English; None if it does something else."""
    return SENTENCES.get(reply.title)


def test_there_are_enough_texts() -> None:
    assert len(FOREIGN) >= 15 and all(len(several) >= 8 for several in FOREIGN.values())
    assert sum(map(len, MIXED.values())) + len(ENGLISH) >= 60
    assert len(NAMED) == 12


@pytest.mark.parametrize("language", FOREIGN)
def test_a_short_question_in_another_language_is_found(advisor: Advisor, language: str) -> None:
    missed = {text for text in FOREIGN[language] if sentence(advisor.ask(text)) is None}
    assert missed == NOT_FOUND & set(FOREIGN[language])


@pytest.mark.parametrize("language", sorted(NAMED))
def test_it_is_answered_in_that_language_where_many_speak_it(advisor: Advisor, language: str) -> None:
    told = [sentence(advisor.ask(text)) for text in FOREIGN[language]]
    assert set(told) <= {f"foreign-{language}", "foreign", None}
    assert told.count(f"foreign-{language}") >= 6


@pytest.mark.parametrize("text", [text for several in MIXED.values() for text in several])
def test_terms_of_the_field_make_no_question_english(advisor: Advisor, text: str) -> None:
    reply = advisor.ask(text)
    assert sentence(reply) is not None, reply.text
    assert (reply.kind, reply.verdict, reply.entry) == ("clarify", None, None)


@pytest.mark.parametrize("text", ENGLISH)
def test_slips_names_code_and_single_words_make_no_question_foreign(advisor: Advisor, text: str) -> None:
    assert sentence(advisor.ask(text)) is None


def test_hardly_any_of_the_gold_questions_is_taken_for_foreign(advisor: Advisor) -> None:
    lines = (TESTS / "gold" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["q"] for line in lines]
    assert {text for text in asked if advisor.languages.foreign(text) is not None} == TAKEN_FOR_FOREIGN


def test_words_of_the_knowledge_are_known_in_whatever_language(tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    rows = [
        {"id": "giessen", "questions": ["wie oft müssen Rosen gegossen werden"], "answer": "Einmal in der Woche."},
        {"id": "schnitt", "questions": ["wann schneidet man die Hecke"], "answer": "Im Februar."},
    ]
    (tmp_path / "answers" / "garten.yaml").write_text(yaml.safe_dump(rows, allow_unicode=True), encoding="utf-8")
    gardener = Advisor.load(tmp_path)
    assert gardener.ask("wie oft soll ich Rosen giessen?").entry == "giessen"
    assert sentence(gardener.ask("und die Hecke, wann?")) is None


# --- what must not be lost


def test_a_secret_in_another_language_is_a_secret_first(advisor: Advisor) -> None:
    reply = advisor.ask("hier ist unser Schlüssel: AKIAIOSFODNN7EXAMPLQ, ist das schlimm?")
    assert reply.title == advisor.phrases("secret-title")


def test_whom_to_reach_is_said_with_it_since_it_may_be_a_report(learnt: Path) -> None:
    named = Advisor.load(TESTS.parent / "knowledge", CONTACT, learnt)
    reply = named.ask("wir sind gerade gehackt worden, was sollen wir tun?")
    assert sentence(reply) == "foreign-de"
    assert CONTACT in reply.text
    assert named.phrases("incident-title") not in reply.text


def test_a_report_whose_english_words_tell_it_gets_both(advisor: Advisor) -> None:
    reply = advisor.ask("hilfe, we have been hacked, was machen wir jetzt, bitte schnell, alles ist verschlüsselt")
    assert sentence(reply) == "foreign-de"
    assert advisor.phrases("incident") in reply.text


def test_the_guided_dialogue_stays_open(advisor: Advisor) -> None:
    begun = advisor.turn(Message(text="triage"), Conversation()).conversation
    turn = advisor.turn(Message(text="Was bedeutet diese Frage eigentlich genau?"), begun)
    assert sentence(turn.reply) == "foreign-de"
    assert turn.conversation.triage == begun.triage
    assert any(choice.command.startswith("resume:") for choice in turn.reply.choices)
