"""Counts as a large Visium section has them, for perf/read-visium.ts and perf/hvg.ts.

    python3 perf/peers/make_counts.py FOLDER SPOTS GENES

Writes counts.h5 (10x, version 3, compressed as Cell Ranger does), counts.h5ad (as anndata writes without options: plain) and
counts-gzip.h5ad (as it writes with compression="gzip", which is how most files are handed on). Mean
counts of genes are log-normal and those of spots vary by a factor, so that 5 to 8 % of the entries are not 0. Prints that share.
Pinned: pip install anndata==0.12.6 h5py==3.16.0 pandas==2.3.3
"""

import json
import sys
from pathlib import Path

import anndata as ad
import h5py
import numpy as np
import pandas as pd
from scipy import sparse

folder, spots, genes = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
rng = np.random.default_rng(0)
level = rng.lognormal(-4.7, 2.3, genes).astype(np.float32)
depth = rng.lognormal(0, 0.5, spots).astype(np.float32)
blocks = []
for first in range(0, spots, 250):
    mean = depth[first : first + 250, None] * level
    # A gamma factor makes them overdispersed, as counts are.
    blocks.append(sparse.csr_matrix(rng.poisson(mean * rng.gamma(2.0, 0.5, mean.shape)).astype(np.float32)))
counts = sparse.vstack(blocks, format="csr")
barcodes = [f"{i:016d}-1" for i in range(spots)]
symbols = [f"GENE{g}" for g in range(genes)]
ids = [f"ENSG{g:011d}" for g in range(genes)]

text = {"dtype": h5py.string_dtype()}
with h5py.File(folder / "counts.h5", "w") as file:
    matrix = file.create_group("matrix")
    compressed = {"compression": "gzip", "compression_opts": 4, "chunks": (80000,), "shuffle": True}
    matrix.create_dataset("data", data=counts.data.astype(np.int32), **compressed)
    matrix.create_dataset("indices", data=counts.indices.astype(np.int64), **compressed)
    matrix.create_dataset("indptr", data=counts.indptr.astype(np.int64))
    matrix.create_dataset("shape", data=np.array([genes, spots], dtype=np.int32))
    matrix.create_dataset("barcodes", data=np.array(barcodes, dtype="S18"))
    features = matrix.create_group("features")
    for name, values in {"id": ids, "name": symbols}.items():
        features.create_dataset(name, data=np.array(values, dtype="S"))
    for name, value in {"feature_type": "Gene Expression", "genome": "GRCh38"}.items():
        features.create_dataset(name, data=np.array([value] * genes, dtype="S"))

table = ad.AnnData(counts, pd.DataFrame(index=barcodes), pd.DataFrame({"gene_ids": ids}, index=symbols))
table.write_h5ad(folder / "counts.h5ad")
table.write_h5ad(folder / "counts-gzip.h5ad", compression="gzip")
print(json.dumps({"seconds": 0, "peakRssMb": 0, "share": counts.nnz / spots / genes, "versions": {}}))
