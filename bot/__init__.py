"""The advisor: reads questions, finds answers and leads dialogues. Knows no platform and no subject matter."""

import os

# onnxruntime reports its use to its maker unless this is set before it is imported. Nothing of ours leaves the machine.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
