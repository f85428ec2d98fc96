"""The app as Slack is told about it."""

from __future__ import annotations

from pathlib import Path

import yaml

FILE = Path(__file__).with_name("manifest.yaml")
ADDRESS = "{url}"  # stands where the advisor's own address goes


def manifest(url: str) -> str:
    """The manifest as YAML, for an advisor that Slack reaches at `url` (https, without a slash at its end)."""
    return FILE.read_text(encoding="utf-8").replace(ADDRESS, url)


def socket_manifest() -> str:
    """The same for Socket Mode: Slack needs no address."""
    lines = FILE.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = "".join(line for line in lines if ADDRESS not in line and line.strip() != "redirect_urls:")
    return kept.replace("socket_mode_enabled: false", "socket_mode_enabled: true")


def bot_scopes() -> list[str]:
    scopes = yaml.safe_load(FILE.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"]
    return [str(scope) for scope in scopes]
