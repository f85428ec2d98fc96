"""Edits of a knowledge folder: what they make of its files, what they would do, and that nothing of others is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.curation.evaluation import Gold
from bot.curation.folder_files import EditError, write
from bot.curation.knowledge_edits import add_claim, add_phrasings, answer_values, edit_answer
from bot.curation.trial import effect, new_problems
from bot.domain.messages import Reply
from tests.bot.knowledge.folders import SOUND
from tests.bot.knowledge.folders import write as write_files

CARE = """\
# How to care for plants.
- id: roses-water   # the first one
  title: Watering roses
  # people ask this in spring
  questions:
    - "how to water roses"
    - "do roses drink"   # often

# --- side by side
- {id: compare, title: Side by side, questions: [roses or tulips], answer: They differ.}
- id: greeting
  kind: help
  questions: [hello]
  answer: ""
"""
CARE_WITH_TEXT = CARE.replace(
    "  # people", "  answer: Roses want water.\n  claims: [roses.water, both.rain]\n  # people"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_files(tmp_path, {**SOUND, "answers/care.yaml": CARE_WITH_TEXT})


def lines_changed(before: bytes, after: bytes) -> tuple[set[str], set[str]]:
    old, new = before.decode().splitlines(), after.decode().splitlines()
    return set(old) - set(new), set(new) - set(old)


def test_a_phrasing_is_one_more_line_and_every_comment_stays(folder: Path) -> None:
    [change] = add_phrasings(folder, "roses-water", ["how: much  water?"])
    assert change.name == "answers/care.yaml"
    assert lines_changed(change.before, change.after) == (set(), {'    - "how: much water?"'})
    assert change.after.decode().index("how: much") < change.after.decode().index("# --- side by side")


def test_a_phrasing_goes_where_the_further_ones_of_the_answer_stand(folder: Path) -> None:
    write_files(folder, {"examples/phrasings/care.yaml": "# more\nroses-water:\n  - are roses thirsty\n\n# end\n"})
    [change] = add_phrasings(folder, "roses-water", ["no"])
    assert change.after.decode() == '# more\nroses-water:\n  - are roses thirsty\n  - "no"\n\n# end\n'


def test_an_answer_in_one_line_stays_in_one(folder: Path) -> None:
    [change] = edit_answer(folder, "compare", {**answer_values(folder, "compare"), "answer": "They do: differ."})
    wanted = '- {id: compare, title: Side by side, questions: [roses or tulips], answer: "They do: differ."}'
    assert lines_changed(change.before, change.after)[1] == {wanted}


def test_long_text_is_folded_and_other_keys_stay_as_they_were(folder: Path) -> None:
    long = "Roses want water in the morning and in the evening, and more of it in summer. " * 3
    given = {**answer_values(folder, "roses-water"), "answer": long}
    [change] = edit_answer(folder, "roses-water", given)
    gone, new = lines_changed(change.before, change.after)
    assert gone == {"  answer: Roses want water."}
    assert "  answer: >-" in new and max(map(len, new)) <= 120


def test_a_claim_stands_in_the_file_of_claims_and_is_cited(folder: Path) -> None:
    given = {
        "id": "roses.sun",
        "source": "almanac",
        "at": "Chapter 3",
        "says": "Roses like sun: a lot.",
        "subject": "roses",
        "aspect": "care",
        "topics": "rain: no",
    }
    claims, answers = add_claim(folder, "roses-water", given)
    assert claims.after.startswith(claims.before)
    assert '  says: "Roses like sun: a lot."\n' in claims.after.decode()
    assert "  topics: {rain: no}\n" in claims.after.decode()
    assert "claims: [roses.water, both.rain, roses.sun]" in answers.after.decode()
    assert not new_problems(folder, [claims, answers])


def test_a_new_problem_is_told_and_one_that_was_there_is_not(folder: Path) -> None:
    [change] = add_phrasings(folder, "roses-water", ["roses or tulips"])
    [problem] = new_problems(folder, [change])
    assert "leads to two answers" in problem.message
    write_files(folder, {"sources.yaml": SOUND["sources.yaml"].replace("https://", "")})
    [change] = add_phrasings(folder, "roses-water", ["are roses thirsty"])
    assert new_problems(folder, [change]) == []


def test_a_file_that_changed_meanwhile_is_not_written(folder: Path) -> None:
    [change] = add_phrasings(folder, "roses-water", ["are roses thirsty"])
    file = folder / "answers" / "care.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    assert not write(folder, {change.name: (change.before, change.after)})
    assert file.read_text(encoding="utf-8").endswith("# mine\n")


@pytest.mark.parametrize("id", ["../care", "/etc/passwd", "nobody", ""])
def test_an_id_leads_to_no_file_but_that_of_its_answer(folder: Path, id: str) -> None:
    with pytest.raises(EditError):
        add_phrasings(folder, id, ["are roses thirsty"])


def test_a_file_outside_the_folder_is_not_edited_through_a_link(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside.yaml"
    outside.write_text("- {id: mine, title: Mine, questions: [whose], answer: Mine.}\n", encoding="utf-8")
    (folder / "answers" / "outside.yaml").symlink_to(outside)
    with pytest.raises(EditError):
        add_phrasings(folder, "mine", ["whose is it"])


def test_the_effect_is_told_question_by_question() -> None:
    golds = [Gold("a", "answer", entry="x"), Gold("b", "unstated"), Gold("c", "answer", entry="y")]

    def before(text: str, history: tuple[str, ...]) -> Reply:
        return Reply("unstated")

    def after(text: str, history: tuple[str, ...]) -> Reply:
        return Reply("answer", entry="x")

    found = [(one.after.gold.question, one.effect) for one in effect(golds, before, after)]
    assert found == [("a", "mended"), ("b", "broken"), ("c", "other")]
