"""Golden numbers for packages/core/src/metrics and statistics, from NumPy and SciPy.

Pinned: numpy 2.4.6, scipy 1.17.1 on Python 3.11. Run in a virtual environment outside the repository:

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install numpy==2.4.6 scipy==1.17.1
    /tmp/golden/bin/python scripts/golden_metrics.py > packages/core/fixtures/metrics.json

Nothing here is written by the code under test: columns are drawn with NumPy's own generator and stored in the file.
"""

import json
import sys

import numpy as np
import scipy
from scipy import stats

PINNED = ("2.4.6", "1.17.1")
if (np.__version__, scipy.__version__) != PINNED:
    sys.exit(f"needs numpy, scipy {PINNED}, got {(np.__version__, scipy.__version__)}")

rng = np.random.default_rng(20240429)


def gene(name, truth, prediction):
    """Scores of one float32 column pair, computed in float64."""
    truth, prediction = np.float32(truth), np.float32(prediction)
    t, p = truth.astype(np.float64), prediction.astype(np.float64)
    return {
        "gene": name,
        "truth": truth.astype(float).tolist(),
        "prediction": prediction.astype(float).tolist(),
        "pcc": stats.pearsonr(t, p).statistic,
        "spearman": stats.spearmanr(t, p).statistic,
        "r2": 1 - np.sum((t - p) ** 2) / np.sum((t - t.mean()) ** 2),
        "mse": np.mean((t - p) ** 2),
        "mae": np.mean(np.abs(t - p)),
        "truthMean": t.mean(),
        "truthVar": t.var(),
        "predVar": p.var(),
    }


def genes():
    n = 40
    counts = rng.poisson(1.5, n)
    logs = np.log1p(counts)
    yield gene("counts-heavy-ties", logs, logs + rng.normal(0, 0.7, n))
    yield gene("dense", rng.normal(0, 1, n), rng.normal(0, 1, n))
    yield gene("both-tied", rng.integers(0, 3, n), rng.integers(0, 4, n))
    yield gene("one-spot-expressed", np.eye(1, n, 7)[0], rng.normal(0, 1, n))
    yield gene("large-offset", 1000 + rng.normal(0, 0.1, n), 2000 + rng.normal(0, 1, n))
    yield gene("tiny", rng.normal(0, 1e-20, n), rng.normal(0, 1e-20, n))
    yield gene("nearly-perfect", np.arange(n) / 7, np.arange(n) / 7 + rng.normal(0, 1e-4, n))
    yield gene("reversed", np.arange(n), -np.sqrt(np.arange(n)))
    yield gene("three-spots", [0.0, 1.0, 5.0], [2.0, 1.0, 2.5])


def wilcoxon():
    for n in (1, 4, 5, 6, 7, 8, 12, 20):
        difference = rng.normal(0.4, 1, n)
        yield {"differences": difference.tolist(), "p": stats.wilcoxon(difference, method="exact").pvalue}
    for n in (6, 8, 10):  # ties: the permutation test over sign patterns of the same statistic
        difference = rng.choice([-3, -2, -1, 1, 2, 3], n) / 4
        ranks = stats.rankdata(np.abs(difference))

        def statistic(x, axis):
            return np.sum((x > 0) * ranks, axis=axis)

        result = stats.permutation_test(
            (difference,), statistic, permutation_type="samples", n_resamples=np.inf, vectorized=True
        )
        yield {"differences": difference.tolist(), "p": result.pvalue}


def distributions():
    z = [0.0, 0.5, 1.0, 1.96, 3.0, 3.99, 4.01, 6.0, 12.0]
    t = [(0.3, 1), (12.706, 1), (2.0, 2), (2.365, 7), (4.0, 7), (1.0, 30), (5.0, 63)]
    return {
        "normalTail": [{"z": v, "tail": stats.norm.sf(v)} for v in z],
        "studentTail": [{"t": v, "df": df, "tail": stats.t.sf(v, df)} for v, df in t],
        "studentQuantile": [
            {"tail": q, "df": df, "t": stats.t.isf(q, df)} for q in (0.25, 0.025, 0.001) for df in (1, 2, 7, 40)
        ],
    }


def quantiles():
    draws = rng.normal(0, 1, 101)
    levels = (0.0, 0.0057, 0.025, 0.5, 0.975, 1.0)
    return {"draws": draws.tolist(), "quantiles": [{"q": q, "value": np.quantile(draws, q)} for q in levels]}


def holm():
    p = rng.uniform(0, 0.2, 7)
    order = np.argsort(p)
    adjusted = np.empty(7)
    adjusted[order] = np.minimum(1, np.maximum.accumulate((7 - np.arange(7)) * p[order]))
    return {"p": p.tolist(), "adjusted": adjusted.tolist()}


json.dump(
    {
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__},
        "genes": list(genes()),
        "wilcoxon": list(wilcoxon()),
        "distributions": distributions(),
        "quantiles": quantiles(),
        "holm": holm(),
    },
    sys.stdout,
    indent=1,
    default=float,
    allow_nan=False,
)
sys.stdout.write("\n")
