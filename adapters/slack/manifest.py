"""The app's manifest, from which Slack creates it."""

from __future__ import annotations

from pathlib import Path

import yaml

FILE = Path(__file__).with_name("manifest.yaml")
ADDRESS = "{url}"  # replaced by the advisor's own address


def manifest(url: str) -> str:
    """The manifest in YAML for an advisor at `url` (https, without a slash at its end)."""
    return FILE.read_text(encoding="utf-8").replace(ADDRESS, url)


def socket_manifest() -> str:
    """The same for Socket Mode, without an address."""
    lines = FILE.read_text(encoding="utf-8").splitlines(keepends=True)
    remaining = "".join(line for line in lines if ADDRESS not in line and line.strip() != "redirect_urls:")
    return remaining.replace("socket_mode_enabled: false", "socket_mode_enabled: true")


def bot_scopes() -> list[str]:
    scopes = yaml.safe_load(FILE.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"]
    return [str(scope) for scope in scopes]
