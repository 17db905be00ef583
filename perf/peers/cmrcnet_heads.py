"""CMRCNet's heads on cached image tokens in PyTorch on the CPU: seconds of the fastest repetition, as one line of JSON.

    python3 perf/peers/cmrcnet_heads.py BATCH GENES TOKENS WIDTH REPETITIONS THREADS

One training step: forward, soft-target contrastive loss and masked reconstruction, backward, AdamW. Written from the paper's
description.
"""

import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

batch, genes, tokens, width, repetitions, threads = map(int, sys.argv[1:7])
torch.set_num_threads(threads)
torch.manual_seed(0)
WIDTH, SPOT_TOKENS, HEADS, PASSES = 256, 8, 8, 2


class Head(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.fc1, self.fc2, self.norm = nn.Linear(inputs, WIDTH), nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH)
        self.drop = nn.Dropout(0.1)

    def forward(self, x):
        p = self.fc1(x)
        return self.norm(self.drop(self.fc2(F.gelu(p))) + p)


def heads_of(x):
    return x.view(*x.shape[:2], HEADS, -1).transpose(1, 2)


def attend(q, k, v):
    a = ((heads_of(q) @ heads_of(k).transpose(-1, -2)) * (WIDTH // HEADS) ** -0.5).softmax(-1) @ heads_of(v)
    return a.transpose(1, 2).reshape(q.shape)


class Fusion(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.proj = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.fc1, self.fc2 = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.q, self.k, self.v1, self.v2 = [nn.Linear(WIDTH, WIDTH) for _ in range(4)]
        self.drop, self.cross_drop = nn.Dropout(0.1), nn.Dropout(0.25)

    def forward(self, x, y):
        x = x + self.drop(self.proj(attend(*self.qkv(self.norm1(x)).chunk(3, -1))))
        x = x + self.drop(self.fc2(self.drop(F.gelu(self.fc1(self.norm2(x))))))
        q, k = self.cross_drop(F.relu(self.q(x))), self.cross_drop(F.relu(self.k(y)))
        return x + self.v1(q) + attend(q, k, self.v2(k))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.image, self.spot = Head(width), Head(genes)
        self.spot_tokens, self.spot_drop = nn.Linear(genes, SPOT_TOKENS * WIDTH), nn.AlphaDropout(0.25)
        self.image_tokens = nn.Linear(width, WIDTH)
        self.first = nn.MultiheadAttention(WIDTH, 4, batch_first=True)
        self.fusion = Fusion()

    def forward(self, features, expression):
        image, spot = self.image(features.mean(1)), self.spot(expression)
        logits = spot @ image.T
        targets = ((image @ image.T + spot @ spot.T) / 2).softmax(-1)
        rows = -(targets * logits.log_softmax(-1)).sum(-1)
        columns = -(targets.T * logits.T.log_softmax(-1)).sum(-1)
        y = self.spot_drop(F.elu(self.spot_tokens(expression))).view(-1, SPOT_TOKENS, WIDTH)
        x = self.image_tokens(features)
        x = x * torch.empty_like(x).bernoulli_(0.5)
        x = self.first(x, y, y, need_weights=False)[0]
        for _ in range(PASSES):
            x = self.fusion(x, y)
        return ((rows + columns) / 2).log1p().mean() + F.mse_loss(x.mean(1), image).log1p()


model = Model()
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=1e-3)
features, expression = torch.rand(batch, tokens, width), 3 * torch.rand(batch, genes)
times = []
for _ in range(repetitions + 1):
    start = time.perf_counter()
    optimiser.zero_grad()
    model(features, expression).backward()
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
