"""The host of the advisor: what is saved in the folder serves."""

from __future__ import annotations

import shutil
from pathlib import Path

from adapters.advisor_host import AdvisorHost

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
NEW = "- id: orchids\n  title: Orchids\n  questions: [how often do orchids need water]\n  answer: Weekly.\n"


def test_a_small_change_of_our_own_knowledge_serves_without_anything_to_learn(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, folder, ignore=shutil.ignore_patterns("reader"))
    (folder / "reader").symlink_to(KNOWLEDGE / "reader")
    learnt: list[int] = []
    host = AdvisorHost(folder, progress=lambda examples, share: learnt.append(examples))
    file = folder / "answers" / "new.yaml"
    for answer in ("Weekly.", "Daily."):
        file.write_text(NEW.replace("Weekly.", answer), encoding="utf-8")
        assert host.reload() == []
        assert answer in host.advisor.ask("How often do orchids need water?").text
    assert learnt == []
