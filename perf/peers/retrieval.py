"""Peer of perf/retrieval.ts: cosine top-k and the weighted mean of the neighbours with NumPy, on one thread.

    python3 perf/peers/retrieval.py QUERIES KEYS WIDTH GENES K

Makes the same arrays as perf/retrieval.ts from the same integer hash. Rows are normalised, similarities come from one
matrix product a block of 500 queries, the k largest from argpartition, weights 1 / d^2 in the L2 distance (as the square of
a difference, which is d^2 itself), predictions from a weighted sum. Prints one line of JSON: seconds for finding the
neighbours alone and for the whole prediction (processor time), peak memory, and the sums by which the caller checks that both agree.
"""

import json
import resource
import sys
import time

import numpy as np

BLOCK = 500


def numbers(rows, width, seed):
    """Sums of two hashed uniforms, -1..1."""
    parts = []
    for half in (0, 1):
        x = np.arange(rows * width, dtype=np.uint32) * np.uint32(2) + np.uint32(half) + np.uint32(seed)
        x *= np.uint32(0x9E3779B1)
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x85EBCA6B)
        x ^= x >> np.uint32(13)
        x *= np.uint32(0xC2B2AE35)
        x ^= x >> np.uint32(16)
        parts.append((x >> np.uint32(8)).astype(np.float32) * np.float32(2**-24) - np.float32(0.5))
    return (parts[0] + parts[1]).reshape(rows, width)


def normalised(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def nearest(queries, keys, k):
    unit_keys = normalised(keys).T
    neighbours = np.empty((len(queries), k), dtype=np.int64)
    for begin in range(0, len(queries), BLOCK):
        similarity = normalised(queries[begin : begin + BLOCK]) @ unit_keys
        neighbours[begin : begin + BLOCK] = np.argpartition(similarity, -k, axis=1)[:, -k:]
    return neighbours


def predict(queries, keys, expression, neighbours):
    prediction = np.empty((len(queries), expression.shape[1]), dtype=np.float32)
    for n, near in enumerate(neighbours):
        difference = keys[near] - queries[n]
        weight = 1 / np.einsum("kd,kd->k", difference, difference)
        prediction[n] = (weight / weight.sum()) @ expression[near]
    return prediction


count, bank, width, genes, k = map(int, sys.argv[1:6])
queries, keys, expression = numbers(count, width, 1), numbers(bank, width, 2**30), numbers(bank, genes, 2**31)
start = time.process_time()
neighbours = nearest(queries, keys, k)
found = time.process_time() - start
prediction = predict(queries, keys, expression, neighbours)
seconds = time.process_time() - start
print(
    json.dumps(
        {
            "seconds": found,
            "sums": {"prediction": float(np.abs(prediction).sum(dtype=np.float64)), "keys": float(neighbours.sum())},
            "peakRssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "wholeSeconds": seconds,
            "versions": {"numpy": np.__version__},
        }
    )
)
