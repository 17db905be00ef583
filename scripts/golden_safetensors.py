"""Small files written by the reference implementation of safetensors, to read back.

Python 3.11, safetensors 0.4.5, numpy 2.1.3, torch 2.5.1 (CPU). From the repository root, in an environment with those:

    python scripts/golden_safetensors.py packages/engine/fixtures

`reference.safetensors` holds the types this project writes, `reference-torch.safetensors` those that PyTorch and timm write
beside them: int64 counters of batch norm, float16 and bfloat16 weights with the values at the edges of each format.
"""

import sys

import numpy
import safetensors
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch_file

folder = sys.argv[1]
origin = {"origin": f"safetensors {safetensors.__version__}"}

save_file(
    {
        "fc.weight": numpy.arange(6, dtype=numpy.float32).reshape(2, 3) / 4,
        "fc.bias": numpy.array([-1.5, 2.25], dtype=numpy.float32),
        "index": numpy.array([[7], [-9]], dtype=numpy.int32),
        "mask": numpy.array([True, False, True]),
        "scalar": numpy.array(3.5, dtype=numpy.float32),
    },
    f"{folder}/reference.safetensors",
    metadata=origin,
)

norm = torch.nn.BatchNorm2d(2)
norm(torch.arange(16, dtype=torch.float32).reshape(2, 2, 2, 2))
edges = [0.0, -0.0, 1.0, -2.5, 65504.0, 2.0**-14, 2.0**-24, -3 * 2.0**-24, float("inf"), float("-inf")]
save_torch_file(
    {
        **{f"norm.{name}": value for name, value in norm.state_dict().items()},
        "half": torch.tensor(edges + [float("nan")], dtype=torch.float16).reshape(11, 1),
        "brain": torch.tensor(edges + [3.39e38, 1e-40], dtype=torch.bfloat16),
        "limits": torch.tensor([2**31 - 1, -(2**31)], dtype=torch.int64),
    },
    f"{folder}/reference-torch.safetensors",
    metadata=origin,
)
save_torch_file(
    {"step": torch.tensor([5, 2**31], dtype=torch.int64)},
    f"{folder}/reference-too-large.safetensors",
    metadata=origin,
)
