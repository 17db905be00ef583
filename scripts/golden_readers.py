"""Small count files in every layout the readers know, and what they hold, written by the libraries that own the formats.

Writes packages/core/fixtures/readers (deterministic but for library versions). Pinned:
    pip install scanpy==1.11.5 anndata==0.12.6 h5py==3.16.0 pandas==3.1.1 pyarrow==26.0.1 tifffile==2026.3.3 \
        imagecodecs==2026.3.6 zarr==3.1.6
    python3 scripts/golden_readers.py
The counts are made up: 6 barcodes x 8 features, one of them an antibody, two sharing a symbol. Every layout must read as
`expected.json` says; images must read as `images.json` says.
"""

import gzip
import json
import shutil
from pathlib import Path

import anndata as ad
import h5py
import imagecodecs  # noqa: F401  tifffile compresses with it
import numpy as np
import pandas as pd
import scanpy as sc
import tifffile
from scipy import io as sio
from scipy import sparse

OUT = Path(__file__).parent.parent / "packages/core/fixtures/readers"
BARCODES = [f"{s}-1" for s in ["AAAC", "AAAG", "AACC", "AAGG", "ACCC", "ACGT"]]
IDS = [f"ENSG{i:03d}" for i in range(7)] + ["CD8-AB"]
NAMES = ["ERBB2", "FASN", "GNAS", "TBCE", "ACTB", "TBCE", "MUC1", "CD8"]
TYPES = ["Gene Expression"] * 7 + ["Antibody Capture"]
GENOMES = ["GRCh38"] * 7 + [""]
pd.options.future.infer_string = False  # plain text columns, as anndata wrote them before pandas 3
rng = np.random.default_rng(7)
DENSE = (rng.poisson(2, (6, 8)) * (rng.random((6, 8)) < 0.6)).astype(np.int32)
DENSE[3] = 0
DENSE[0, 3], DENSE[0, 5] = 2, 5
DENSE[5, 0] = 70000
POSITIONS = pd.DataFrame(
    {
        "barcode": [*BARCODES, "TTTT-1"],
        "in_tissue": [1, 1, 0, 1, 1, 1, 1],
        "array_row": [0, 1, 1, 2, 2, 3, 5],
        "array_col": [0, 1, 3, 2, 4, 5, 7],
        "pxl_row_in_fullres": [5, 10, 10, 15, 15, 20, 25],
        "pxl_col_in_fullres": [4, 8, 16, 12, 20, 24, 30],
    }
)


def merged():
    """Gene expression only, symbols that stand twice summed."""
    genes = list(dict.fromkeys(NAMES[:7]))
    counts = np.zeros((6, len(genes)), dtype=int)
    for f, name in enumerate(NAMES[:7]):
        counts[:, genes.index(name)] += DENSE[:, f]
    return genes, counts


def write_10x_v3(path):
    columns = sparse.csr_matrix(DENSE)  # barcodes as compressed columns of features x barcodes
    with h5py.File(path, "w") as file:
        file.attrs["filetype"] = "matrix"
        file.attrs["version"] = 2
        matrix = file.create_group("matrix")
        matrix["barcodes"] = np.array(BARCODES, dtype="S")
        matrix.create_dataset("data", data=columns.data.astype("i4"), chunks=(8,), compression="gzip", shuffle=True)
        matrix["indices"] = columns.indices.astype("i8")
        matrix["indptr"] = columns.indptr.astype("i8")
        matrix["shape"] = np.array([8, 6], dtype="i4")
        features = matrix.create_group("features")
        features["id"] = np.array(IDS, dtype="S")
        features["name"] = np.array(NAMES, dtype="S")
        features["feature_type"] = np.array(TYPES, dtype="S")
        features["genome"] = np.array(GENOMES, dtype="S")
        features["_all_tag_keys"] = np.array([b"genome"])


def write_10x_v2(path):
    """Two genomes; the second holds the first three genes, doubled."""
    with h5py.File(path, "w") as file:
        for genome, counts, n in [("GRCh38", DENSE[:, :7], 7), ("mm10", DENSE[:, :3] * 2, 3)]:
            columns = sparse.csr_matrix(counts)
            group = file.create_group(genome)
            group["barcodes"] = np.array(BARCODES, dtype="S")
            group["data"] = columns.data.astype("i4")
            group["indices"] = columns.indices.astype("i8")
            group["indptr"] = columns.indptr.astype("i8")
            group["shape"] = np.array([n, 6], dtype="i4")
            group["genes"] = np.array(IDS[:n], dtype="S")
            group["gene_names"] = np.array(NAMES[:n], dtype="S")


