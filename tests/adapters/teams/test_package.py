from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from adapters.teams import icons
from adapters.teams.package import VERSION, PackageError, manifest, write
from bot.knowledge import load
from bot.knowledge.shipped_phrases import overridden, shipped
from bot.nlu.command_parser import COMMANDS
from tests.adapters.teams.card_schema import SCHEMAS
from tests.teams_connector.issuer import APP_ID

URL = "https://advisor.example"
PROMPTS = tuple(f"Question {number}?" for number in range(20))


def test_the_manifest_follows_microsofts_schema() -> None:
    # From the npm package @microsoft/app-manifest (MIT licence).
    schema = json.loads((SCHEMAS / "teams-manifest-1.30.json").read_text(encoding="utf-8-sig"))
    jsonschema.Draft4Validator(schema).validate(manifest(URL, APP_ID, shipped(), PROMPTS))


def test_the_app_speaks_of_the_subject_of_the_folder() -> None:
    say = overridden({"name": "Gardener", "teams-app-short": "All on roses"}, {})
    made = manifest(URL, APP_ID, say, ())
    assert (made["name"]["short"], made["developer"]["name"]) == ("Gardener", "Gardener")
    assert made["description"]["short"] == "All on roses"
    assert "ecurity" not in json.dumps(manifest(URL, APP_ID, shipped(), ()))


def test_teams_takes_what_ours_is_called() -> None:
    made = manifest(URL, APP_ID, load(Path(__file__).parents[3] / "knowledge").phrases, ())
    assert len(made["name"]["short"]) <= 30
    assert len(made["description"]["short"]) <= 80


NODE_MODULES = Path(__file__).parents[2] / "node" / "node_modules"
# What the package's own `validateAgainstSchema` does; its entry needs a module that the package forgets to ask for.
CHECK = """
const { Convert } = require("@microsoft/app-manifest/build/generated-types/teams/TeamsManifestV1D30");
const schema = require("@microsoft/app-manifest/build/json-schemas/teams/v1.30/MicrosoftTeams.schema.json");
const ajv = new (require("ajv-draft-04"))({ allErrors: true, strictTypes: false });
require("ajv-formats")(ajv, ["uri", "email", "regex"]);
const text = require("fs").readFileSync(0, "utf8");
Convert.toTeamsManifestV1D30(text);
const validate = ajv.compile(schema);
validate(JSON.parse(text));
console.log(JSON.stringify(validate.errors || []));
"""


@pytest.mark.skipif(
    not (shutil.which("node") and (NODE_MODULES / "@microsoft" / "app-manifest").exists()) and not os.environ.get("CI"),
    reason="needs node and what make test installs for it",
)
@pytest.mark.parametrize("prompts", [(), PROMPTS])
def test_microsofts_own_checker_finds_nothing(prompts: tuple[str, ...]) -> None:
    written = json.dumps(manifest(URL, APP_ID, shipped(), prompts))
    checked = subprocess.run(
        ["node", "-e", CHECK], cwd=NODE_MODULES.parent, input=written, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout) == []


def test_the_checker_knows_the_version_that_is_written() -> None:
    assert f"v{VERSION}/" in CHECK


def test_every_command_is_listed_with_one_line_T3() -> None:
    [bot] = manifest(URL, APP_ID, shipped())["bots"]
    for listed in bot["commandLists"]:
        titles = [command["title"] for command in listed["commands"]]
        assert titles == [command.name for command in COMMANDS if command.listed]
        assert all(command["description"] and "\n" not in command["description"] for command in listed["commands"])


def test_a_personal_chat_offers_example_questions_after_the_commands() -> None:
    [bot] = manifest(URL, APP_ID, shipped(), PROMPTS)["bots"]
    personal, public = bot["commandLists"]
    assert len(personal["commands"]) == 12
    assert personal["commands"][-1]["type"] == "prompt"
    assert all("type" not in command for command in public["commands"])


def test_channels_and_group_chats_may_write_to_it_alone_and_find_its_commands_behind_a_slash_T25() -> None:
    [bot] = manifest(URL, APP_ID, shipped())["bots"]
    assert bot["supportsTargetedMessages"] is True
    personal, public = bot["commandLists"]
    assert public["scopes"] == ["team", "groupChat"] and public["triggers"] == ["mention", "slash"]
    assert "triggers" not in personal, "a personal chat is private already"


def test_valid_domains_hold_our_own_domain_and_nothing_else_T14() -> None:
    assert manifest("https://advisor.example:8443/", APP_ID, shipped())["validDomains"] == ["advisor.example"]


def test_private_and_shared_channels_are_declared() -> None:
    assert manifest(URL, APP_ID, shipped())["supportsChannelFeatures"] == "tier1"


def test_support_privacy_and_terms_are_ours_and_no_other_platform_is_named_T15() -> None:
    written = manifest(URL, APP_ID, shipped())
    assert written["developer"]["privacyUrl"] == "https://advisor.example/privacy"
    assert written["developer"]["termsOfUseUrl"] == "https://advisor.example/terms"
    assert "slack" not in json.dumps(written).lower()


@pytest.mark.parametrize("url", ["http://advisor.example", "advisor.example", "https://", "https://[x"])
def test_a_url_that_teams_could_not_reach_is_refused(url: str) -> None:
    with pytest.raises(PackageError):
        manifest(url, APP_ID, shipped())


def test_what_is_no_app_id_is_refused() -> None:
    with pytest.raises(PackageError):
        manifest(URL, "my-bot", shipped())


def test_the_package_is_a_zip_of_the_manifest_and_the_icons(tmp_path: Path) -> None:
    write(URL, APP_ID, tmp_path / "one.zip", shipped())
    write(URL, APP_ID, tmp_path / "two.zip", shipped())
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as package:
        assert sorted(package.namelist()) == ["color.png", "manifest.json", "outline.png"]
        assert json.loads(package.read("manifest.json")) == manifest(URL, APP_ID, shipped())


def pixels(png: bytes) -> tuple[int, list[tuple[int, ...]]]:
    """The width of a square picture with an alpha channel, and its pixels."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data, width = 8, b"", 0
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        name, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(name + body),)
        if name == b"IHDR":
            width, height, depth, kind = struct.unpack(">IIBB", body[:10])
            assert (height, depth, kind) == (width, 8, 6)
        elif name == b"IDAT":
            data += body
        at += 12 + length
    raw = zlib.decompress(data)
    step = width * 4 + 1
    rows: Any = [raw[start + 1 : start + step] for start in range(0, len(raw), step)]
    return width, [tuple(row[i : i + 4]) for row in rows for i in range(0, len(row), 4)]


def test_the_icons_have_the_sizes_and_colours_that_teams_asks_for_T15() -> None:
    width, colour = pixels(icons.colour())
    assert (width, {pixel[3] for pixel in colour}) == (192, {255})
    width, outline = pixels(icons.outline())
    assert (width, {pixel[:3] for pixel in outline}) == (32, {(255, 255, 255)})
    assert {0, 255} <= {pixel[3] for pixel in outline}
