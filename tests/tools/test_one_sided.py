"""Words that give a verdict away are found, and no others."""

from __future__ import annotations

from bot.knowledge.labelled_reader import Asked, LabelledQuestion
from tools.one_sided import FEW, one_sided


def asked(verdict: Asked, words: str, times: int = FEW, *, held_out: bool = False) -> list[LabelledQuestion]:
    return [
        LabelledQuestion(f"{words} {number}", (), ("roses",), verdict, "a gardener", held_out)
        for number in range(times)
    ]


def test_a_word_with_one_verdict_alone_is_found() -> None:
    assert list(one_sided(asked("yes", "do roses crave water"))) == [
        ("roses", "crave", FEW, 0),
        ("roses", "roses", FEW, 0),
        ("roses", "water", FEW, 0),
    ]


def test_a_word_with_both_verdicts_is_not() -> None:
    both = [*asked("yes", "do roses crave water"), *asked("no", "do roses hate water")]
    assert {word for _, word, *_ in one_sided(both)} == {"crave", "hate"}


def test_a_rare_exception_does_not_save_a_word() -> None:
    nearly = [*asked("no", "is shade fine", 30), *asked("yes", "is shade bad", 2)]
    assert ("roses", "shade", 2, 30) in list(one_sided(nearly))


def test_what_is_rare_or_held_out_or_asks_for_no_verdict_is_chance() -> None:
    assert not list(one_sided(asked("yes", "water", FEW - 1)))
    assert not list(one_sided(asked("yes", "water", held_out=True)))
    assert not list(one_sided(asked("open", "water")))