def write_mtx(folder, version3):
    folder.mkdir()
    n = 8 if version3 else 7
    sio.mmwrite(str(folder / "matrix.mtx"), sparse.coo_matrix(DENSE[:, :n].T), comment="made up")
    (folder / "barcodes.tsv").write_text("".join(f"{b}\n" for b in BARCODES))
    if version3:
        rows = zip(IDS, NAMES, TYPES)
        (folder / "features.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))
        for path in list(folder.iterdir()):
            (folder / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
            path.unlink()
    else:
        (folder / "genes.tsv").write_text("".join(f"{i}\t{s}\n" for i, s in zip(IDS[:7], NAMES[:7])))


def write_spatial(folder):
    folder.mkdir()
    POSITIONS.to_csv(folder / "tissue_positions_list.csv", header=False, index=False)
    POSITIONS.to_csv(folder / "tissue_positions.csv", index=False)
    POSITIONS.to_parquet(folder / "tissue_positions.parquet", compression="snappy", index=False)
    POSITIONS.astype({"pxl_row_in_fullres": float}).to_parquet(folder / "zstd.parquet", compression="zstd", index=False)
    factors = {"spot_diameter_fullres": 3.0, "tissue_hires_scalef": 0.5, "fiducial_diameter_fullres": 5.0, "tissue_lowres_scalef": 0.25}
    (folder / "scalefactors_json.json").write_text(json.dumps(factors))


def make_anndata(matrix):
    obs = POSITIONS.set_index("barcode").loc[BARCODES].drop(columns=["pxl_row_in_fullres", "pxl_col_in_fullres"])
    obs["label"] = pd.Categorical(["a", "b", "a", "a", "b", "b"])
    var = pd.DataFrame({"gene_ids": IDS, "feature_types": pd.Categorical(TYPES), "genome": pd.Categorical(GENOMES)}, index=NAMES)
    adata = ad.AnnData(matrix, obs=obs, var=var)
    adata.obsm["spatial"] = POSITIONS.set_index("barcode").loc[BARCODES][["pxl_col_in_fullres", "pxl_row_in_fullres"]].to_numpy().astype(float)
    return adata


def write_h5ad(folder):
    folder.mkdir()
    make_anndata(DENSE.astype("f4")).write_h5ad(folder / "dense.h5ad", compression="gzip")
    make_anndata(sparse.csr_matrix(DENSE.astype("f4"))).write_h5ad(folder / "csr.h5ad", compression="gzip")
    make_anndata(sparse.csc_matrix(DENSE.astype("i8"))).write_h5ad(folder / "csc.h5ad")
    raw = make_anndata(sparse.csr_matrix(DENSE.astype("f4")))
    raw.layers["counts"] = raw.X.copy()
    raw.raw = raw.copy()
    sc.pp.normalize_total(raw, target_sum=1e4)
    sc.pp.log1p(raw)
    raw = raw[:, [0, 2, 4]].copy()
    raw.write_h5ad(folder / "raw.h5ad")
    ad.settings.allow_write_nullable_strings = True
    nullable = make_anndata(sparse.csr_matrix(DENSE.astype("f4")))
    nullable.var["gene_ids"] = pd.array(IDS, dtype=pd.StringDtype("python"))
    nullable.obs["in_tissue"] = pd.array(nullable.obs["in_tissue"], dtype="Int64")
    nullable.write_h5ad(folder / "nullable.h5ad")
    make_anndata(sparse.csr_matrix(DENSE.astype("f4"))).write_h5ad(folder / "lzf.h5ad", compression="lzf")
    write_h5ad_07(folder / "anndata-0.7.h5ad")
    write_h5ad_06(folder / "anndata-0.6.h5ad")
    for version in (2, 3):
        ad.settings.zarr_write_format = version
        make_anndata(sparse.csr_matrix(DENSE.astype("f4"))).write_zarr(folder / f"v{version}.zarr")


def write_h5ad_07(path):
    """Codes with the attribute `categories`, a reference into `__categories`; `_index` and encodings as since 0.7."""
    columns = sparse.csr_matrix(DENSE.astype("f4"))
    with h5py.File(path, "w") as file:
        x = file.create_group("X")
        x.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": np.array([6, 8])})
        x["data"], x["indices"], x["indptr"] = columns.data, columns.indices, columns.indptr
        var = file.create_group("var")
        var.attrs.update({"_index": "index", "encoding-type": "dataframe", "encoding-version": "0.1.0"})
        var.attrs["column-order"] = np.array(["feature_types"], dtype=object)
        var["index"] = np.array(NAMES, dtype=object)
        var["feature_types"] = np.array([0] * 7 + [1], dtype="i1")
        var["__categories/feature_types"] = np.array(["Gene Expression", "Antibody Capture"], dtype=object)
        var["feature_types"].attrs["categories"] = var["__categories/feature_types"].ref
        obs = file.create_group("obs")
        obs.attrs.update({"_index": "index", "encoding-type": "dataframe", "encoding-version": "0.1.0"})
        obs.attrs["column-order"] = np.array([], dtype=float)
        obs["index"] = np.array(BARCODES, dtype=object)


def write_h5ad_06(path):
    with h5py.File(path, "w") as file:
        file["X"] = DENSE.astype("f4")
        file["obs"] = np.array([(b.encode(),) for b in BARCODES], dtype=[("index", "S6")])
        file["var"] = np.array([(n.encode(),) for n in NAMES], dtype=[("index", "S6")])


def write_hest(path):
    images = rng.integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)
    with h5py.File(path, "w") as file:
        file.create_dataset("img", data=images, chunks=(1, 8, 8, 3))
        file["coords"] = np.array([[4, 5], [8, 10], [20, 15], [24, 20]], dtype="i8")
        file["barcode"] = np.array([[b.encode()] for b in [BARCODES[0], BARCODES[1], BARCODES[4], BARCODES[5]]])
    return [int(image.astype(int).sum()) for image in images], images[2].ravel().tolist()


def write_geo(folder):
    folder.mkdir()
    frame = pd.DataFrame(DENSE[:, :4], index=["10x14", "11x14", "12x14", "10x15", "11x15", "12x15"], columns=NAMES[:4])
    (folder / "P2_ST_rep1_stdata.tsv.gz").write_bytes(gzip.compress(frame.to_csv(sep="\t").encode(), mtime=0))
    spots = pd.DataFrame(
        {
            "x": [10, 11, 12, 11, 12, 13],
            "y": [14, 14, 14, 15, 15, 15],
            "new_x": [10.02, 11.01, 12, 11, 12, 13],
            "new_y": [14.01, 14, 14, 15, 15, 15],
            "pixel_x": [4.5, 8.5, 12.5, 8, 12, 16],
            "pixel_y": [5, 5, 5.25, 10, 10, 10],
        }
    )
    spots.to_csv(folder / "spot_data-selection-P2_ST_rep1.tsv", sep="\t", index=False)
    (folder / "expected.json").write_text(
        json.dumps(
            {
                "ids": ["10x14", "11x14", "12x14", "11x15", "12x15"],
                "counts": DENSE[[0, 1, 2, 4, 5], :4].tolist(),
                "pixelX": [4.5, 8.5, 12.5, 8, 12],
                "pixelY": [5, 5, 5.25, 10, 10],
            }
        )
    )


def write_tiffs(folder):
    """Smooth colours with an edge, 80 x 52; `regions` are [left, top, width, height] with the sum of their pixels."""
    folder.mkdir()
    y, x = np.mgrid[0:52, 0:80]
    image = np.stack([x * 3, y * 4, (x + y) % 256], axis=-1).astype(np.uint8)
    image[20:30, 30:50] = [250, 10, 120]
    rgba = np.dstack([image, np.full((52, 80), 255, np.uint8)])
    # An exact loss-free image decodes to itself; JPEG is compared with tifffile's decoding of it.
    kinds = {
        "stripped": (image, dict(rowsperstrip=8)),
        "one-strip": (image, dict()),
        "stripped-lzw": (image, dict(rowsperstrip=8, compression="lzw", predictor=True)),
        "stripped-deflate": (image, dict(rowsperstrip=8, compression="adobe_deflate")),
        "stripped-jpeg": (image, dict(rowsperstrip=16, compression="jpeg", compressionargs={"level": 90})),
        "tiled": (image, dict(tile=(16, 32))),
        "tiled-lzw": (image, dict(tile=(16, 32), compression="lzw")),
        "tiled-deflate": (image, dict(tile=(16, 32), compression="adobe_deflate", predictor=True)),
        "tiled-jpeg": (image, dict(tile=(16, 32), compression="jpeg", compressionargs={"level": 90})),
        "planar": (np.ascontiguousarray(np.moveaxis(image, -1, 0)), dict(planarconfig="separate", rowsperstrip=8)),
        "rgba": (rgba, dict(tile=(16, 32), extrasamples=["unassalpha"])),
        "rgba-stripped": (rgba, dict(rowsperstrip=8, extrasamples=["unassalpha"])),
        "big-endian": (image, dict(rowsperstrip=8, byteorder=">")),
        "bigtiff": (image, dict(tile=(16, 32), bigtiff=True)),
        "bigtiff-stripped": (image, dict(rowsperstrip=8, bigtiff=True, compression="lzw")),
        "grey": (image[..., 0], dict(rowsperstrip=8)),
        "sixteen-bit": (image.astype(np.uint16) * 257, dict(rowsperstrip=8)),
    }
    regions = [[0, 0, 80, 52], [25, 15, 20, 20], [70, 44, 10, 8], [0, 51, 80, 1], [33, 17, 1, 1]]
    expected = {}
    for name, (data, options) in kinds.items():
        path = folder / f"{name}.tif"
        byteorder = options.pop("byteorder", "<")
        bigtiff = options.pop("bigtiff", False)
        with tifffile.TiffWriter(path, byteorder=byteorder, bigtiff=bigtiff) as writer:
            writer.write(data, photometric="minisblack" if data.ndim == 2 else "rgb", metadata=None, **options)
        expected[name] = sums(path, regions)
    with tifffile.TiffWriter(folder / "pyramid.tif") as writer:
        options = dict(tile=(16, 32), photometric="rgb", metadata=None)
        writer.write(image, subifds=0, **options)
        writer.write(image[::2, ::2], subfiletype=1, **options)
        writer.write(image[::4, ::4], subfiletype=1, **options)
    expected["pyramid"] = sums(folder / "pyramid.tif", regions)
    (folder / "images.json").write_text(json.dumps({"width": 80, "height": 52, "regions": regions, "images": expected}))


def sums(path, regions):
    with tifffile.TiffFile(path) as tiff:
        pixels = tiff.pages[0].asarray()
        if tiff.pages[0].planarconfig == 2:
            pixels = np.moveaxis(pixels, 0, -1)
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    if pixels.ndim == 2:
        pixels = np.stack([pixels] * 3, axis=-1)
    weights = np.arange(1, 8)
    out = []
    for left, top, width, height in regions:
        values = pixels[top : top + height, left : left + width, :3].astype(np.int64).ravel()
        out.append([int(values.sum()), int((values * np.resize(weights, values.size)).sum())])
    return out


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    write_10x_v3(OUT / "tenx-v3.h5")
    write_10x_v2(OUT / "tenx-v2.h5")
    write_mtx(OUT / "mtx-v3", True)
    write_mtx(OUT / "mtx-v2", False)
    write_spatial(OUT / "spatial")
    write_h5ad(OUT / "anndata")
    write_geo(OUT / "geo")
    write_tiffs(OUT / "tiff")
    hest_sums, hest_third = write_hest(OUT / "hest-patches.h5")
    check = sc.read_10x_h5(OUT / "tenx-v3.h5", gex_only=True)
    assert (check.X.toarray() == DENSE[:, :7]).all() and list(check.var_names) == NAMES[:7]
    genes, counts = merged()
    expected = {
        "barcodes": BARCODES,
        "genes": genes,
        "counts": counts.tolist(),
        "featuresNotGenes": 1,
        "featuresSummed": 1,
        "ids": IDS[:7],
        "countsById": DENSE[:, :7].tolist(),
        "positions": POSITIONS.to_dict(orient="list"),
        "hestSums": hest_sums,
        "hestThird": hest_third,
    }
    (OUT / "expected.json").write_text(json.dumps(expected))


main()
