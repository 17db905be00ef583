"""Peer of perf/bootstrap.ts: the same hierarchical bootstrap with NumPy, as one matrix product per method, on one thread.

    python3 perf/peers/bootstrap.py METHODS PATIENTS SECTIONS GENES DRAWS

Scores come from a formula both sides share; resamples come from NumPy's own generator, so what is compared in the sums is
the mean of the draws, which is the headline up to Monte Carlo error.
"""

import json
import resource
import sys
import time

import numpy as np


def scores(methods, sections, genes):
    m, s, g = np.meshgrid(np.arange(methods), np.arange(sections), np.arange(genes), indexing="ij")
    return 0.2 + 0.01 * m + 0.1 * np.sin(s + 3 * g + 5 * m)


def gene_weights(rng, draws, genes):
    drawn = rng.integers(genes, size=(draws, genes)) + np.arange(draws)[:, None] * genes
    return np.bincount(drawn.ravel(), minlength=draws * genes).reshape(draws, genes).astype(np.float64)


def section_weights(rng, draws, patients, sections):
    """Sections of patient p are p * sections .. (p + 1) * sections - 1."""
    patient = rng.integers(patients, size=(draws, patients, 1))
    section = rng.integers(sections, size=(draws, patients, sections))
    total = patients * sections
    index = patient * sections + section + np.arange(draws)[:, None, None] * total
    return np.bincount(index.ravel(), minlength=draws * total).reshape(draws, total) / total


def bootstrap(values, patients, sections, draws):
    rng = np.random.default_rng(1)
    by_gene = gene_weights(rng, draws, values.shape[2]) / values.shape[2]
    by_section = section_weights(rng, draws, patients, sections)
    headlines = np.stack([((by_gene @ method.T) * by_section).sum(axis=1) for method in values])
    return np.percentile(headlines, [2.5, 97.5], axis=1), headlines


methods, patients, sections, genes, draws = map(int, sys.argv[1:])
values = scores(methods, patients * sections, genes)
start = time.perf_counter()
_, headlines = bootstrap(values, patients, sections, draws)
seconds = time.perf_counter() - start
print(
    json.dumps(
        {
            "seconds": seconds,
            "peakRssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "sums": {"mean": float(headlines.mean()), "sd": float(headlines.std(axis=1).mean())},
            "versions": {"python": sys.version.split()[0], "numpy": np.__version__},
        }
    )
)
