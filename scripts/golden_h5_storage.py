"""The same arrays stored in the ways HDF5 has, for the reader that finds their bytes itself.

Writes packages/core/fixtures/readers/h5-storage (deterministic but for library versions). Pinned:
    pip install h5py==3.16.0 numpy==2.4.6
    python3 scripts/golden_h5_storage.py
One file per range of versions that writers choose: `earliest` (what h5py and PyTables do by themselves), `v108` and `latest`.
"""

from pathlib import Path

import h5py
import numpy as np

OUT = Path(__file__).parent.parent / "packages/core/fixtures/readers/h5-storage"
LENGTH = 403
CHUNK = 100  # the last one holds 3
SMALL = 4  # 101 chunks: more than one node of the tree holds
COUNTS = (np.arange(LENGTH) * 7919) % 70001


def write(path, versions):
    with h5py.File(path, "w", libver=versions) as file:
        for dtype in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]:
            counts = (COUNTS if dtype[0] == "u" else COUNTS - 5).astype(dtype)
            file.create_dataset(f"plain/{dtype}", data=counts)
            file.create_dataset(f"chunks/{dtype}", data=counts, chunks=(CHUNK,))
            file.create_dataset(f"gzip/{dtype}", data=counts, chunks=(CHUNK,), compression="gzip")
            file.create_dataset(f"both/{dtype}", data=counts, chunks=(CHUNK,), compression="gzip", shuffle=True)
        counts = COUNTS.astype("i4")
        file.create_dataset("header/one-chunk", data=counts, chunks=(LENGTH,), compression="gzip")
        grown = file.create_dataset("header/continued", data=counts, chunks=(SMALL,), maxshape=(None,), compression="gzip")
        for k in range(6):
            grown.attrs[f"note-{k}"] = "x" * 40
        tracked = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        tracked.set_attr_creation_order(h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED)
        tracked.set_attr_phase_change(6, 3)
        space = h5py.h5s.create_simple((LENGTH,))
        ordered = h5py.h5d.create(file["header"].id, b"ordered", h5py.h5t.NATIVE_INT32, space, tracked)
        ordered.write(h5py.h5s.ALL, h5py.h5s.ALL, counts)
        file.create_dataset("other/big-endian", data=counts.astype(">i4"))
        file.create_dataset("other/checksummed", data=counts, chunks=(CHUNK,), fletcher32=True)
        file.create_dataset("other/shuffled", data=counts, chunks=(CHUNK,), shuffle=True)
        file.create_dataset("other/float16", data=(counts % 1000).astype("f2"))
        file.create_dataset("other/lzf", data=counts, chunks=(CHUNK,), compression="lzf")
        file.create_dataset("other/bool", data=counts > 9)
        file.create_dataset("other/two-dimensions", data=counts[:400].reshape(4, 100), chunks=(2, 50), compression="gzip")
        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        inside = h5py.h5d.create(file["other"].id, b"compact", h5py.h5t.NATIVE_INT32, space, compact)
        inside.write(h5py.h5s.ALL, h5py.h5s.ALL, counts)
        # Chunks and arrays never written are not in the file; they read as the fill value.
        file.create_dataset("other/never-written", (LENGTH,), "i4", fillvalue=7)
        partly = file.create_dataset("other/partly-written", (LENGTH,), "i4", chunks=(CHUNK,), fillvalue=7)
        partly[200:300] = counts[200:300]
        begun = file.create_dataset("other/begun", (LENGTH,), "i4", chunks=(CHUNK,), fillvalue=7)
        begun[:200] = counts[:200]
        # A chunk may come past a filter that would not make it smaller.
        past = file.create_dataset("other/past-a-filter", data=counts, chunks=(CHUNK,), compression="gzip")
        past.id.write_direct_chunk((0,), counts[:CHUNK].tobytes(), filter_mask=1)


OUT.mkdir(parents=True, exist_ok=True)
write(OUT / "earliest.h5", "earliest")
write(OUT / "v108.h5", ("v108", "v108"))
write(OUT / "latest.h5", "latest")
