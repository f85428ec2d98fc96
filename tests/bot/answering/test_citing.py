"""Marks in the text of a reply, and which claims stand below it in their own words."""

from __future__ import annotations

import pytest

from bot.answering.citing import MOST_BELOW, Numbers, cite, cite_text, without_marks
from bot.answering.spoken_of import SpokenOf
from bot.domain.messages import Block, Bullets, Heading, Paragraph, Table
from bot.knowledge.model import Claim, Concept


def claim(id: str, says: str, at: str = "") -> Claim:
    return Claim(id, "almanac", at or id, says, ("roses",), "care", ())


WATER = claim("water", "Roses want water every week.")
SUN = claim("sun", "Roses grow best in the full sun.")
FROST = claim("frost", "Frost kills young tulips.")

GARDEN = SpokenOf({"roses": Concept("roses", "Roses")}, {})


def marked(body: tuple[Block, ...], *claims: Claim) -> tuple[Block, ...]:
    return cite(body, claims, Numbers(), GARDEN).body


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Roses want water every week. Sun helps.", "Roses want water every week [1]. Sun helps."),
        ("Water your roses every week", "Water your roses every week [1]"),
        ("Do roses want water every week?", "Do roses want water every week [1]?"),
        (
            "Roses are thirsty, e.g. They want water every week.",
            "Roses are thirsty, e.g. They want water every week [1].",
        ),
    ],
)
def test_a_mark_stands_at_the_end_of_the_sentence_that_rests_on_the_claim(text: str, shown: str) -> None:
    assert marked((Paragraph(text),), WATER) == (Paragraph(shown),)


def test_bullets_and_cells_are_marked_and_headings_are_not() -> None:
    body = (
        Heading(SUN.says),
        Bullets(("Full sun: roses grow best there", "x")),
        Table(("", "R"), (("W", WATER.says),)),
    )
    assert marked(body, SUN, WATER) == (
        Heading(SUN.says),
        Bullets(("Full sun: roses grow best there [1]", "x")),
        Table(("", "R"), (("W", "Roses want water every week [2]."),)),
    )


def test_places_are_numbered_in_the_order_of_the_text_each_once() -> None:
    same = claim("more", "Roses want rain in spring.", at=WATER.at)
    found = cite((Paragraph(f"{SUN.says} {same.says} {WATER.says}"),), (WATER, SUN, same), Numbers(), GARDEN)
    assert [(one.id, number) for one, number, _ in found.claims] == [("water", 2), ("sun", 1), ("more", 2)]
    assert found.body == (
        Paragraph("Roses grow best in the full sun [1]. Roses want rain in spring. Roses want water every week [2]."),
    )


def test_only_the_words_that_the_text_does_not_say_stand_below() -> None:
    found = cite((Paragraph("Water your roses every week."),), (WATER, FROST), Numbers(), GARDEN)
    assert [(one.id, below) for one, _, below in found.claims] == [("water", False), ("frost", True)]


def test_of_a_digest_that_says_little_of_many_claims_none_stands_below() -> None:
    many = [claim(f"c{number}", f"Plot {number} has clay, sand and peat in it.") for number in range(MOST_BELOW + 1)]
    found = cite((Paragraph("All plots differ."), Bullets(("Clay here", "No peat there"))), many, Numbers(), GARDEN)
    assert not any(below for _, _, below in found.claims)
    assert "[1]" in str(found.body)


def test_a_list_alone_of_which_no_item_says_a_claim_has_no_marks_and_all_their_words_below() -> None:
    many = [claim(f"c{number}", f"Plot {number} has clay, sand and peat in it.") for number in range(MOST_BELOW + 1)]
    body = (Bullets(("Clay: heavy to dig", "Stones: none")),)
    found = cite(body, many, Numbers(), GARDEN)
    assert found.body == body
    assert all(below for _, _, below in found.claims)


def test_a_sentence_that_denies_is_not_sure_to_say_what_a_claim_affirms() -> None:
    affirms = claim("yes", "Roses want water.")
    denies = claim("no", "Roses do not want water.")
    body = (Paragraph("Roses do not want water."), Paragraph("Roses want water."))
    assert marked(body, affirms, denies) == (
        Paragraph("Roses do not want water [1]."),
        Paragraph("Roses want water [2]."),
    )


def test_a_text_without_its_marks_is_the_text_from_before() -> None:
    body = (Paragraph(f"{WATER.says} And so on [sic]."), Bullets((SUN.says, "x")))
    assert without_marks(marked(body, WATER, SUN)) == body


def test_a_text_known_to_rest_on_claims_has_their_marks_where_it_says_them_and_the_others_at_its_end() -> None:
    text = f"{SUN.says} Look at the sky. So plant them."
    assert cite_text(text, (WATER, SUN), Numbers(), GARDEN) == (
        "Roses grow best in the full sun [1]. Look at the sky. So plant them [2]."
    )
    assert cite_text("Plant them.", (WATER, SUN), Numbers(), GARDEN) == "Plant them [1][2]."
    assert cite_text("Plant them.", (), Numbers(), GARDEN) == "Plant them."
