"""mclSTExp's heads on cached features in PyTorch on the CPU: seconds of the fastest repetition, as one line of JSON.

    python3 perf/peers/mclstexp_heads.py BATCH GENES FEATURES POSITIONS REPETITIONS THREADS

One training step: forward, symmetric cross-entropy, backward, Adam with L2. Written from the paper's description.
"""

import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

batch, genes, features, positions, repetitions, threads = map(int, sys.argv[1:7])
torch.set_num_threads(threads)
torch.manual_seed(0)
HEADS, HEAD_WIDTH, LAYERS, WIDTH = 8, 64, 2, 256


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(genes), nn.LayerNorm(genes)
        self.qkv = nn.Linear(genes, 3 * HEADS * HEAD_WIDTH, bias=False)
        self.out = nn.Linear(HEADS * HEAD_WIDTH, genes)
        self.ff = nn.Sequential(nn.Linear(genes, genes), nn.GELU(), nn.Linear(genes, genes))

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, HEADS, HEAD_WIDTH).permute(2, 0, 3, 1, 4)
        a = ((q @ k.transpose(-1, -2)) * HEAD_WIDTH**-0.5).softmax(-1) @ v
        x = x + self.out(a.transpose(1, 2).reshape(b, t, HEADS * HEAD_WIDTH))
        return x + self.ff(self.norm2(x))


class Head(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1, self.fc2, self.norm = nn.Linear(width, WIDTH), nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH)

    def forward(self, x):
        p = self.fc1(x)
        return self.norm(self.fc2(F.gelu(p)) + p)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.x, self.y = nn.Embedding(positions, genes), nn.Embedding(positions, genes)
        self.blocks = nn.Sequential(*[Block() for _ in range(LAYERS)])
        self.spot, self.image = Head(genes), Head(features)

    def forward(self, image, expression, position):
        spots = expression + self.x(position[:, 0]) + self.y(position[:, 1])
        logits = self.spot(self.blocks(spots[None])[0]) @ self.image(image).T
        identity = torch.arange(len(logits))
        return (F.cross_entropy(logits, identity) + F.cross_entropy(logits.T, identity)) / 2


model = Model()
optimiser = torch.optim.Adam(model.parameters(), lr=1e-4, weight_decay=1e-3)
image, expression = torch.rand(batch, features), 3 * torch.rand(batch, genes)
position = torch.randint(0, positions, (batch, 2))
times = []
for _ in range(repetitions + 1):
    start = time.perf_counter()
    optimiser.zero_grad()
    model(image, expression, position).backward()
    optimiser.step()
    times.append(time.perf_counter() - start)
print(
    json.dumps(
        {
            "seconds": min(times[1:]),
            "peakRssMb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "versions": {"python": sys.version.split()[0], "torch": torch.__version__},
        }
    )
)
