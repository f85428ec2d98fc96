"""What is learnt of a knowledge folder is kept for the next start, and is never used for anything else."""

import shutil
from pathlib import Path

from bot.advisor import Advisor
from bot.ranking.model_cache import PACKAGE, program_hash

ANSWERS = """
- id: tea
  questions: [how do I brew tea, tea brewing, how long does tea take]
  answer: Three minutes.
- id: coffee
  questions: [how do I make coffee, coffee making, grinding beans]
  answer: Grind the beans.
"""


def test_a_second_start_replies_as_the_first(tmp_path: Path) -> None:
    folder, kept = _knowledge(tmp_path), tmp_path / "kept"
    first, second = Advisor.load(folder, cache=kept), Advisor.load(folder, cache=kept)
    for question in ("how should i brew tea?", "beans", "what about cars", "cofee"):
        assert first.ask(question) == second.ask(question)


def test_a_second_start_does_not_learn(tmp_path: Path) -> None:
    folder, kept = _knowledge(tmp_path), tmp_path / "kept"
    Advisor.load(folder, cache=kept)
    (written,) = kept.iterdir()
    before = written.stat().st_mtime_ns
    Advisor.load(folder, cache=kept)
    assert [file.stat().st_mtime_ns for file in kept.iterdir()] == [before]


def test_changed_knowledge_is_learnt_anew_and_the_old_file_goes(tmp_path: Path) -> None:
    folder, kept = _knowledge(tmp_path), tmp_path / "kept"
    Advisor.load(folder, cache=kept)
    (old,) = kept.iterdir()
    (folder / "answers" / "drinks.yaml").write_text(ANSWERS.replace("id: tea", "id: green-tea"))
    assert Advisor.load(folder, cache=kept).ask("how do I brew tea").entry == "green-tea"
    (new,) = kept.iterdir()
    assert new != old


def test_a_copy_of_the_same_knowledge_elsewhere_is_not_learnt_again(tmp_path: Path) -> None:
    folder, kept, heard = _knowledge(tmp_path), tmp_path / "kept", []
    Advisor.load(folder, cache=kept)
    copy = shutil.copytree(folder, tmp_path / "copy")
    copied = Advisor.load(copy, cache=kept, progress=lambda examples, share: heard.append(share))
    assert (copied.ask("how do I brew tea").entry, heard) == ("tea", [])


def test_learning_tells_how_far_it_is_from_nothing_to_all(tmp_path: Path) -> None:
    heard: list[tuple[int, float]] = []
    Advisor.load(_knowledge(tmp_path), progress=lambda examples, share: heard.append((examples, share)))
    shares = [share for _, share in heard]
    assert {examples for examples, _ in heard} == {6}
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len(shares) > 3 and shares == sorted(shares)


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    folder, kept = _knowledge(tmp_path), tmp_path / "kept"
    Advisor.load(folder, cache=kept)
    (file,) = kept.iterdir()
    file.write_bytes(file.read_bytes()[:1000])
    assert Advisor.load(folder, cache=kept).ask("how do I brew tea").entry == "tea"
    assert file.stat().st_size > 1000


def test_a_place_that_can_not_be_written_to_is_done_without(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert Advisor.load(_knowledge(tmp_path), cache=blocked / "kept").ask("tea brewing").entry == "tea"


def test_a_change_anywhere_in_the_program_is_seen(tmp_path: Path) -> None:
    copies = [tmp_path / file.relative_to(PACKAGE) for file in PACKAGE.rglob("*.py")]
    for copy in copies:
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(b"")
    before = program_hash(tmp_path)
    for copy in copies:
        copy.write_bytes(b"# changed")
        assert program_hash(tmp_path) != before, copy
        copy.write_bytes(b"")


def _knowledge(folder: Path) -> Path:
    (folder / "knowledge" / "answers").mkdir(parents=True)
    (folder / "knowledge" / "answers" / "drinks.yaml").write_text(ANSWERS)
    return folder / "knowledge"
