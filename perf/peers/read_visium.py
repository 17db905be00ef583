"""Peer of perf/read-visium.ts: one count file with scanpy or anndata.

    python3 perf/peers/read_visium.py FILE

Prints one line of JSON: seconds, peak memory, molecules and entries, versions. Pinned: pip install scanpy==1.11.5 anndata==0.12.6
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
path = sys.argv[1]
start, cpu_start = time.perf_counter(), time.process_time()
table = ad.read_h5ad(path) if path.endswith(".h5ad") else sc.read_10x_h5(path)
seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
versions = {"python": sys.version.split()[0], **{p: version(p) for p in ("scanpy", "anndata", "h5py", "numpy")}}
sums = {"spots": table.n_obs, "entries": table.X.nnz, "molecules": float(table.X.sum(dtype="float64"))}
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "peakRssMb": peak, **sums, "versions": versions}))
