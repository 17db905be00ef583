"""Predictions as the authors of a Python method hand them in: one .h5ad a test section, written by anndata.

Writes packages/bench/fixtures/submission-h5ad (deterministic but for library versions). Pinned:
    pip install anndata==0.12.6 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
    python3 scripts/golden_submission.py
Spots, genes and folds are those of the tests' tiny data set; the values follow a formula that is exact in float32, which the
test computes again. Each file is written another way: dense or sparse, float32 or float64, in another order, names as plain or
as nullable text.
"""

import shutil
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
from scipy import sparse

OUT = Path(__file__).parent.parent / "packages/bench/fixtures/submission-h5ad"
ad.settings.allow_write_nullable_strings = True
SPOTS = [f"{i}x0" for i in range(30)]
GENES = [f"GENE{g:02d}" for g in range(60)]
FOLDS = {"fold0/A1": "dense", "fold0/A2": "csr", "fold1/B1": "double", "fold2/C1": "csc"}


def value(spot: str, gene: str) -> float:
    return ((7 * int(spot.split("x")[0]) + 13 * int(gene[4:])) % 17) / 8


def table(how: str) -> ad.AnnData:
    spots, genes = (SPOTS, GENES) if how == "dense" else (SPOTS[::-1], GENES[7:] + GENES[:7])
    # pandas 3 has nullable text, which anndata writes as values and a mask; before, names were plain.
    pd.options.future.infer_string = how == "csr"
    frame = pd.DataFrame([[value(s, g) for g in genes] for s in spots], index=spots, columns=genes)
    if how == "double":
        return ad.AnnData(frame)
    if how == "dense":
        return ad.AnnData(frame.astype("float32"))
    matrix = {"csr": sparse.csr_matrix, "csc": sparse.csc_matrix}[how](frame.to_numpy(np.float32))
    return ad.AnnData(matrix, obs=pd.DataFrame(index=spots), var=pd.DataFrame(index=genes))


def main() -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    for name, how in FOLDS.items():
        path = OUT / f"{name}.h5ad"
        path.parent.mkdir(parents=True, exist_ok=True)
        table(how).write_h5ad(path, compression="gzip" if how in ("csr", "double") else None)


if __name__ == "__main__":
    main()
