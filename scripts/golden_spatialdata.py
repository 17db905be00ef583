"""Small SpatialData stores of both versions of zarr, and what their spots and images are, by the library that owns the format.

Writes packages/core/fixtures/spatialdata: v2.zarr, v3.zarr and expected.json. Pinned:
    pip install spatialdata==0.7.3 zarr==3.1.6 ome-zarr==0.15.0 anndata==0.12.19
    python3 scripts/golden_spatialdata.py
Four spots on an image of 70 x 50 pixels in chunks of 32 x 24. Shapes and image meet in two coordinate systems, of which one
image has another scale and a shift, and shapes have x and y exchanged: so neither is in the other's pixels.
"""

import json
import shutil
import warnings
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import spatialdata as sd
from spatialdata._io.format import SpatialDataContainerFormatV01, SpatialDataContainerFormatV02
from spatialdata.models import Image2DModel, ShapesModel, TableModel
from spatialdata.transformations import Affine, Identity, Scale, Sequence, Translation
from spatialdata.transformations import get_transformation_between_coordinate_systems as between

warnings.simplefilter("ignore")
OUT = Path(__file__).parent.parent / "packages/core/fixtures/spatialdata"
REGIONS = [[0, 0, 70, 50], [30, 20, 8, 9], [69, 49, 1, 1], [0, 24, 32, 24]]
rng = np.random.default_rng(11)

to_slide = Sequence([Scale([2.0, 4.0], axes=("x", "y")), Translation([1.0, 2.0], axes=("x", "y"))])
exchange = Affine([[0, 1, 3], [1, 0, 6], [0, 0, 1]], input_axes=("x", "y"), output_axes=("x", "y"))
further = Sequence([to_slide, Scale([10.0, 10.0], axes=("x", "y"))])


def image(channels, dtype, chunks, scale_factors=None):
    pixels = rng.integers(0, 255, (channels, 50, 70)).astype(dtype)
    return Image2DModel.parse(
        pixels,
        dims=("c", "y", "x"),
        chunks=chunks,
        scale_factors=scale_factors,
        transformations={"slide": to_slide, "further": further, "own": Identity()},
    )


xy = np.array([[20.0, 30.0], [120.0, 90.5], [8.0, 7.0], [150.0, 4.25]])
shapes = ShapesModel.parse(
    xy,
    geometry=0,
    radius=3.0,
    transformations={
        "slide": exchange,
        "further": Sequence([exchange, Scale([10.0, 10.0], axes=("x", "y"))]),
        "elsewhere": Identity(),
    },
)
obs = pd.DataFrame(
    {
        "region": pd.Categorical(["spots"] * 4),
        "instance_id": range(4),
        "in_tissue": [1, 1, 1, 0],
        "array_row": [0, 1, 2, 3],
        "array_col": [0, 1, 0, 1],
    },
    index=pd.Index(["AA-1", "CC-1", "GG-1", "TT-1"], dtype=object),
)
counts = np.array([[1, 0, 2], [0, 3, 0], [4, 0, 0], [0, 0, 5]], dtype=np.float32)
table = ad.AnnData(counts, obs=obs, var=pd.DataFrame(index=pd.Index(["ERBB2", "FASN", "GNAS"], dtype=object)))
table.obsm["spatial"] = xy
data = sd.SpatialData(
    images={
        "he": image(3, np.uint8, (3, 24, 32), scale_factors=[2]),
        "rgba": image(4, np.uint8, (1, 50, 70)),
        "grey": image(1, np.uint8, (1, 24, 32)),
        "deep": image(3, np.uint16, (3, 50, 70)),
    },
    shapes={"spots": shapes},
    tables={"table": TableModel.parse(table, region="spots", region_key="region", instance_key="instance_id")},
)

shutil.rmtree(OUT, ignore_errors=True)
OUT.mkdir(parents=True)
for name, version in {"v2": SpatialDataContainerFormatV01(), "v3": SpatialDataContainerFormatV02()}.items():
    data.write(OUT / f"{name}.zarr", sdata_formats=[version])

expected = {"regions": REGIONS, "images": {}}
for name in ["v2", "v3"]:
    read = sd.read_zarr(OUT / f"{name}.zarr")
    way = between(read, read["spots"], read["he"], intermediate_coordinate_systems="slide")
    matrix = way.to_affine_matrix(("x", "y"), ("x", "y"))
    pixels = (np.c_[xy, np.ones(4)] @ matrix.T)[:, :2].tolist()
    assert expected.setdefault("pixels", pixels) == pixels
    for element in ["he", "rgba", "grey"]:
        full = read[element]["scale0"]["image"] if element == "he" else read[element]
        full = np.moveaxis(np.asarray(full), 0, -1).astype(np.int64)
        full = np.repeat(full, 3, axis=2) if full.shape[2] == 1 else full[:, :, :3]
        sums = []
        for left, top, width, height in REGIONS:
            values = full[top : top + height, left : left + width].ravel()
            sums.append([int(values.sum()), int((values * np.resize(np.arange(1, 8), values.size)).sum())])
        assert expected["images"].setdefault(element, sums) == sums
(OUT / "expected.json").write_text(json.dumps(expected) + "\n")
