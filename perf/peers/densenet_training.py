"""A DenseNet-121 training step in PyTorch: batch, px, steps, threads -> seconds of the fastest step, as JSON."""

import json
import resource
import sys
import time

import torch
from torch import nn

batch, px, steps, threads = map(int, sys.argv[1:5])
torch.set_num_threads(threads)


def norm_relu_conv(inputs, outputs, kernel):
    return nn.Sequential(
        nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
    )


class Layer(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(norm_relu_conv(channels, 128, 1), norm_relu_conv(128, 32, 3))

    def forward(self, x):
        return torch.cat([x, self.body(x)], 1)


parts = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
channels = 64
for block, layers in enumerate([6, 12, 24, 16]):
    for _ in range(layers):
        parts.append(Layer(channels))
        channels += 32
    if block < 3:
        parts += [norm_relu_conv(channels, channels // 2, 1), nn.AvgPool2d(2)]
        channels //= 2
model = nn.Sequential(*parts, nn.BatchNorm2d(channels))
optimiser = torch.optim.SGD(model.parameters(), 1e-3)
images = torch.sin(torch.arange(batch * 3 * px * px) * 0.37).reshape(batch, 3, px, px)
times = []
for _ in range(steps + 1):
    start = time.perf_counter()
    optimiser.zero_grad()
    (model(images).mean((2, 3)) + 0.5).square().mean().backward()
    optimiser.step()
    times.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": min(times[1:]), "peakRssMb": round(peak), "versions": {"torch": torch.__version__}}))
