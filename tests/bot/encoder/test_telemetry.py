"""What runs the encoder reports nothing to its maker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_what_runs_the_encoder_makes_itself_no_id_to_report_under(tmp_path: Path) -> None:
    given = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    done = subprocess.run(
        [sys.executable, "-c", "import bot.encoder.onnx_encoder"],
        cwd=ROOT, env={**given, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert list(tmp_path.rglob("*")) == []
