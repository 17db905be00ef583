"""Golden resized crops: Pillow's antialiased bilinear resize of a small pattern.

Needs Python 3 and Pillow 13.0.0 (`pip install pillow==13.0.0`). Writes packages/core/fixtures/resize-pillow.json:
    python3 scripts/golden_resize.py
The pattern of side n is pixel(x, y, c) = (37 x + 91 y + 113 c + 5 x y + x x y) mod 256, as in the test.
"""

import json
from pathlib import Path

import PIL
from PIL import Image

CASES = [(1, 4), (4, 9), (7, 4), (8, 2), (9, 1), (16, 10), (16, 24), (30, 7)]


def pattern(side: int) -> Image.Image:
    pixels = bytes(
        (37 * x + 91 * y + 113 * c + 5 * x * y + x * x * y) % 256
        for y in range(side) for x in range(side) for c in range(3)
    )
    return Image.frombytes("RGB", (side, side), pixels)


def resized(start: int, end: int) -> dict:
    image = pattern(start).resize((end, end), Image.Resampling.BILINEAR)
    return {"from": start, "to": end, "pixels": list(image.tobytes())}


target = Path(__file__).parents[1] / "packages/core/fixtures/resize-pillow.json"
cases = [resized(start, end) for start, end in CASES]
target.write_text(json.dumps({"pillow": PIL.__version__, "cases": cases}) + "\n")
