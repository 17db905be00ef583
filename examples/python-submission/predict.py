"""Predictions for SpotBench made without it: expression from a spot's place alone, on the synthetic cohort `demo`.

A model that does not look at the image, so that numpy and pandas are all it needs. For every gene, ridge regression of
log1p(10,000 x count / total) on 1, x, y, x^2, xy and y^2, with x and y the spot's place within its section, 0 to 1.

    python predict.py <raw files of demo> <folder made by `spotbench submission template`>
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

PENALTY = 1.0

CARD = {
    "name": "place-ridge",
    "title": "Ridge on the place alone",
    "authors": ["The SpotBench authors"],
    "licence": "MIT",
    "code": None,
    "regime": "frozen",
    "encoder": "none",
    "trainingData": "The training sections of each fold, and nothing else.",
    "usesTestExpression": False,
}


def terms(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """1, x, y, x^2, xy, y^2 of spots, with both coordinates scaled to 0 to 1 within the section. [N, 6]"""
    x, y = (x - x.min()) / np.ptp(x), (y - y.min()) / np.ptp(y)
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def training_section(raw: Path, section: str, genes: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Terms [N, 6] and target expression [N, G] of the spots under tissue."""
    counts = pd.read_csv(raw / "ST-cnts" / f"{section}.tsv.gz", sep="\t", index_col=0)
    spots = pd.read_csv(raw / "ST-spotfiles" / f"{section}_selection.tsv", sep="\t").query("selected == 1")
    names = spots["x"].round().astype(int).astype(str) + "x" + spots["y"].round().astype(int).astype(str)
    counts = counts.loc[[name for name in names if name in counts.index]]
    totals = counts.sum(axis=1).to_numpy(dtype=np.float64)[:, None]
    values = np.log1p(1e4 * counts.reindex(columns=genes, fill_value=0).to_numpy(dtype=np.float64) / totals)
    place = counts.index.to_series().str.split("x", expand=True).to_numpy(dtype=np.float64)
    return terms(place[:, 0], place[:, 1]), values


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(X^T X + penalty I)^-1 X^T Y; the constant is not shrunk. [6, G]"""
    penalty = PENALTY * np.eye(x.shape[1])
    penalty[0, 0] = 0
    return np.linalg.solve(x.T @ x + penalty, x.T @ y)


def predict_fold(raw: Path, fold: Path) -> None:
    """Writes one .npy a test section, its rows and columns in the order of the template's lists."""
    sections = pd.read_csv(fold / "sections.csv")
    genes = pd.read_csv(fold / "genes.csv", keep_default_na=False)["gene"].tolist()
    training = [training_section(raw, name, genes) for name in sections.query("role == 'training'")["section"]]
    weights = fit(np.concatenate([x for x, _ in training]), np.concatenate([y for _, y in training]))
    for section in sections.query("role == 'test'")["section"]:
        spots = pd.read_csv(fold / f"{section}.spots.csv")
        predicted = terms(spots["arrayX"].to_numpy(float), spots["arrayY"].to_numpy(float)) @ weights
        np.save(fold / f"{section}.npy", predicted.astype("float32"))


def main(raw: Path, folder: Path) -> None:
    for fold in sorted(folder.glob("fold*")):
        predict_fold(raw, fold)
    path = folder / "submission.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **CARD}, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
