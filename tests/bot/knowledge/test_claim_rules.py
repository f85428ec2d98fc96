"""What `check` says of sources and claims: addresses and dates, subjects that are named, topics that are unstated."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.knowledge.folders import SOUND, problems


def changed(tmp_path: Path, file: str, before: str, after: str) -> list[str]:
    assert before in SOUND[file]
    return problems(tmp_path, {file: SOUND[file].replace(before, after)})


@pytest.mark.parametrize(
    ("says", "named"),
    [
        ("Roses and tulips like rain.", True),
        ("A rosebush likes rain, as does a TULIP.", True),
        ("What rose people grow, and a tulip's leaves, like rain.", True),
        ("Tulips like rain.", False),
        ("They like rain.", False),
        ("The primroses and tulips like rain.", False),
    ],
)
def test_a_claim_names_each_of_its_subjects(tmp_path: Path, says: str, named: bool) -> None:
    found = changed(tmp_path, "claims.yaml", "Roses and tulips like rain.", f'"{says}"')
    missing = [one for one in found if "claims.yaml:13: 'says' does not name its subject, 'Roses'; it is shown" in one]
    assert bool(missing) != named


def test_a_claim_on_a_topic_that_is_called_unstated_is_refused(tmp_path: Path) -> None:
    assert changed(tmp_path, "claims.yaml", "also: {tulips: {watering: no}}", "also: {tulips: {greenhouse: no}}") == [
        "claims.yaml:7: claim 'roses.water' speaks of topic 'greenhouse', which the vocabulary calls unstated; "
        "take 'stated: no' out of the vocabulary, or the topic out of the claim"
    ]


@pytest.mark.parametrize(
    "url", ["press.example/almanac", "javascript:alert(1)", "'https://press example'", "https://["]
)
def test_the_address_of_a_source_is_a_whole_one(tmp_path: Path, url: str) -> None:
    [problem] = changed(tmp_path, "sources.yaml", "https://press.example/almanac", url)
    assert problem.startswith("sources.yaml:6: the url ")


@pytest.mark.parametrize(
    ("date", "right"),
    [("2024-05", True), ("'2024'", True), ("2024-13-01", False), ("May 2024", False), ("'24'", False)],
)
def test_the_date_of_a_source_is_a_date(tmp_path: Path, date: str, right: bool) -> None:
    found = changed(tmp_path, "sources.yaml", "2024-05-01", date)
    assert bool(found) != right
    assert all(one.startswith("sources.yaml:5: ") for one in found)
