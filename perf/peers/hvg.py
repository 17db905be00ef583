"""Peer of perf/hvg.ts: normalisation and highly variable genes with scanpy.

    python3 perf/peers/hvg.py FILE.h5ad FLAVOUR TOP

Prints one line of JSON: seconds without reading the file, peak memory, the chosen genes, versions.
Pinned: pip install scanpy==1.11.5 anndata==0.12.6 scikit-misc==0.5.2
"""

import json
import resource
import sys
import time
import warnings
from importlib.metadata import version

import anndata as ad
import scanpy as sc

warnings.simplefilter("ignore")
path, flavour, top = sys.argv[1], sys.argv[2], int(sys.argv[3])
table = ad.read_h5ad(path)
# numba compiles at the first call, which is not what is compared.
sc.pp.normalize_total(table[:50].copy(), target_sum=1e4)
start, cpu_start = time.perf_counter(), time.process_time()
if flavour != "seurat_v3":
    sc.pp.normalize_total(table, target_sum=1e4)
    sc.pp.log1p(table)
sc.pp.highly_variable_genes(table, n_top_genes=top, flavor=flavour)
seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
chosen = table.var_names[table.var["highly_variable"]].tolist()
versions = {"python": sys.version.split()[0], **{p: version(p) for p in ("scanpy", "anndata", "numpy")}}
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "peakRssMb": peak, "chosen": chosen, "versions": versions}))
