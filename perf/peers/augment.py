"""Peer of perf/augment.ts: torchvision's transforms on PIL images, in one process on one thread.

    python3 perf/peers/augment.py PATCHES.rgb SIZE OPERATIONS.json

Applies the operations that perf/augment.ts drew to its patches, makes tensors of them, and prints one line of JSON: seconds of
processor time, peak memory, versions, and sums of every third value of the first twenty, by which the caller checks that
both did the same.
"""

import json
import resource
import sys
import time

import numpy as np
import PIL
import torch
import torchvision
from PIL import Image, ImageFilter
from torchvision.transforms import functional as F

torch.set_num_threads(1)


def noise(image, operation):
    values = np.asarray(image).astype(np.float32)
    values = np.clip(values + np.random.normal(0, operation["sigma"], size=values.shape), 0, 255)
    return Image.fromarray(values.astype(np.uint8))


APPLY = {
    "brightness": lambda image, o: F.adjust_brightness(image, o["factor"]),
    "contrast": lambda image, o: F.adjust_contrast(image, o["factor"]),
    "saturation": lambda image, o: F.adjust_saturation(image, o["factor"]),
    "hue": lambda image, o: F.adjust_hue(image, o["shift"]),
    "horizontal-flip": lambda image, o: F.hflip(image),
    "vertical-flip": lambda image, o: F.vflip(image),
    "rotation": lambda image, o: F.rotate(image, o["angle"], fill=[0, 0, 0]),
    "gaussian-blur": lambda image, o: image.filter(ImageFilter.GaussianBlur(o["radius"])),
    "gaussian-noise": noise,
}


def augment(pixels, operations):
    image = Image.fromarray(pixels)
    for operation in operations:
        image = APPLY[operation["kind"]](image, operation)
    return F.to_tensor(image)


path, size, operations_path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
patches = np.fromfile(path, dtype=np.uint8).reshape(-1, size, size, 3)
with open(operations_path) as file:
    lists = json.load(file)
for i in range(20):
    augment(patches[i % len(patches)], lists[i % len(lists)])
start = time.process_time()
for i, operations in enumerate(lists):
    augment(patches[i % len(patches)], operations)
seconds = time.process_time() - start
first = [augment(patches[i % len(patches)], lists[i]) for i in range(min(20, len(lists)))]
print(
    json.dumps(
        {
            "seconds": seconds,
            "peakRssMb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "sums": [int(torch.round(tensor.flatten()[::3] * 255).sum()) for tensor in first],
            "versions": {
                "python": sys.version.split()[0],
                "torchvision": torchvision.__version__,
                "pillow": PIL.__version__,
            },
        }
    )
)
