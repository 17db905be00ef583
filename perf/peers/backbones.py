"""Backbones in PyTorch on the CPU: seconds of the fastest repetition, as one line of JSON.

    python3 perf/peers/backbones.py NAME inference|training BATCH PX REPETITIONS THREADS

NAME is a timm model, or `vit` for CMRCNet's (patch 32, 8 layers, 8 heads). Training is forward, backward and AdamW of
mean((features + 0.5)^2).
"""

import json
import resource
import sys
import time

import timm
import torch

name, mode = sys.argv[1:3]
batch, px, repetitions, threads = map(int, sys.argv[3:7])
torch.set_num_threads(threads)
torch.manual_seed(0)

if name == "vit":
    model = timm.create_model("vit_base_patch32_224", num_classes=0, depth=8, num_heads=8)
else:
    model = timm.create_model(name, num_classes=0)
model.train(mode == "training")
images = torch.rand(batch, 3, px, px)
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-5, weight_decay=1e-3)


def infer():
    with torch.inference_mode():
        model(images)


def train():
    optimiser.zero_grad()
    (model(images) + 0.5).square().mean().backward()
    optimiser.step()


work = train if mode == "training" else infer
times = []
for _ in range(repetitions + 1):
    start = time.perf_counter()
    work()
    times.append(time.perf_counter() - start)
print(
    json.dumps(
        {
            "seconds": min(times[1:]),
            "peakRssMb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "versions": {"python": sys.version.split()[0], "torch": torch.__version__, "timm": timm.__version__},
        }
    )
)
