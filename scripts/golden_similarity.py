"""Golden numbers for packages/core/src/similarity, from scikit-learn, scikit-image, esda and NumPy.

Pinned versions below, on Python 3.11 or later. Run in a virtual environment outside the repository:

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 \
        scikit-image==0.26.0 esda==2.9.0 libpysal==4.14.1
    /tmp/golden/bin/python scripts/golden_similarity.py > packages/core/fixtures/similarity.json

Nothing here is written by the code under test: sections are drawn with NumPy's own generator and stored in the file.
"""

import importlib.metadata
import json
import sys

import numpy as np
from esda.moran import Moran
from libpysal.weights import W
from scipy.spatial import KDTree
from scipy.stats import pearsonr
from skimage.metrics import structural_similarity
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

PINNED = {
    "numpy": "2.4.6",
    "scipy": "1.17.1",
    "scikit-learn": "1.9.1",
    "scikit-image": "0.26.0",
    "esda": "2.9.0",
    "libpysal": "4.14.1",
}
found = {name: importlib.metadata.version(name) for name in PINNED}
if found != PINNED:
    sys.exit(f"needs {PINNED}, got {found}")

rng = np.random.default_rng(20240501)
PITCH = 90.0
CLUSTERS = 3


def square():
    """A square array with holes and one spot far from the others."""
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(11), np.arange(9)))
    kept = rng.random(x.size) > 0.2
    x, y = np.append(x[kept], 14), np.append(y[kept], 4)
    return x, y, PITCH * x, PITCH * y


def hexagonal():
    """A hexagonal array in doubled coordinates: x + y is even."""
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(20), np.arange(10)))
    kept = ((x + y) % 2 == 0) & (rng.random(x.size) > 0.15)
    x, y = x[kept], y[kept]
    return x, y, PITCH / 2 * x, PITCH * np.sqrt(3) / 2 * y


def raster(values, x, y, halved):
    columns = x // 2 if halved else x
    image = np.full((y.max() - y.min() + 1, columns.max() - columns.min() + 1), values.mean())
    image[y - y.min(), columns - columns.min()] = values
    return image, (y - y.min(), columns - columns.min())


def ssim(truth, prediction, x, y, halved):
    (t, at), (p, _) = raster(truth, x, y, halved), raster(prediction, x, y, halved)
    _, full = structural_similarity(t, p, data_range=truth.max() - truth.min(), full=True)
    return full[at].mean()


def upper(matrix):
    return matrix[np.triu_indices(len(matrix), 1)]


def section(name, layout, halved, genes=6):
    x, y, px, py = layout()
    n = x.size
    domain = (x + y > np.median(x + y)).astype(int) + (x > np.median(x)).astype(int)
    smooth = np.sin(x / 3)[:, None] * rng.normal(1, 0.4, genes) + np.cos(y / 2)[:, None] * rng.normal(0, 1, genes)
    truth = np.float32(np.log1p(rng.poisson(np.exp(smooth))) + 2 * domain[:, None])
    prediction = np.float32(0.5 * smooth + rng.normal(0, 0.3, (n, genes)) + 6 * domain[:, None])
    t, p = truth.astype(np.float64), prediction.astype(np.float64)
    pairs = KDTree(np.stack([px, py], 1)).query_ball_point(np.stack([px, py], 1), 1.25 * PITCH)
    weights = W({i: [j for j in near if j != i] for i, near in enumerate(pairs)}, silence_warnings=True)
    moran = lambda column: Moran(column, weights, transformation="r", permutations=0).I
    labels = np.where(rng.random(n) < 0.1, -1, domain)
    labelled = labels >= 0
    clusters = KMeans(CLUSTERS, n_init=10, random_state=0).fit(p[labelled]).labels_
    morans = [(moran(t[:, g]), moran(p[:, g])) for g in range(genes)]
    return {
        "name": name,
        "arrayX": x.tolist(),
        "arrayY": y.tolist(),
        "pixelX": px.tolist(),
        "pixelY": py.tolist(),
        "truth": t.ravel().tolist(),
        "prediction": p.ravel().tolist(),
        "labels": labels.tolist(),
        "clusters": clusters.tolist(),
        "moransI": [list(map(float, pair)) for pair in morans],
        "similarities": {
            "geneGene": pearsonr(upper(np.corrcoef(t.T)), upper(np.corrcoef(p.T))).statistic,
            "moransI": float(np.mean([1 - abs(a - b) for a, b in morans])),
            "ssim": float(np.mean([ssim(t[:, g], p[:, g], x, y, halved) for g in range(genes)])),
            "spotPcc": float(np.mean([pearsonr(t[i], p[i]).statistic for i in range(n)])),
            "ari": adjusted_rand_score(labels[labelled], clusters),
            "nmi": normalized_mutual_info_score(labels[labelled], clusters),
        },
    }


def partition(a, b):
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "ari": adjusted_rand_score(a, b),
        "nmi": normalized_mutual_info_score(a, b),
    }


json.dump(
    {
        "versions": PINNED,
        "sections": [section("square", square, False), section("hexagonal", hexagonal, True)],
        "partitions": [
            partition(rng.integers(0, 3, 40), rng.integers(0, 5, 40)),
            partition(np.repeat([0, 1, 2], 8), np.repeat([2, 0, 1], 8)),
            partition(np.arange(20) % 4, np.zeros(20, int)),
            partition(np.repeat([0, 1], 15), np.append(np.repeat([0, 1], 14), [0, 1])),
        ],
    },
    sys.stdout,
)
print()
