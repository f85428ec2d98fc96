"""The app as Slack is told about it."""

from __future__ import annotations

from pathlib import Path

import yaml

FILE = Path(__file__).with_name("manifest.yaml")
ADDRESS = "{url}"  # stands where the advisor's own address goes


def manifest(url: str) -> str:
    """The manifest as YAML, for an advisor that Slack reaches at `url` (https, without a slash at its end)."""
    return FILE.read_text(encoding="utf-8").replace(ADDRESS, url)


def bot_scopes() -> list[str]:
    scopes = yaml.safe_load(FILE.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"]
    return [str(scope) for scope in scopes]
