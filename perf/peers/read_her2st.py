"""Peer of perf/read-her2st.ts: every count file with pandas, normalised with scanpy, all kept.

    python3 perf/peers/read_her2st.py FOLDER dense|sparse

Prints one line of JSON: seconds, peak memory, sums by which the caller checks that both read the same, versions.
Pinned: pip install pandas==2.2.3 scanpy==1.11.5 anndata==0.12.6
"""

import json
import resource
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import scanpy as sc
from scipy import sparse

warnings.simplefilter("ignore")
folder, kind = Path(sys.argv[1]), sys.argv[2]
start, cpu_start = time.perf_counter(), time.process_time()
sections, molecules = [], 0
for path in sorted(folder.glob("*.tsv.gz")):
    table = pd.read_csv(path, sep="\t", index_col=0)
    if kind == "sparse":
        counts = sparse.csr_matrix(table.to_numpy(dtype=np.float32))
        section = ad.AnnData(counts, pd.DataFrame(index=table.index), pd.DataFrame(index=table.columns))
    else:
        section = ad.AnnData(table)
    molecules += int(section.X.sum(dtype=np.float64))
    sc.pp.normalize_total(section, target_sum=1e4)
    sc.pp.log1p(section)
    sections.append(section)
seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
print(
    json.dumps(
        {
            "seconds": seconds,
            "cpuSeconds": cpu_seconds,
            "peakRssMb": peak,
            "spots": sum(section.n_obs for section in sections),
            "molecules": molecules,
            "total": float(sum(section.X.sum(dtype=np.float64) for section in sections)),
            "versions": {"python": sys.version.split()[0], **{p: version(p) for p in ("pandas", "scanpy", "numpy")}},
        }
    )
)
