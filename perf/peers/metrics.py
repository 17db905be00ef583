"""Peer of perf/metrics.ts: the same scores with NumPy and SciPy, vectorised over blocks of genes, on one thread.

    python3 perf/peers/metrics.py GENES SPOTS

Makes the same data as perf/metrics.ts from the same integer hash and prints one line of JSON: processor seconds of scoring and the
bootstrap of the means, peak memory, the sums of every score and half the width of each interval, by which the caller checks
that both computed the same. One resample of genes serves all five metrics, in blocks of draws that bound the memory.
"""

import json
import resource
import sys
import time

import numpy as np
import scipy
from scipy.stats import rankdata

LEVELS = np.array([0] * 10 + [np.log1p(1)] * 3 + [np.log1p(2), np.log1p(3), np.log1p(6)], dtype=np.float32)
BLOCK = 100
NAMES = ("pcc", "spearman", "r2", "mse", "mae")
DRAWS = 1000
DRAWS_AT_ONCE = 50


def columns(genes, spots):
    truth = np.empty((spots, genes), dtype=np.float32)
    prediction = np.empty((spots, genes), dtype=np.float32)
    for spot in range(spots):
        x = (np.arange(genes, dtype=np.uint32) + np.uint32(spot * genes)) * np.uint32(0x9E3779B1)
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x85EBCA6B)
        x ^= x >> np.uint32(13)
        x *= np.uint32(0xC2B2AE35)
        x ^= x >> np.uint32(16)
        truth[spot] = LEVELS[x & np.uint32(15)]
        noise = (x >> np.uint32(8)).astype(np.float32) * np.float32(2**-24)
        prediction[spot] = noise + np.float32(0.5) * truth[spot]
    return truth, prediction


def correlation(a, b):
    a = a - a.mean(axis=1, keepdims=True)
    b = b - b.mean(axis=1, keepdims=True)
    return (a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))


def score(truth, prediction):
    parts = []
    for start in range(0, truth.shape[1], BLOCK):
        t = np.ascontiguousarray(truth[:, start : start + BLOCK].T, dtype=np.float64)
        p = np.ascontiguousarray(prediction[:, start : start + BLOCK].T, dtype=np.float64)
        error = t - p
        mse = (error * error).mean(axis=1)
        spearman = correlation(rankdata(t, axis=1), rankdata(p, axis=1))
        parts.append((correlation(t, p), spearman, 1 - mse / t.var(axis=1), mse, np.abs(error).mean(axis=1)))
    return [np.concatenate(column) for column in zip(*parts)]


def intervals(scores):
    rng = np.random.default_rng(1)
    values = np.stack(scores, axis=1)
    genes = len(values)
    means = []
    for _ in range(0, DRAWS, DRAWS_AT_ONCE):
        drawn = rng.integers(genes, size=(DRAWS_AT_ONCE, genes)) + np.arange(DRAWS_AT_ONCE)[:, None] * genes
        weights = np.bincount(drawn.ravel(), minlength=DRAWS_AT_ONCE * genes).reshape(DRAWS_AT_ONCE, genes)
        means.append(weights @ values / genes)
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5], axis=0)
    return (high - low) / 2


genes, spots = int(sys.argv[1]), int(sys.argv[2])
truth, prediction = columns(genes, spots)
start = time.process_time()
scores = score(truth, prediction)
widths = intervals(scores)
seconds = time.process_time() - start
print(
    json.dumps(
        {
            "seconds": seconds,
            "peakRssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "sums": dict(zip(NAMES, (float(s.sum()) for s in scores))),
            "intervals": dict(zip(NAMES, map(float, widths))),
            "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__},
        }
    )
)
