"""Keeps the blocks of a message or a view within what Slack takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

# Bytes of all blocks in JSON. Slack documents no limit for a message; it was seen to refuse messages of about 13,200
# characters as msg_blocks_too_long (slackapi/bolt-js, issues 2509 and 2867).
MESSAGE = 12_000
VIEW = 240_000  # the same for a modal, which may have 250 KB in all

Blocks = Sequence[dict[str, Any]]


def fitted(above: Blocks, body: Blocks, last: Blocks, *, more: dict[str, Any], most: int, size: int) -> Blocks:
    """All blocks, or as many as fit: at most `most` in number and `size` bytes of JSON. The end of the body goes first,
    then the longest texts around it, buttons and fields at last. `more`: the block that says so."""
    blocks = [*above, *body, *last]
    if len(blocks) <= most and len(orjson.dumps(blocks)) <= size:
        return blocks
    sizes = [_size(block) for block in blocks]
    in_body = range(len(above), len(above) + len(body))
    around = [at for at in range(len(blocks)) if at not in in_body]
    around.sort(key=lambda at: (blocks[at]["type"] in ("actions", "input"), -sizes[at]))
    left = set(range(len(blocks)))
    for at in (*reversed(in_body), *around):
        if len(left) < most and sum(sizes[one] for one in left) + _size(more) < size:
            break
        left.remove(at)
    fit = [blocks[at] for at in sorted(left)]
    fit.insert(sum(at < in_body.stop for at in left), more)
    return fit


def _size(block: dict[str, Any]) -> int:
    """Bytes of the block in JSON, with the comma after it."""
    return len(orjson.dumps(block)) + 1
