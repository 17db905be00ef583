"""Golden augmented patches: torchvision's functions on PIL images, with fixed parameters, and Pillow's Gaussian blur.

Needs Python 3, Pillow 13.0.0, torch 2.5.1 and torchvision 0.20.1. Writes packages/core/fixtures/augmentations.json:
    python3 scripts/golden_augmentations.py
The pattern of side n is pixel(x, y, c) = (37 x + 91 y + 113 c + 5 x y + x x y + 17 c x) mod 256, as in the test; `smooth`
is a patch of few, near colours, as tissue has. Small results are kept whole, large ones as SHA-256.
"""

import hashlib
import json
from pathlib import Path

import PIL
import torch
import torchvision
from PIL import Image, ImageFilter
from torchvision.transforms import functional as F


def pattern(side: int) -> Image.Image:
    pixels = bytes(
        (37 * x + 91 * y + 113 * c + 5 * x * y + x * x * y + 17 * c * x) % 256
        for y in range(side) for x in range(side) for c in range(3)
    )
    return Image.frombytes("RGB", (side, side), pixels)


def smooth(side: int) -> Image.Image:
    pixels = bytes(
        (200, 120, 180)[c] + (x * (c + 1) + 3 * y) % 40 - (x * y) % 11
        for y in range(side) for x in range(side) for c in range(3)
    )
    return Image.frombytes("RGB", (side, side), pixels)


APPLY = {
    "brightness": lambda image, o: F.adjust_brightness(image, o["factor"]),
    "contrast": lambda image, o: F.adjust_contrast(image, o["factor"]),
    "saturation": lambda image, o: F.adjust_saturation(image, o["factor"]),
    "hue": lambda image, o: F.adjust_hue(image, o["shift"]),
    "horizontal-flip": lambda image, o: F.hflip(image),
    "vertical-flip": lambda image, o: F.vflip(image),
    "rotation": lambda image, o: F.rotate(image, o["angle"], fill=[0, 0, 0]),
    "gaussian-blur": lambda image, o: image.filter(ImageFilter.GaussianBlur(o["radius"])),
}
FACTORS = [0.0, 0.5, 0.6180339, 1.0, 1.3333333, 1.5, 3.7]
SINGLE = (
    [{"kind": kind, "factor": f} for kind in ("brightness", "contrast", "saturation") for f in FACTORS]
    + [{"kind": "hue", "shift": s} for s in (-0.5, -0.1, -0.003, 0.0, 0.004, 0.0777, 0.25, 0.5)]
    + [{"kind": "horizontal-flip"}, {"kind": "vertical-flip"}]
    + [{"kind": "rotation", "angle": a} for a in (0, 90, 180, 270, -90, 360, -180, 1e-3, 12.5, -33.3, 45, 137.77, -179.9)]
    + [{"kind": "gaussian-blur", "radius": r} for r in (0, 0.1, 0.5, 0.77, 1.0, 1.2345, 1.5, 4, 11.3)]
)
# The published lists with numbers drawn for them: mclSTExp, CMRCNet, MViTGene (without its noise).
CHAINS = [
    [
        {"kind": "saturation", "factor": 1.41}, {"kind": "brightness", "factor": 0.58}, {"kind": "contrast", "factor": 1.27},
        {"kind": "horizontal-flip"}, {"kind": "rotation", "angle": -101.9},
    ],
    [{"kind": "horizontal-flip"}, {"kind": "vertical-flip"}, {"kind": "rotation", "angle": 270}],
    [
        {"kind": "vertical-flip"}, {"kind": "rotation", "angle": 90}, {"kind": "contrast", "factor": 0.7},
        {"kind": "hue", "shift": -0.083}, {"kind": "brightness", "factor": 1.3}, {"kind": "saturation", "factor": 0.9},
        {"kind": "gaussian-blur", "radius": 1.1},
    ],
]
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def case(operations: list, name: str, side: int) -> dict:
    image = {"pattern": pattern, "smooth": smooth}[name](side)
    for operation in operations:
        image = APPLY[operation["kind"]](image, operation)
    result = {"image": name, "sizePx": side, "operations": operations}
    if side <= 5:
        return {**result, "pixels": list(image.tobytes())}
    return {**result, "sha256": hashlib.sha256(image.tobytes()).hexdigest()}


lists = [[operation] for operation in SINGLE] + CHAINS
cases = [case(operations, *where) for operations in lists
         for where in (("pattern", 5), ("pattern", 74), ("pattern", 225), ("smooth", 224))]
plain = F.to_tensor(pattern(4))
floats = {
    "sizePx": 4, "mean": MEAN, "std": STD,
    "plain": plain.flatten().tolist(), "normalised": F.normalize(plain, MEAN, STD).flatten().tolist(),
}
versions = {"pillow": PIL.__version__, "torch": torch.__version__, "torchvision": torchvision.__version__}
target = Path(__file__).parents[1] / "packages/core/fixtures/augmentations.json"
target.write_text(json.dumps({"versions": versions, "cases": cases, "floats": floats}) + "\n")
