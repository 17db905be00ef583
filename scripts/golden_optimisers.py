"""Known answers of PyTorch's optimisers, gradient clipping and cosine schedule.

Python 3.11, torch 2.5.1, numpy 2.1.3 (versions that the header of the output repeats). From the repository root:

    python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch==2.5.1 numpy==2.1.3
    /tmp/torch/bin/python scripts/golden_optimisers.py > packages/engine/fixtures/optimisers.json

Everything in float64, so that the fixture is the formula's value and not one machine's rounding. Gradients are made, not
differentiated: g[step][i] = 2 * u - 1 with u the fractional part of (i + 1) * 0.6180339887 + step * 0.3.
"""

import json
import sys

import numpy
import torch

START = [0.5, -1.25, 2.0, 0.0, 1e-3]
STEPS = 5


def gradient(step):
    return [2 * (((i + 1) * 0.6180339887 + step * 0.3) % 1.0) - 1 for i in range(len(START))]


def run(make, rates, max_norm=None):
    parameter = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    optimiser = make([parameter])
    after = []
    for step, rate in enumerate(rates):
        parameter.grad = torch.tensor(gradient(step), dtype=torch.float64)
        if max_norm is not None:
            torch.nn.utils.clip_grad_norm_([parameter], max_norm)
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.step()
        after.append(parameter.detach().tolist())
    return {"rates": rates, "after": after}


def cosine(epochs, start, end):
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=start)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=epochs, eta_min=end)
    rates = []
    for _ in range(epochs):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return rates


RATES = [0.1, 0.1, 0.05, 0.05, 0.2]
json.dump(
    {
        "generator": "scripts/golden_optimisers.py",
        "python": sys.version.split()[0],
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "start": START,
        "gradients": [gradient(step) for step in range(STEPS)],
        "cases": {
            "adam": run(lambda p: torch.optim.Adam(p), RATES),
            "adam, L2 0.1": run(lambda p: torch.optim.Adam(p, weight_decay=0.1), RATES),
            "adam, betas 0.5 0.9, eps 1e-3": run(lambda p: torch.optim.Adam(p, betas=(0.5, 0.9), eps=1e-3), RATES),
            "adamw, decay 0.1": run(lambda p: torch.optim.AdamW(p, weight_decay=0.1), RATES),
            "sgd": run(lambda p: torch.optim.SGD(p), RATES),
            "sgd, momentum 0.9, L2 0.1": run(lambda p: torch.optim.SGD(p, momentum=0.9, weight_decay=0.1), RATES),
            "adam, clipped to norm 0.5": run(lambda p: torch.optim.Adam(p), RATES, max_norm=0.5),
        },
        "cosine, 7 epochs, 1e-4 to 1e-5": cosine(7, 1e-4, 1e-5),
    },
    sys.stdout,
    indent=1,
)
print()
