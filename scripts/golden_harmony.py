"""Harmony by harmonypy on made-up matrices.

Writes packages/core/fixtures/harmony.json: inputs, options, the first centres that scikit-learn's k-means found, and what
harmonypy made of them. NumPy's shuffle of the update order is replaced by a rule that the test can follow: position i of
round r is spot (7 i + 13 r) mod N, N not divisible by 7. Pinned:
    pip install --no-deps harmonypy==0.0.10
    pip install numpy==1.26.4 pandas==2.2.3 scikit-learn==1.6.1
    python3 scripts/golden_harmony.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import harmonypy
import numpy as np
import pandas as pd

OUT = Path(__file__).parent.parent / "packages/core/fixtures/harmony.json"
STRIDE, SHIFT = 7, 13


class Rule:
    """Stands in for numpy.random.shuffle."""

    def __init__(self):
        self.round = 0

    def __call__(self, order):
        n = len(order)
        order[:] = (STRIDE * np.arange(n) + SHIFT * self.round) % n
        self.round += 1


def embedding(rng, sizes):
    """Groups in few dimensions, each batch shifted: values of both signs, as principal components have."""
    rows = []
    for b, size in enumerate(sizes):
        group = rng.integers(0, 3, size)
        rows.append(3 * np.eye(3, 5)[group] + rng.normal(0, 0.7, (size, 5)) + 0.8 * b * np.array([1, -1, 0.5, 0, 0.2]))
    return np.vstack(rows).round(3)


def expression(rng, sizes):
    """ln(1 + counts) of genes, many zero, each batch with an efficiency of its own per gene."""
    rows = []
    level = rng.gamma(1.0, 2.0, (3, 12))
    for size in sizes:
        efficiency = rng.gamma(4.0, 0.25, 12)
        rows.append(np.log1p(rng.poisson(level[rng.integers(0, 3, size)] * efficiency)))
    matrix = np.vstack(rows).round(3)
    matrix[matrix.max(axis=1) == 0, 0] = 0.693
    return matrix


def run(name, matrix, sizes, options):
    labels = np.repeat([f"b{b}" for b in range(len(sizes))], sizes)
    # Batches need not stand together.
    order = (11 * np.arange(len(labels))) % len(labels)
    matrix, labels = matrix[order], labels[order]
    start = {}

    def first_centres(data, clusters):
        start["centres"] = harmonypy.Harmony._cluster_kmeans(data, clusters, random_state=0)
        return start["centres"]

    shuffle, np.random.shuffle = np.random.shuffle, Rule()
    try:
        found = harmonypy.run_harmony(
            matrix, pd.DataFrame({"batch": labels}), "batch", verbose=False, cluster_fn=first_centres, **options
        )
    finally:
        np.random.shuffle = shuffle
    return {
        "name": name,
        "width": matrix.shape[1],
        "values": matrix.ravel().tolist(),
        "batches": labels.tolist(),
        "options": options,
        "clusters": int(found.K),
        "centres": start["centres"].ravel().tolist(),
        "corrected": [float(f"{x:.12g}") for x in found.Z_corr.T.ravel()],
        "objective": [float(x) for x in found.objective_harmony],
        "rounds": [int(last) + 1 for last in found.kmeans_rounds],
    }


def main():
    rng = np.random.default_rng(20)
    cases = [
        ("embedding, defaults", embedding, (40, 30, 20), {}),
        ("expression, defaults", expression, (45, 40, 25, 10), {}),
        (
            "expression, other options",
            expression,
            (50, 35),
            {"nclust": 5, "theta": 2.0, "lamb": 0.5, "sigma": 0.2, "block_size": 0.3, "max_iter_kmeans": 7},
        ),
        (
            "embedding, stopped early",
            embedding,
            (30, 30),
            {"nclust": 4, "max_iter_harmony": 2, "epsilon_harmony": 0.0, "epsilon_cluster": 0.0},
        ),
    ]
    golden = {
        "versions": {package: version(package) for package in ("harmonypy", "numpy", "scikit-learn")},
        "order": {"stride": STRIDE, "shift": SHIFT},
        "cases": [run(name, make(rng, sizes), sizes, options) for name, make, sizes, options in cases],
    }
    OUT.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
