"""The app's two icons, drawn here: a shield with a tick. PNG, by the standard library alone."""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Callable
from functools import cache

BLUE = (0x1F, 0x4E, 0x79)
WHITE = (0xFF, 0xFF, 0xFF)
SAMPLES = 4  # a side, within each pixel, for smooth edges
TICK = ((-0.36, 0.02), (-0.08, 0.30), (0.40, -0.30))

Shape = Callable[[float, float], bool]  # coordinates from -1 to 1, y downwards


@cache
def colour() -> bytes:
    """PNG, 192 by 192 pixels: a white shield in a plain square, whose corners Teams rounds itself."""
    width, symbol = 192, 96

    def pixel(x: int, y: int) -> tuple[int, int, int, int]:
        part = _coverage(lambda u, v: _shield(u, v) and not _tick(u, v, 0.10), x, y, width, symbol)
        red, green, blue = (round(a + (b - a) * part) for a, b in zip(BLUE, WHITE, strict=True))
        return red, green, blue, 255

    return _png(width, pixel)


@cache
def outline() -> bytes:
    """PNG, 32 by 32 pixels: white lines on a transparent background."""
    width, symbol = 32, 28

    def line(u: float, v: float) -> bool:
        return (_shield(u, v) and not _shield(u / 0.84, v / 0.84)) or _tick(u, v, 0.09)

    def pixel(x: int, y: int) -> tuple[int, int, int, int]:
        return (*WHITE, round(255 * _coverage(line, x, y, width, symbol)))

    return _png(width, pixel)


def _shield(u: float, v: float) -> bool:
    """True inside the shield: straight sides above, which meet in a point below."""
    if not -1 <= v <= 1:
        return False
    half = 0.82 if v <= 0 else 0.82 * (1 - v * v) ** 0.75
    return abs(u) <= half


def _tick(u: float, v: float, thickness: float) -> bool:
    """True within `thickness` of the two strokes of the tick."""
    for (x1, y1), (x2, y2) in itertools.pairwise(TICK):
        dx, dy = x2 - x1, y2 - y1
        along = max(0.0, min(1.0, ((u - x1) * dx + (v - y1) * dy) / (dx * dx + dy * dy)))
        if (u - x1 - along * dx) ** 2 + (v - y1 - along * dy) ** 2 <= thickness * thickness:
            return True
    return False


def _coverage(shape: Shape, x: int, y: int, width: int, symbol: int) -> float:
    """The share of a pixel that the shape covers, 0 to 1: it is centred, and `symbol` pixels high."""
    hits = 0
    for i in range(SAMPLES):
        for j in range(SAMPLES):
            u = (x + (i + 0.5) / SAMPLES - width / 2) / (symbol / 2)
            v = (y + (j + 0.5) / SAMPLES - width / 2) / (symbol / 2)
            if abs(u) <= 1 and abs(v) <= 1:
                hits += shape(u, v)
    return hits / SAMPLES**2


def _png(width: int, pixel: Callable[[int, int], tuple[int, int, int, int]]) -> bytes:
    """A square picture with an alpha channel (PNG specification, colour type 6)."""
    rows = b"".join(b"\0" + bytes(value for x in range(width) for value in pixel(x, y)) for y in range(width))
    header = struct.pack(">IIBBBBB", width, width, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
