"""Highly variable genes by scanpy, on made-up counts and, where SPOTBENCH_DATA has her2st, on the real sections.

Writes packages/core/fixtures/hvg/made-up.json and, of real sections, hvg/her2st.json: only the SHA-256 of the sorted chosen
genes, the first gene, and how many there are. Pinned:
    pip install scanpy==1.11.5 anndata==0.12.6 scikit-misc==0.5.2
    SPOTBENCH_DATA=... python3 scripts/golden_hvg.py
Folds have no seurat_v3: ranks within sections, which it combines, depend on how ties fall. All in float64; genes sorted by name. Where scanpy fails (bins or spans with too many equal means), the error's first words.
"""

import gzip
import hashlib
import json
import os
import warnings
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import scanpy as sc
from scipy import sparse
from skmisc.loess import loess

warnings.simplefilter("ignore")
OUT = Path(__file__).parent.parent / "packages/core/fixtures/hvg"
FLAVOURS = ["seurat", "cell_ranger", "seurat_v3", "seurat_v3_paper"]
TOP = 1000


def hvg(matrix, genes, flavour, top, batch=None):
    adata = ad.AnnData(sparse.csr_matrix(matrix, dtype=np.float64), var=pd.DataFrame(index=genes))
    if flavour in ("seurat", "cell_ranger"):
        # Library sizes are over these genes and those that are not shared: see `scale`.
        adata.X = sparse.csr_matrix(adata.X)
    if batch is not None:
        adata.obs["batch"] = pd.Categorical(batch)
    kwargs = dict(flavor=flavour, n_top_genes=top, batch_key="batch" if batch is not None else None, inplace=False)
    return sc.pp.highly_variable_genes(adata, **kwargs)


def logged(matrix, totals):
    """What normalize_total(target_sum=1e4) and log1p give where totals are over more genes than the matrix has."""
    adata = ad.AnnData(sparse.csr_matrix(matrix, dtype=np.float64))
    scaled = sparse.diags(1 / np.where(totals == 0, 1, totals / 1e4)) @ adata.X
    return scaled.log1p()


def score_of(table, flavour):
    column = "variances_norm" if flavour.startswith("seurat_v3") else "dispersions_norm"
    return [None if np.isnan(v) else float(v) for v in table[column]]


def section(rng, spots, genes):
    means = np.exp(rng.normal(-0.5, 1.5, genes))
    depth = np.exp(rng.normal(0, 0.4, (spots, 1)))
    return rng.negative_binomial(2, 2 / (2 + means * depth)).astype(int)


def made_up():
    rng = np.random.default_rng(11)
    genes = [f"G{i:03d}" for i in range(150)]
    sections = [section(rng, n, 150) for n in (40, 55, 30)]
    sections[1][:, 7] = 0
    sections[0][:, 9] = 3
    sections = [np.delete(s, [], axis=1) for s in sections]
    out = {"genes": genes, "sections": [s.tolist() for s in sections], "one": {}, "all": {}}
    stacked, batch = np.vstack(sections), np.repeat([0, 1, 2], [len(s) for s in sections])
    for flavour in FLAVOURS:
        raw = flavour.startswith("seurat_v3")
        one = sections[0] if raw else logged(sections[0], sections[0].sum(1))
        every = stacked if raw else logged(stacked, stacked.sum(1))
        for name, table in [("one", hvg(one, genes, flavour, 30)), ("all", hvg(every, genes, flavour, 30, batch))]:
            chosen = sorted(table.index[table["highly_variable"]])
            out[name][flavour] = {"chosen": chosen, "score": score_of(table, flavour)}
    one = ad.AnnData(sparse.csr_matrix(sections[0], dtype=np.float64))
    sc.pp.normalize_total(one)
    sc.pp.log1p(one)
    table = hvg(one.X, genes, "seurat", 30)
    out["median"] = {
        "chosen": sorted(table.index[table["highly_variable"]]),
        "score": score_of(table, "seurat"),
    }
    x = np.round(rng.normal(size=120), 1)
    y = np.sin(x) + rng.normal(size=120) * 0.1
    model = loess(x, y, span=0.3, degree=2)
    model.fit()
    out["loess"] = {"x": x.tolist(), "y": y.tolist(), "fitted": np.asarray(model.outputs.fitted_values).tolist()}
    (OUT / "made-up.json").write_text(json.dumps(out))


def read(path):
    with gzip.open(path, "rt") as file:
        genes = file.readline().rstrip("\r\n").split("\t")[1:]
        rows = np.array([line.rstrip("\r\n").split("\t")[1:] for line in file], dtype=np.float64)
    order = np.argsort(genes)
    return [genes[g] for g in order], sparse.csr_matrix(rows[:, order])


def summary(matrix, genes, totals, flavour, batch=None):
    data = matrix if flavour.startswith("seurat_v3") else logged(matrix, totals)
    try:
        table = hvg(data, genes, flavour, TOP, batch)
    except Exception as error:  # noqa: BLE001
        return {"error": str(error)[:60]}
    picked = table["highly_variable"]
    if flavour.startswith("seurat_v3"):
        # Genes seen once or twice tie exactly, and numpy's unstable sort picks among them: only those above are told.
        score = table["variances_norm"]
        picked &= score > score[picked].min() * (1 + 1e-9)
    chosen = sorted(table.index[picked])
    return {"size": len(chosen), "sha256": hashlib.sha256("\n".join(chosen).encode()).hexdigest()}


def real(folder):
    sections = {path.name.split(".")[0]: read(path) for path in sorted(folder.glob("*.tsv.gz"))}
    out = {"topGenes": TOP, "sections": {}, "folds": {}}
    for name, (genes, counts) in sections.items():
        totals = np.asarray(counts.sum(1)).ravel()
        out["sections"][name] = {f: summary(counts, genes, totals, f) for f in FLAVOURS[:3]}
    for test in sorted({name[0] for name in sections}):
        train = [name for name in sections if name[0] != test]
        shared = sorted(set.intersection(*(set(sections[name][0]) for name in train)))
        totals = np.concatenate([np.asarray(sections[name][1].sum(1)).ravel() for name in train])
        columns = [pd.Index(sections[name][0]).get_indexer(shared) for name in train]
        stacked = sparse.vstack([sections[name][1][:, c] for name, c in zip(train, columns)]).tocsr()
        batch = np.concatenate([[name] * sections[name][1].shape[0] for name in train])
        out["folds"][test] = {f: summary(stacked, shared, totals, f, batch) for f in FLAVOURS[:2]}
    (OUT / "her2st.json").write_text(json.dumps(out, indent=1))


OUT.mkdir(parents=True, exist_ok=True)
made_up()
if "SPOTBENCH_DATA" in os.environ:
    real(Path(os.environ["SPOTBENCH_DATA"]) / "her2st" / "ST-cnts")
