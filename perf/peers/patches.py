"""Peer of perf/patches.ts: the same patches with tifffile and NumPy.

    python3 perf/peers/patches.py SLIDE.tif SIZE GRID OUT.rgb

Reads the slide, copies 4,000 patches (black beyond its edge) into an array and writes it; prints one line of JSON: seconds,
peak memory, the patches' SHA-256, versions.
"""

import hashlib
import json
import resource
import sys
import time

import numpy as np
import tifffile

path, size, grid, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
start = time.perf_counter()
image = tifffile.imread(path)
height, width = image.shape[:2]
step = width / grid
patches = np.zeros((4000, size, size, 3), dtype=np.uint8)
half = size // 2
for i, patch in enumerate(patches):
    left, top = int(i % grid * step) - half, int(i // grid * step) - half
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + size, width), min(top + size, height)
    patch[y0 - top : y1 - top, x0 - left : x1 - left] = image[y0:y1, x0:x1]
patches.tofile(out)
seconds = time.perf_counter() - start
peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
print(
    json.dumps(
        {
            "seconds": seconds,
            "peakRssMb": peak,
            "sha256": hashlib.sha256(patches).hexdigest(),
            "versions": {
                "python": sys.version.split()[0],
                "tifffile": tifffile.__version__,
                "numpy": np.__version__,
            },
        }
    )
)
