"""What is drawn is Block Kit as Slack's own types describe it, and keeps Slack's limits."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.advisor import Advisor
from tests.adapters.slack.drawn import homes, messages, modals
from tests.slack_workspace.limits import problems, view_problems

MODULES = Path(__file__).parents[2] / "node" / "node_modules"
TYPES, TSC = MODULES / "@slack" / "types", MODULES / "typescript" / "bin" / "tsc"


def test_s22_everything_that_is_drawn_keeps_slacks_limits(advisor: Advisor) -> None:
    assert [wrong for blocks in messages(advisor) for wrong in problems(blocks)] == []
    assert [wrong for view in (*modals(advisor), *homes(advisor)) for wrong in view_problems(view)] == []


def test_s22_nothing_that_can_be_picked_is_cut(advisor: Advisor) -> None:
    inputs = [block for view in modals(advisor) for block in view["blocks"] if block["type"] == "input"]
    options = [json.dumps(block["element"].get("options", ()), ensure_ascii=False) for block in inputs]
    assert options and not [one for one in options if "…" in one]


WORDS = {"text", "value", "url", "action_id", "block_id", "private_metadata", "accessibility_label"}


def _shape(element: Any) -> Any:
    """The same with all words alike, and no two neighbours alike: the types care for nothing else."""
    match element:
        case dict():
            return {key: "x" if key in WORDS and isinstance(one, str) else _shape(one) for key, one in element.items()}
        case list():
            shapes = [_shape(one) for one in element]
            return [one for number, one in enumerate(shapes) if number == 0 or one != shapes[number - 1]]
    return element


@pytest.mark.skipif(
    not (TSC.exists() and TYPES.exists() and shutil.which("node")), reason="needs node and its packages"
)
def test_s22_everything_that_is_drawn_passes_slacks_own_types(advisor: Advisor, tmp_path: Path) -> None:
    shown = {
        "KnownBlock[]": list(messages(advisor)),
        "ModalView": list(modals(advisor)),
        "HomeView": list(homes(advisor)),
    }
    lines = ["import type { HomeView, KnownBlock, ModalView } from '@slack/types'"]
    for kind, drawn in shown.items():
        different = sorted({json.dumps(_shape(one)) for one in drawn})
        lines += [f"export const {kind.strip('[]')}s{number}: {kind} = {one}" for number, one in enumerate(different)]
    lines += ["// @ts-expect-error: the check would see it", "export const wrong: KnownBlock = { type: 'headline' }"]
    (tmp_path / "drawn.ts").write_text("\n".join(lines), encoding="utf-8")
    options = {"strict": True, "noEmit": True, "skipLibCheck": True, "types": [], "module": "nodenext"}
    paths = {"@slack/types": [str(TYPES / "dist" / "index.d.ts")]}
    config = {"compilerOptions": {**options, "paths": paths}, "files": ["drawn.ts"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(config), encoding="utf-8")
    done = subprocess.run(["node", str(TSC), "-p", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[:3000]
