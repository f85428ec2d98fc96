from __future__ import annotations

import pytest

from bot.advisor import Advisor
from tests.bot.knowledge.folders import SOUND, write
from tests.bot.triage.talk import Talk


@pytest.fixture
def talk(advisor: Advisor) -> Talk:
    return Talk(advisor)


@pytest.fixture
def begun(talk: Talk) -> Talk:
    """A dialogue at its first question."""
    talk.say("help us choose")
    return talk


@pytest.fixture(scope="session")
def gardener(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    """An advisor whose knowledge has no guided dialogue."""
    return Advisor.load(write(tmp_path_factory.mktemp("garden"), SOUND))
