"""A small file written by the reference implementation of safetensors, to read back.

Python 3.11, safetensors 0.4.5, numpy 2.1.3. From the repository root, in an environment with those:

    python scripts/golden_safetensors.py packages/engine/fixtures/reference.safetensors
"""

import sys

import numpy
from safetensors.numpy import save_file

save_file(
    {
        "fc.weight": numpy.arange(6, dtype=numpy.float32).reshape(2, 3) / 4,
        "fc.bias": numpy.array([-1.5, 2.25], dtype=numpy.float32),
        "index": numpy.array([[7], [-9]], dtype=numpy.int32),
        "mask": numpy.array([True, False, True]),
        "scalar": numpy.array(3.5, dtype=numpy.float32),
    },
    sys.argv[1],
    metadata={"origin": "safetensors 0.4.5"},
)
